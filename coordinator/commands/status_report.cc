#include "coordinator/commands/status_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <iterator>

#include "common/human_date.h"
#include "common/utf8.h"
#include "coordinator/commands/fleet/fleet_status_report.h"
#include "coordinator/commands/folder/text_table.h"
#include "coordinator/process/exit_status.h"
#include "coordinator/report/summary.h"

namespace fanfetch {
namespace {

/// Largest count first; the names decide among equals.
std::vector<std::pair<std::string, std::uint64_t>> by_count(
    const std::map<std::string, std::uint64_t>& counts) {
  std::vector<std::pair<std::string, std::uint64_t>> sorted(counts.begin(), counts.end());
  std::ranges::stable_sort(sorted, std::ranges::greater(),
                           [](const auto& one) { return one.second; });
  return sorted;
}

std::string run_text(const LastRun& run, WallTime now) {
  std::string text = fmt::format("Run {} ", run.number);
  const std::string started = "started " + human_date(run.started_at);
  if (run.state == "running") {
    text += fmt::format("is running (pid {}): {}, {} ago\n", run.pid, started,
                        human_duration(now - run.started_at));
  } else if (run.state == "killed") {
    text += fmt::format(
        "was killed, or could not write its end: {}; the same command goes on from there\n",
        started);
  } else {
    text += fmt::format("{}: {}, took {}\n", printable(run.state), started,
                        human_duration(run.ended_at.value_or(now) - run.started_at));
  }
  text += fmt::format("  {} saved", human_count(run.saved));
  if (run.kept) text += fmt::format(", {} kept", human_count(*run.kept));
  if (run.skipped) text += fmt::format(", {} skipped", human_count(*run.skipped));
  text += fmt::format(", {}{}\n", failed_text(run.failed, run.stood.value_or(0)),
                      run.ended_at ? "" : " so far");
  return run.slice ? text + fmt::format("  slice {}\n", to_text(*run.slice)) : text;
}

/// `http_4xx 404: 8, timeout: 1`, the most first.
std::string reasons_text(const FailureCountsByKind& failures) {
  std::map<std::string, std::uint64_t> by_name;
  for (const auto& [kind, count] : failures) {
    by_name[kind.second == 0 ? kind.first : fmt::format("{} {}", kind.first, kind.second)] = count;
  }
  std::string text;
  for (const auto& [name, count] : by_count(by_name)) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", printable(name), count);
  }
  return text;
}

std::optional<std::chrono::milliseconds> median_of(const HostCounts& host) {
  return host.measured ? host.measured->first_byte.median() : std::nullopt;
}

std::string hosts_text(const std::vector<HostCounts>& hosts, std::uint64_t more) {
  std::vector<Cells> rows = {
      {"host", "saved", "failed", "bytes", "first byte", "speed", "failures"}};
  for (const HostCounts& host : hosts) {
    const auto median = median_of(host);
    const double speed = host.measured ? host.measured->bytes_per_second() : 0;
    rows.push_back({host.host.empty() ? "(none)" : printable(host.host), human_count(host.saved),
                    human_count(host.failed), human_bytes(host.bytes),
                    median ? fmt::format("{} ms", median->count()) : "-",
                    speed > 0 ? human_byte_rate(speed) : "-", reasons_text(host.failed_by)});
  }
  return text_table(rows, 5) + (more == 0 ? "" : fmt::format("  and {} more\n", human_count(more)));
}

/// The gravest first; what is not here is graver than all but the first.
constexpr int kByGravity[] = {kExitUnable, kExitOutput, kExitListFailed,  kExitConfiguration,
                              kExitBusy,   kExitAsked,  kExitLinksFailed, kExitSuccess};

std::ptrdiff_t gravity(int code) {
  const auto* const known = std::ranges::find(kByGravity, code);
  if (known == std::begin(kByGravity)) return std::ssize(kByGravity) + 1;
  return std::end(kByGravity) - (known == std::end(kByGravity) ? std::begin(kByGravity) : known);
}

}  // namespace

void sort_by_need(std::vector<HostCounts>& hosts) {
  std::ranges::sort(hosts, [](const HostCounts& a, const HostCounts& b) {
    if (a.failed != b.failed) return a.failed > b.failed;
    const auto median_a = median_of(a), median_b = median_of(b);  // nullopt is less than any
    if (median_a != median_b) return median_a > median_b;
    return a.saved != b.saved ? a.saved > b.saved : a.host < b.host;
  });
}

int exit_code_of(const FolderStatus& status) {
  if (!status.last_run) return kExitConfiguration;
  const LastRun& run = *status.last_run;
  if (run.state == "running") return kExitBusy;
  if (!run.ended_at) return kSignalled + SIGKILL;
  if (run.signal) return kSignalled + *run.signal;
  return run.exit_status.value_or(kExitOutput);
}

int graver(int one, int other) { return gravity(other) > gravity(one) ? other : one; }

std::string status_text(const FolderStatus& status, WallTime now) {
  std::string text =
      fmt::format("{}: {} links, {} in files\n\n", printable(status.output),
                  human_count(status.saved + status.failed), human_bytes(status.bytes));
  std::vector<Cells> counts = {{"saved", human_count(status.saved)},
                               {"failed", human_count(status.failed)}};
  for (const auto& [error, count] : by_count(status.failed_by_class)) {
    counts.push_back({"  " + printable(error), human_count(count)});
    for (const auto& [kind, of_status] : status.failed_by_status) {
      if (kind.first != error) continue;
      counts.push_back({fmt::format("    {}", kind.second), human_count(of_status)});
    }
  }
  text += text_table(counts) + '\n';
  text += status.last_run ? run_text(*status.last_run, now) : "No run has begun yet.\n";
  if (status.live) text += fmt::format("  now: {}\n", printable(status.live->text));
  const bool running = status.last_run && status.last_run->state == "running";
  if (status.held_by && !running) {
    text += *status.held_by > 0 ? fmt::format("Process {} holds the folder.\n", *status.held_by)
                                : "Another process holds the folder.\n";
  }
  if (status.live && status.live->fleet) text += '\n' + seen_fleet_text(*status.live->fleet);
  if (status.hosts) text += '\n' + hosts_text(*status.hosts, status.more_hosts);
  return text;
}

}  // namespace fanfetch
