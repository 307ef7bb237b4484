#include "coordinator/commands/web/run_metrics.h"

#include <algorithm>

#include "coordinator/control/fleet_json.h"
#include "coordinator/control/json_members.h"
#include "coordinator/ledger/schema.h"
#include "coordinator/process/exit_status.h"
#include "coordinator/report/metrics_text.h"

namespace fanfetch {
namespace {

using Json = rapidjson::Value;
using std::chrono::milliseconds;

std::uint64_t number(const Json& object, const char* key) {
  return number_if_any(object, key).value_or(0);
}

std::optional<Duration> time_if_any(const Json& object, const char* key) {
  constexpr std::uint64_t kMost = 1'000'000'000'000;  // 30 years; Duration counts nanoseconds
  const auto ms = number_if_any(object, key);
  if (!ms) return std::nullopt;
  return milliseconds(std::min(*ms, kMost));
}

void add_classes(const Json& object, LiveReport& live) {
  const Json* const classes = member_of(object, "failed_by_class");
  if (classes == nullptr || !classes->IsObject()) return;
  for (std::size_t i = 0; i < live.failed_by_class.size(); ++i) {
    const std::string key(name(static_cast<ErrorClass>(i)));
    live.failed_by_class[i] = number(*classes, key.c_str());
  }
}

std::uint64_t count(Statement& from) { return static_cast<std::uint64_t>(from.number()); }

/// Of all hosts of a run together.
HostSums read_sums(Database& database, std::int64_t run) {
  HostSums sums;
  Statement hosts(database,
                  "SELECT requests, files, bytes, failed, retries, first_byte_counts, "
                  "first_byte_ms, transfer_ms FROM host_sums WHERE run=?");
  hosts.bind(run);
  while (hosts.step()) {
    sums.requests += count(hosts);
    sums.files += count(hosts);
    sums.bytes += count(hosts);
    sums.failed += count(hosts);
    sums.retries += count(hosts);
    const std::string counts(hosts.text());
    sums.first_byte.add(FirstByteTimes::read(counts, milliseconds(hosts.number())));
    sums.transfer_time += milliseconds(hosts.number());
  }
  Statement kinds(database,
                  "SELECT class, http_status, sum(failed) FROM host_failures WHERE run=? "
                  "GROUP BY class, http_status");
  kinds.bind(run);
  while (kinds.step()) {
    const auto error = error_class(kinds.text());
    const auto status = static_cast<int>(kinds.number());
    if (error) sums.failures.push_back({*error, status, count(kinds)});
  }
  return sums;
}

/// Of a run that does not speak for itself any more.
LiveReport report_of(const HostSums& sums, Statement& run) {
  LiveReport live;
  live.saved = count(run);
  live.kept = count(run);
  live.skipped = count(run);
  live.failed = count(run);
  live.failed_before = count(run);
  live.saved_bytes = live.received_bytes = count(run);
  for (const FailureKind& kind : sums.failures) {
    live.failed_by_class[static_cast<std::size_t>(kind.error)] += kind.count;
  }
  return live;
}

}  // namespace

std::optional<LiveReport> read_live_report(std::string_view line) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(line.data(), line.size());
  if (document.HasParseError() || !document.IsObject()) return std::nullopt;
  if (!document.HasMember("ok") || !document["ok"].IsTrue()) return std::nullopt;
  LiveReport live;
  live.saved = number(document, "saved");
  live.kept = number(document, "kept");
  live.skipped = number(document, "skipped");
  live.failed = number(document, "failed");
  live.failed_before = number(document, "failed_before");
  add_classes(document, live);
  live.saved_bytes = number(document, "saved_bytes");
  live.received_bytes = number(document, "received_bytes");
  live.wasted_bytes = number(document, "wasted_bytes");
  live.total = number_if_any(document, "total");
  live.time_left = time_if_any(document, "time_left_ms");
  live.in_flight = number(document, "in_flight");
  live.hosts_waiting = number(document, "hosts_waiting");
  live.longest_wait = time_if_any(document, "longest_wait_ms").value_or(Duration(0));
  const auto fleet = read_seen_fleet(line);
  if (fleet && fleet->age && *fleet->age < kOldLook) live.nodes = present_nodes(fleet->view);
  return live;
}

Result<std::string> run_metrics(History& history, const std::string& output,
                                const std::optional<LiveReport>& live, WallTime now) {
  Database& database = history.database();
  history.look_again();
  Statement run(database,
                "SELECT run, started_at, ended_at, exit_status, signal, saved, kept, skipped, "
                "failed, stood, bytes FROM runs ORDER BY run DESC LIMIT 1");
  if (!run.step()) {
    if (auto error = history.error()) return tl::unexpected(std::move(*error));
    return fail("no run has begun");
  }
  const HostSums sums = read_sums(database, run.number());
  MetricsRun metrics{.output = output, .started_at = ledger_time(run.number())};
  if (const auto ended = run.optional_number()) metrics.ended_at = ledger_time(*ended);
  const auto status = run.optional_number(), signal = run.optional_number();
  metrics.exit_status = static_cast<int>(signal ? kSignalled + *signal : status.value_or(0));
  const LiveReport report = live ? *live : report_of(sums, run);
  if (!live && !metrics.ended_at) now = metrics.started_at;  // killed: long ago
  if (live) metrics.ended_at.reset();
  run.reset();
  history.stop_looking();
  if (auto error = history.error()) return tl::unexpected(std::move(*error));
  return metrics_text(report, sums, metrics, now);
}

}  // namespace fanfetch
