#include "coordinator/commands/web/report_json.h"

#include <optional>

#include "coordinator/report/json_text.h"

namespace fanfetch {
namespace {

std::optional<std::string> text_of(const std::optional<WallTime>& time) {
  return time ? std::optional(format_rfc3339(*time)) : std::nullopt;
}

void put_run(JsonText& json, const PastRun& run) {
  json.begin();
  json.key("number").number(run.number);
  json.key("started_at").text(format_rfc3339(run.started_at));
  json.key("ended_at").any_text(text_of(run.ended_at));
  json.key("state").text(run.state);
  json.key("saved").number(run.saved);
  json.key("kept").number(run.kept);
  json.key("skipped").number(run.skipped);
  json.key("failed").number(run.failed);
  json.key("bytes").number(run.bytes);
  json.key("command").any_text(run.command);
  json.key("told").any_text(run.told);
  json.end();
}

void put_host(JsonText& json, const ReportHost& host) {
  const auto median = host.sums.first_byte.median();
  json.begin();
  json.key("host").text(host.name);
  json.key("requests").number(host.sums.requests);
  json.key("files").number(host.sums.files);
  json.key("bytes").number(host.sums.bytes);
  json.key("failed").number(host.sums.failed);
  json.key("retries").number(host.sums.retries);
  json.key("first_byte_ms").number(median ? std::optional(median->count()) : std::nullopt);
  json.key("bytes_per_second").real(host.sums.bytes_per_second());
  json.end();
}

void put_class(JsonText& json, const FailureClass& failures) {
  json.begin();
  json.key("name").text(failures.name);
  json.key("known").boolean(failures.known);
  json.key("count").number(failures.count);
  json.key("statuses").begin_list();
  for (const auto& [status, count] : failures.statuses) {
    json.begin_list();
    json.number(status);
    json.number(count);
    json.end_list();
  }
  json.end_list();
  json.end();
}

}  // namespace

std::string report_json(const ReportData& data) {
  JsonText json;
  json.begin();
  json.key("at").text(format_rfc3339(data.at));
  json.key("saved").number(data.saved);
  json.key("failed").number(data.failed);
  json.key("bytes").number(data.bytes);
  json.key("hosts_in_all").number(data.hosts_in_all);
  json.key("median_size").number(data.sizes.median());
  json.key("biggest_size").number(data.sizes.biggest());
  json.key("runs").begin_list();
  for (const PastRun& run : data.runs) put_run(json, run);
  json.end_list();
  json.key("samples").begin_list();  // at_ms, files, bytes, failed, in_flight
  for (const RunSample& sample : data.samples) {
    json.begin_list();
    json.number(sample.at.count());
    for (const auto one : {sample.files, sample.bytes, sample.failed, sample.in_flight}) {
      json.number(one);
    }
    json.end_list();
  }
  json.end_list();
  json.key("hosts").begin_list();
  for (const ReportHost& host : data.hosts) put_host(json, host);
  json.end_list();
  json.key("more_hosts").number(data.more_hosts);
  json.key("failures").begin_list();
  for (const FailureClass& one : data.failures) put_class(json, one);
  json.end_list();
  json.key("duplicates");
  if (data.duplicates) {
    json.begin();
    json.key("files").number(data.duplicates->files);
    json.key("bytes").number(data.duplicates->bytes);
    json.end();
  } else {
    json.null();
  }
  json.end();
  return json.take();
}

}  // namespace fanfetch
