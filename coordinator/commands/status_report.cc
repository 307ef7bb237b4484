#include "coordinator/commands/status_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/utf8.h"
#include "coordinator/report/summary.h"

namespace fanfetch {
namespace {

using Cells = std::vector<std::string>;

/// Lines of cells below each other: the first column to the left, numbers to the right.
std::string table(const std::vector<Cells>& rows) {
  std::vector<std::size_t> widths;
  for (const Cells& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const Cells& row : rows) {
    text += fmt::format("  {:<{}}", row[0], widths[0]);
    for (std::size_t i = 1; i < row.size(); ++i) text += fmt::format("  {:>{}}", row[i], widths[i]);
    text += '\n';
  }
  return text;
}

/// Largest count first; the names decide among equals.
std::vector<std::pair<std::string, std::uint64_t>> by_count(
    const std::map<std::string, std::uint64_t>& counts) {
  std::vector<std::pair<std::string, std::uint64_t>> sorted(counts.begin(), counts.end());
  std::ranges::stable_sort(sorted, std::ranges::greater(),
                           [](const auto& one) { return one.second; });
  return sorted;
}

/// `2026-11-22 20:12:05 UTC`
std::string people_time(WallTime time) {
  std::string text = format_rfc3339(time).substr(0, 19);
  text[10] = ' ';
  return text + " UTC";
}

std::string run_text(const LastRun& run, WallTime now) {
  std::string text = fmt::format("Run {} ", run.number);
  const std::string started = "started " + people_time(run.started_at);
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
  text += fmt::format("  {} saved", run.saved);
  if (run.kept) text += fmt::format(", {} kept", *run.kept);
  if (run.skipped) text += fmt::format(", {} skipped", *run.skipped);
  return text + fmt::format(", {}{}\n", failed_text(run.failed, run.stood.value_or(0)),
                            run.ended_at ? "" : " so far");
}

std::string hosts_text(const std::vector<HostCounts>& hosts) {
  std::vector<Cells> rows = {{"host", "saved", "failed", "bytes"}};
  for (const HostCounts& host : hosts) {
    rows.push_back({host.host.empty() ? "(none)" : printable(host.host), fmt::to_string(host.saved),
                    fmt::to_string(host.failed), human_bytes(host.bytes)});
  }
  return table(rows);
}

}  // namespace

std::string status_text(const FolderStatus& status, WallTime now) {
  std::string text = fmt::format("{}: {} links, {} in files\n\n", printable(status.output),
                                 status.saved + status.failed, human_bytes(status.bytes));
  std::vector<Cells> counts = {{"saved", fmt::to_string(status.saved)},
                               {"failed", fmt::to_string(status.failed)}};
  for (const auto& [error, count] : by_count(status.failed_by_class)) {
    counts.push_back({"  " + printable(error), fmt::to_string(count)});
    for (const auto& [kind, of_status] : status.failed_by_status) {
      if (kind.first != error) continue;
      counts.push_back({fmt::format("    {}", kind.second), fmt::to_string(of_status)});
    }
  }
  text += table(counts) + '\n';
  text += status.last_run ? run_text(*status.last_run, now) : "No run has begun yet.\n";
  const bool running = status.last_run && status.last_run->state == "running";
  if (status.held_by && !running) {
    text += *status.held_by > 0 ? fmt::format("Process {} holds the folder.\n", *status.held_by)
                                : "Another process holds the folder.\n";
  }
  if (status.hosts) text += '\n' + hosts_text(*status.hosts);
  return text;
}

}  // namespace fanfetch
