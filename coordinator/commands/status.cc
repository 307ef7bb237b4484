#include "coordinator/commands/status.h"

#include <algorithm>
#include <unordered_map>

#include "common/url.h"
#include "coordinator/commands/folder.h"
#include "coordinator/commands/line_output.h"
#include "coordinator/commands/status_report.h"
#include "coordinator/ledger/schema.h"

namespace fanfetch {
namespace {

std::optional<std::uint64_t> optional_count(Statement& from) {
  const auto number = from.optional_number();
  if (!number) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

/// Whether it ended is told by who holds the folder.
std::optional<LastRun> read_last_run(Database& database) {
  Statement select(database,
                   "SELECT run, pid, started_at, ended_at, ending, saved, kept, skipped, failed, "
                   "stood, protections FROM runs ORDER BY run DESC LIMIT 1");
  if (!select.step()) return std::nullopt;
  LastRun run;
  run.number = select.number();
  run.pid = static_cast<int>(select.number());
  run.started_at = ledger_time(select.number());
  if (const auto ended = select.optional_number()) run.ended_at = ledger_time(*ended);
  run.state = select.optional_text().value_or("");
  run.saved = optional_count(select).value_or(0);
  run.kept = optional_count(select);
  run.skipped = optional_count(select);
  run.failed = optional_count(select).value_or(0);
  run.stood = optional_count(select);
  if (const auto bits = select.optional_number()) {
    run.protections = static_cast<Protections>(*bits) & protection::kAll;
  }
  return run;
}

/// All counts but those by host, in one pass over the rows.
void count_rows(Database& database, FolderStatus& status) {
  Statement select(
      database,
      "SELECT run=?, status, error, CASE WHEN status='failed' AND http_status>=400 THEN "
      "http_status END, failed_since<run, count(*), total(bytes) FROM links "
      "GROUP BY 1, 2, 3, 4, 5");
  select.bind(status.last_run ? status.last_run->number : 0);
  while (select.step()) {
    const bool of_last_run = select.number() != 0;
    const bool saved = select.text() == name(Status::saved);
    const auto error = select.optional_text();
    const auto http_status = select.optional_number();
    const bool stood = select.number() != 0;
    const auto count = static_cast<std::uint64_t>(select.number());
    const auto bytes = static_cast<std::uint64_t>(select.number());
    (saved ? status.saved : status.failed) += count;
    if (saved) status.bytes += bytes;
    if (!saved) status.failed_by_class[error.value_or("unknown")] += count;
    if (!saved && http_status) {
      status.failed_by_status[{error.value_or("unknown"), static_cast<int>(*http_status)}] += count;
    }
    if (LastRun* run = of_last_run ? &*status.last_run : nullptr; run && !run->ended_at) {
      (saved ? run->saved : run->failed) += count;
      if (!saved && stood && run->stood) *run->stood += count;
    }
  }
}

/// Counts by host. Links share what stands before their paths: that is parsed once.
class HostTable {
 public:
  void add(std::string_view url, bool saved, std::uint64_t bytes) {
    HostCounts& host = host_of(url);
    ++(saved ? host.saved : host.failed);
    if (saved) host.bytes += bytes;
  }

  /// Most links first; the names decide among equals.
  [[nodiscard]] std::vector<HostCounts> sorted() const {
    std::vector<HostCounts> hosts;
    for (const auto& [name, counts] : hosts_) hosts.push_back(counts);
    std::ranges::sort(hosts, [](const HostCounts& a, const HostCounts& b) {
      const auto links_a = a.saved + a.failed, links_b = b.saved + b.failed;
      return links_a != links_b ? links_a > links_b : a.host < b.host;
    });
    return hosts;
  }

 private:
  HostCounts& host_of(std::string_view url) {
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) return named(url);
    const std::string start(url.substr(0, url.find_first_of("/?#\\", scheme + 3)));
    const auto [known, is_new] = by_start_.try_emplace(start);
    if (is_new) known->second = &named(start);
    return *known->second;
  }
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

std::vector<HostCounts> count_hosts(Database& database) {
  HostTable table;
  Statement select(database, "SELECT url, status, bytes FROM links");
  while (select.step()) {
    const std::string_view url = select.text();
    const bool saved = select.text() == name(Status::saved);
    table.add(url, saved, optional_count(select).value_or(0));
  }
  return table.sorted();
}

Result<FolderStatus> read_status(History& history, const StatusArguments& arguments) {
  FolderStatus status{.output = arguments.folder.output};
  Database& database = history.database();
  // A run tells its end before it lets go of the folder. So who holds it is looked up before the
  // ledger; a run that began between the two is seen in the second round.
  for (int round = 0; round < 2; ++round) {
    const auto holder = holder_of(status.output);
    status.held_by = holder ? std::optional(holder->pid.value_or(0)) : std::nullopt;
    history.look_again();
    status.last_run = read_last_run(database);
    if (!status.last_run || status.last_run->ended_at) break;
    const bool running = status.held_by == status.last_run->pid;
    status.last_run->state = running ? "running" : "killed";
    if (running) break;
  }
  count_rows(database, status);
  if (arguments.by_host) status.hosts = count_hosts(database);
  if (auto error = history.error()) return tl::unexpected(std::move(*error));
  return status;
}

}  // namespace

Exit run_status(const StatusArguments& arguments) {
  auto history = open_history(arguments.folder);
  if (!history) return history.error();
  const auto status = read_status(**history, arguments);
  if (!status) return exit_with(kExitOutput, status.error().message);
  history->reset();  // whatever the reader of stdout does, no run's ledger has to wait for it
  const WallTime now = std::chrono::system_clock::now();
  LineOutput output;
  arguments.json ? output.add_data(status_json(*status, now))
                 : output.add_text(status_text(*status, now));
  if (const auto written = output.finish(); !written) {
    return exit_with(kExitOutput, written.error().message);
  }
  return {};
}

}  // namespace fanfetch
