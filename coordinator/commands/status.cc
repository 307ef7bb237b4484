#include "coordinator/commands/status.h"

#include <unordered_map>
#include <utility>

#include "common/url.h"
#include "common/url_text.h"
#include "coordinator/commands/folder/folder.h"
#include "coordinator/commands/folder/last_run.h"
#include "coordinator/commands/folder/line_output.h"
#include "coordinator/commands/status_report.h"
#include "coordinator/commands/watch.h"
#include "coordinator/ledger/measured_rows.h"
#include "coordinator/link/failure_status.h"

namespace fanfetch {
namespace {

/// All counts but those by host, in one pass over the rows.
void count_rows(Database& database, FolderStatus& status) {
  Statement select(database,
                   "SELECT run=?, status, error, CASE WHEN status='failed' THEN http_status "
                   "END, failed_since<run, count(*), total(bytes) FROM links "
                   "GROUP BY 1, 2, 3, 4, 5");
  select.bind(status.last_run ? status.last_run->number : 0);
  while (select.step()) {
    const bool of_last_run = select.number() != 0;
    const bool saved = select.text() == name(Status::saved);
    const auto error = select.optional_text();
    const auto http_status = failure_status(select.optional_number());
    const bool stood = select.number() != 0;
    const auto count = static_cast<std::uint64_t>(select.number());
    const auto bytes = static_cast<std::uint64_t>(select.number());
    (saved ? status.saved : status.failed) += count;
    if (saved) status.bytes += bytes;
    if (!saved) status.failed_by_class[error.value_or("unknown")] += count;
    if (!saved && http_status) {
      status.failed_by_status[{error.value_or("unknown"), *http_status}] += count;
    }
    if (LastRun* run = of_last_run ? &*status.last_run : nullptr; run && !run->ended_at) {
      (saved ? run->saved : run->failed) += count;
      if (!saved && stood && run->stood) *run->stood += count;
    }
  }
}

/// Counts by host. Links share what stands before their paths: that is parsed once.
class HostCounter {
 public:
  HostCounts& host_of(std::string_view url) {
    const std::string start(url_start(url));
    if (start.empty()) return named(url);
    const auto [known, is_new] = by_start_.try_emplace(start);
    if (is_new) known->second = &named(start);
    return *known->second;
  }
  /// Null: no link has it.
  HostCounts* find(const std::string& host) {
    const auto known = hosts_.find(host);
    return known == hosts_.end() ? nullptr : &known->second;
  }
  [[nodiscard]] std::vector<HostCounts> take() {
    std::vector<HostCounts> hosts;
    hosts.reserve(hosts_.size());
    for (auto& [name, counts] : hosts_) hosts.push_back(std::move(counts));
    return hosts;
  }

 private:
  HostCounts& named(std::string_view url) {
    const auto parsed = parse_url(url);
    const std::string name = parsed ? parsed->host : "";
    HostCounts& counts = hosts_[name];
    counts.host = name;
    return counts;
  }

  std::unordered_map<std::string, HostCounts> hosts_;  // its values stay where they are
  std::unordered_map<std::string, HostCounts*> by_start_;
};

void count_hosts(Database& database, FolderStatus& status, std::optional<std::uint64_t> most) {
  HostCounter counter;
  Statement select(database, "SELECT url, status, bytes, error, http_status FROM links");
  while (select.step()) {
    HostCounts& host = counter.host_of(select.text());
    const bool saved = select.text() == name(Status::saved);
    const std::uint64_t bytes = select.optional_count().value_or(0);
    ++(saved ? host.saved : host.failed);
    if (saved) {
      host.bytes += bytes;
      continue;
    }
    std::string error = select.optional_text().value_or("unknown");
    const auto http_status = failure_status(select.optional_number());
    ++host.failed_by[{std::move(error), http_status.value_or(0)}];
  }
  each_host_row(database, [&](std::int64_t, std::string_view name, const HostSums& sums) {
    HostCounts* const host = counter.find(std::string(name));
    if (host != nullptr && !host->measured && sums.requests > 0) host->measured = sums;
  });
  auto hosts = counter.take();
  sort_by_need(hosts);
  if (most && *most < hosts.size()) {
    status.more_hosts = hosts.size() - *most;
    hosts.erase(hosts.begin() + static_cast<std::ptrdiff_t>(*most), hosts.end());
  }
  status.hosts = std::move(hosts);
}

Result<FolderStatus> read_status(History& history, const RunFolder& folder,
                                 const StatusArguments& arguments) {
  FolderStatus status{.output = folder.output};
  Database& database = history.database();
  RunLook look = look_at_run(history, folder);
  status.held_by = look.held_by;
  status.last_run = std::move(look.last_run);
  count_rows(database, status);
  if (arguments.by_host) count_hosts(database, status, arguments.most_hosts);
  if (auto error = history.error()) return tl::unexpected(std::move(*error));
  return status;
}

/// Whatever the reader of stdout does later, no run's ledger has to wait for it.
tl::expected<FolderStatus, Exit> look_at(const RunFolder& folder,
                                         const StatusArguments& arguments) {
  auto history = open_history(folder);
  if (!history) return tl::unexpected(history.error());
  auto status = read_status(**history, folder, arguments);
  if (!status) return tl::unexpected(exit_with(kExitOutput, status.error().message));
  history->reset();  // no run's ledger has to wait for one that does not answer
  if (status->held_by) status->live = ask_run(folder);
  return std::move(*status);
}

}  // namespace

Exit run_status(const StatusArguments& arguments) {
  Exit exit;
  LineOutput output;
  if (arguments.watch) {
    if (auto watched = watch_run(arguments.folders[0], arguments.json, output); !watched)
      return watched.error();
  }
  bool is_first = true;
  std::vector<Slice> slices;
  for (const RunFolder& folder : arguments.folders) {
    const auto status = look_at(folder, arguments);
    if (!status) {
      exit.text += status.error().text;
      exit.status = graver(exit.status, status.error().status);
      continue;
    }
    if (status->last_run && status->last_run->slice) slices.push_back(*status->last_run->slice);
    const WallTime now = std::chrono::system_clock::now();
    if (!arguments.json && !std::exchange(is_first, false)) output.add_text("\n");
    arguments.json ? output.add_data(status_json(*status, now))
                   : output.add_text(status_text(*status, now));
    if (!arguments.exit_code) continue;
    exit.status = graver(exit.status, exit_code_of(*status));
    if (const LastRun* run = status->last_run ? &*status->last_run : nullptr;
        run != nullptr && run->ended_at && !run->exit_status && !run->signal) {
      exit.text += fmt::format(
          "fanfetch: the last run in '{}' was an older fanfetch's, which kept no exit status\n",
          folder.output);
    }
  }
  if (!arguments.json && arguments.folders.size() > 1 && !slices.empty()) {
    output.add_text("\n" + slices_text(slices));
  }
  if (const auto written = output.finish(); !written) {
    return exit_with(kExitOutput, written.error().message);
  }
  return exit;
}

}  // namespace fanfetch
