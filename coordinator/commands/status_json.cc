#include "coordinator/commands/status_report.h"
#include "coordinator/report/json_text.h"

namespace fanfetch {
namespace {

std::optional<std::uint64_t> as_count(std::optional<int> number) {
  if (!number) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

void write_sandbox(JsonText& json, Protections protections) {
  json.begin();
  json.key("level").text(protections == protection::kAll ? "full"
                         : protections == 0              ? "none"
                                                         : "partial");
  json.key("restricts").begin_list();
  for (const std::string_view name : names_of(protections)) json.text(name);
  json.end_list();
  json.end();
}

void write_slice(JsonText& json, const Slice& slice) {
  json.begin();
  json.key("number").number(std::uint64_t{slice.number});
  json.key("of").number(std::uint64_t{slice.count});
  json.key("by").text(name(slice.by));
  json.end();
}

void write_run(JsonText& json, const LastRun& run, WallTime now) {
  using std::chrono::milliseconds;
  json.begin();
  json.key("number").number(static_cast<std::uint64_t>(run.number));
  json.key("state").text(run.state);
  json.key("pid").number(static_cast<std::uint64_t>(run.pid));
  json.key("started_at").text(format_rfc3339(run.started_at));
  json.key("ended_at");
  run.ended_at ? json.text(format_rfc3339(*run.ended_at)) : json.null();
  json.key("duration_ms");
  if (run.ended_at || run.state == "running") {
    const auto took =
        std::chrono::duration_cast<milliseconds>(run.ended_at.value_or(now) - run.started_at);
    json.number(static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 0)));
  } else {
    json.null();
  }
  json.key("saved").number(run.saved);
  json.key("kept").number(run.kept);
  json.key("skipped").number(run.skipped);
  json.key("failed").number(run.failed);
  json.key("stood").number(run.stood);
  json.key("sandbox");
  run.protections ? write_sandbox(json, *run.protections) : json.null();
  json.key("exit_status").number(as_count(run.exit_status));
  json.key("signal").number(as_count(run.signal));
  json.key("slice");
  run.slice ? write_slice(json, *run.slice) : json.null();
  json.end();
}

void write_counts_by_class(JsonText& json, const FailureCountsByKind& failures) {
  std::map<std::string, std::uint64_t> by_class;
  for (const auto& [kind, count] : failures) by_class[kind.first] += count;
  json.begin();
  for (const auto& [error, count] : by_class) json.key(error).number(count);
  json.end();
}

/// Those that came with one.
void write_counts_by_status(JsonText& json, const FailureCountsByKind& failures) {
  std::map<int, std::uint64_t> by_status;
  for (const auto& [kind, count] : failures) by_status[kind.second] += count;
  json.begin();
  for (const auto& [code, count] : by_status) {
    if (code != 0) json.key(std::to_string(code)).number(count);
  }
  json.end();
}

/// The keys of what was measured of a host.
void write_measured(JsonText& json, const std::optional<HostSums>& measured) {
  std::optional<std::uint64_t> requests, retries, first_byte, speed;
  if (measured) {
    requests = measured->requests;
    retries = measured->retries;
    if (const auto median = measured->first_byte.median()) first_byte = median->count();
    if (measured->files > 0) speed = static_cast<std::uint64_t>(measured->bytes_per_second());
  }
  json.key("requests").number(requests);
  json.key("retries").number(retries);
  json.key("first_byte_ms").number(first_byte);
  json.key("bytes_per_second").number(speed);
}

void write_hosts(JsonText& json, const std::vector<HostCounts>& hosts) {
  json.begin_list();
  for (const HostCounts& host : hosts) {
    json.begin();
    json.key("host");
    host.host.empty() ? json.null() : json.text(host.host);
    json.key("saved").number(host.saved);
    json.key("failed").number(host.failed);
    json.key("bytes").number(host.bytes);
    json.key("failed_by_class");
    write_counts_by_class(json, host.failed_by);
    json.key("failed_by_status");
    write_counts_by_status(json, host.failed_by);
    write_measured(json, host.measured);
    json.end();
  }
  json.end_list();
}

}  // namespace

std::string status_json(const FolderStatus& status, WallTime now) {
  JsonText json;
  json.begin();
  json.key("schema").number(std::uint64_t{1});
  json.key("output").text(status.output);
  json.key("links").number(status.saved + status.failed);
  json.key("saved").number(status.saved);
  json.key("failed").number(status.failed);
  json.key("bytes").number(status.bytes);
  json.key("failed_by_class").begin();
  for (const auto& [error, count] : status.failed_by_class) json.key(error).number(count);
  json.end();
  json.key("held_by");
  status.held_by ? json.number(static_cast<std::uint64_t>(*status.held_by)) : json.null();
  json.key("last_run");
  status.last_run ? write_run(json, *status.last_run, now) : json.null();
  json.key("hosts");
  status.hosts ? write_hosts(json, *status.hosts) : json.null();
  json.key("failed_by_status");
  write_counts_by_status(json, status.failed_by_status);
  json.key("live");
  status.live ? json.raw(status.live->json) : json.null();
  json.end();
  return json.line();
}

}  // namespace fanfetch
