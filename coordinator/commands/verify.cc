#include "coordinator/commands/verify.h"

#include <algorithm>
#include <filesystem>

#include "coordinator/commands/checks/check_processes.h"
#include "coordinator/commands/checks/foreign_files.h"
#include "coordinator/commands/checks/ledger_rows.h"
#include "coordinator/commands/checks/verify_report.h"
#include "coordinator/commands/folder/folder.h"
#include "coordinator/commands/folder/line_output.h"
#include "coordinator/process/cpu_count.h"
#include "coordinator/report/console.h"
#include "coordinator/report/live_report.h"
#include "coordinator/report/pace.h"
#include "coordinator/report/progress.h"
#include "coordinator/settle/fleet_note.h"
#include "coordinator/settle/folder_holder.h"
#include "coordinator/settle/metrics_file.h"
#include "coordinator/settle/run_ledger.h"
#include "coordinator/settle/written_files.h"

namespace fanfetch {
namespace {

/// The bar moves as often.
constexpr std::chrono::milliseconds kMostWait{200};

tl::unexpected<Exit> output_trouble(std::string_view message) {
  return tl::unexpected(exit_with(kExitOutput, message));
}

/// A driver has the records of what its nodes saved, and files of its own only if its list was
/// begun without a fleet. Exit: it has none.
tl::expected<void, Exit> check_driver(const RunFolder& folder, const std::string& ledger) {
  auto history = History::open(ledger);
  if (!history) return output_trouble(history.error().message);
  const auto own = (*history)->database().query_number(
      "SELECT EXISTS (SELECT 1 FROM links WHERE file_name IS NOT NULL AND node IS NULL)");
  if (auto error = (*history)->error()) return output_trouble(error->message);
  if (own > 0) return {};
  return tl::unexpected(exit_with(
      kExitConfiguration,
      fmt::format("'{}' is the folder of a fleet's driver, whose files are on the nodes: verify "
                  "their folders, there",
                  folder.output)));
}

/// The folder with its ledger, locked and in order. The ledger is closed again: no database may be
/// open when processes are made.
tl::expected<RunLedger, Exit> take_folder(const RunFolder& folder) {
  const auto found = find_ledger(folder);
  if (!found) return tl::unexpected(found.error());
  if (is_of_driver(folder)) {
    if (auto checked = check_driver(folder, *found); !checked) {
      return tl::unexpected(checked.error());
    }
  }
  auto output = OutputFolder::open(folder, HeldFor::verify);
  if (!output && output.error().status == kExitBusy) {
    const auto holder = holder_of(folder);
    const std::string pid = holder && holder->pid ? fmt::format(" (pid {})", *holder->pid) : "";
    return tl::unexpected(exit_with(
        kExitBusy,
        fmt::format("another fanfetch{} writes to '{}'; wait for its end", pid, folder.output)));
  }
  if (!output) return tl::unexpected(output.error());
  auto taken = open_run_ledger(std::move(*output), OnDamage::refuse);
  if (!taken) return tl::unexpected(taken.error());
  if (taken->notice) return output_trouble(*taken->notice);
  taken->ledger.reset();
  return std::move(*taken);
}

/// The ledger and what lies beside it, and all that was noted in the folder as written.
OwnFiles own_files(const std::string& output, const std::string& ledger) {
  OwnFiles own;
  const auto add_ledger = [&](const std::string& path) {
    for (const char* beside : {"", "-wal", "-shm", "-damaged", "-reserve"}) {
      own.paths.push_back(path + beside);
    }
    std::error_code none;
    for (int n = 1; std::filesystem::exists(fmt::format("{}.damaged-{}", path, n), none); ++n) {
      for (const char* beside : {"", "-wal", "-shm"}) {
        own.paths.push_back(fmt::format("{}.damaged-{}{}", path, n, beside));
      }
    }
  };
  add_ledger(ledger);
  for (const WrittenFile& file : written_files(output)) {
    if (file.kind == WrittenFile::Kind::ledger) add_ledger(file.path);
    if (file.kind == WrittenFile::Kind::metrics) {
      own.paths.push_back(MetricsFile::temporary_path(file.path));
    }
    if (file.kind != WrittenFile::Kind::exported || is_untouched_export(file.path, {output})) {
      own.paths.push_back(file.path);
    }
  }
  return own;
}

class Verification {
 public:
  Verification(const VerifyArguments& arguments, Instant start)
      : arguments_(arguments),
        start_(start),
        progress_(style(), look_, start),
        pace_(start),
        console_(look_) {}

  [[nodiscard]] tl::expected<ExitStatus, Exit> run() {
    const auto folder = take_folder(arguments_.folder);
    if (!folder) return tl::unexpected(folder.error());
    auto processes = CheckProcesses::start(usable_cpus(), folder->path, folder->output.fd());
    if (!processes) return output_trouble(processes.error().message);
    auto checked = check(*folder, *processes);
    console_.clear_bar();
    if (auto written = output_.finish(); !written) return output_trouble(written.error().message);
    if (!checked) return output_trouble(checked.error().message);
    if (!arguments_.quiet) {
      const Repair repair = arguments_.repair ? Repair::yes : Repair::no;
      const auto took = std::chrono::steady_clock::now() - start_;
      for (const auto& line : closing_lines(counts_, took, repair)) console_.line(line);
      if (on_nodes_ > 0) {
        console_.line(fmt::format("{} more on the fleet's nodes: verify their folders, there",
                                  human_count(on_nodes_)));
      }
    }
    if (counts_.unreadable > 0) return kExitOutput;
    const bool too_foreign = arguments_.strict && counts_.foreign > 0;
    return counts_.anything_differs() || too_foreign ? kExitLinksFailed : kExitSuccess;
  }

 private:
  [[nodiscard]] Progress::Style style() const {
    if (arguments_.quiet) return Progress::Style::none;
    return look_.redraws ? Progress::Style::bar : Progress::Style::plain;
  }

  [[nodiscard]] Result<> check(const RunLedger& folder, CheckProcesses& processes) {
    auto history = History::open(folder.path);
    if (!history) return tl::unexpected(history.error());
    Database& database = (*history)->database();
    total_ = static_cast<std::uint64_t>(
        database.query_number("SELECT count(*) FROM links WHERE name_key IS NOT NULL"));
    if (is_of_driver(arguments_.folder)) {
      on_nodes_ = static_cast<std::uint64_t>(database.query_number(
          "SELECT count(*) FROM links WHERE name_key IS NOT NULL AND node IS NOT NULL"));
      total_ -= on_nodes_;
    }
    std::unique_ptr<SqliteLedger> ledger;
    if (arguments_.repair) {
      auto opened = open_ledger(folder.path);
      if (!opened) return tl::unexpected(opened.error());
      ledger = std::make_unique<SqliteLedger>(std::move(opened->database), folder.path);
    }
    Repairs repairs(std::move(ledger));
    FileNames names(database);
    while (!processes.done() && output_works_) {
      for (const Finding& finding : processes.next(kMostWait)) {
        if (auto taken = take(finding, names, repairs); !taken) return taken;
      }
      show();
    }
    if (!output_works_) return {};
    if (auto flushed = repairs.flush(); !flushed) return flushed;
    if (auto finished = processes.finish(); !finished) return finished;
    auto walked =
        each_file_below(arguments_.folder.output, own_files(arguments_.folder.output, folder.path),
                        [&](const FoundFile& file) { return take_file(file, names); });
    if (!walked) return walked;
    if (auto error = (*history)->error()) return tl::unexpected(std::move(*error));
    return {};
  }

  [[nodiscard]] Result<> take(const Finding& finding, FileNames& names, Repairs& repairs) {
    if (finding.verdict == Verdict::good || finding.verdict == Verdict::under_way) {
      add(counts_, finding, std::nullopt);
      return {};
    }
    const FileNames::File file = names.of_row(finding.row);
    add(counts_, finding, file.stamp);
    if (finding.verdict == Verdict::good_unnoted) {
      ++counts_.noted;
      return repairs.confirm(finding.row, finding.found.mtime_ns);
    }
    if (finding.verdict == Verdict::unreadable) {
      console_.line(
          fmt::format("fanfetch: cannot read '{}': {}", file.name, errno_text(finding.error)),
          Level::error);
      return {};
    }
    if (const auto line = finding_line(finding, file.name, file.stamp)) add_line(*line);
    const std::string why = why_changed(finding, file.stamp);
    return repairs.refetch(finding.row, why.empty() ? "verify: it is missing" : "verify: " + why);
  }

  [[nodiscard]] bool take_file(const FoundFile& file, FileNames& names) {
    if (names.knows(file.name)) return true;
    if (file.own) {
      ++counts_.own;
      return true;
    }
    if (others_write_there_) {  // and their ledgers are on their machines
      ++counts_.others;
      return true;
    }
    ++counts_.foreign;
    add_line(foreign_line(file.name));
    return output_works_;
  }

  void add_line(const std::string& line) {
    console_.clear_bar();  // both may be one terminal
    output_works_ = output_.add_text(line) && output_works_;
  }

  void show() {
    output_works_ = output_.flush() && output_works_;
    const Instant now = std::chrono::steady_clock::now();
    const std::uint64_t failed = counts_.missing + counts_.changed;
    pace_.note({.settled = counts_.files,
                .total = total_,
                .bytes = counts_.bytes,
                .fetched = counts_.files,
                .held = total_ - std::min(total_, counts_.files)},
               now);
    LiveReport live;
    live.kept = counts_.files - std::min(counts_.files, failed);
    live.failed = failed;
    live.received_bytes = counts_.bytes;
    live.links_per_second = pace_.links_per_second();
    live.bytes_per_second = pace_.bytes_per_second();
    live.total = total_;
    live.time_left = pace_.time_left();
    const auto text = progress_.due(live, now, Console::columns());
    if (!text) return;
    if (progress_.style() == Progress::Style::bar) {
      console_.bar(*text);
    } else {
      console_.line(*text, Level::info, When::now);
    }
  }

  const VerifyArguments& arguments_;
  const bool others_write_there_ = has_other_nodes(arguments_.folder);
  const Instant start_;
  const Look look_ = look_for(surroundings());
  Progress progress_;
  Pace pace_;
  Console console_;
  LineOutput output_;
  bool output_works_ = true;
  VerifyCounts counts_;
  std::uint64_t total_ = 0;
  std::uint64_t on_nodes_ = 0;  // files of a driver's links
};

}  // namespace

Exit run_verify(const VerifyArguments& arguments) {
  const auto status = Verification(arguments, std::chrono::steady_clock::now()).run();
  return status ? Exit{.status = *status} : status.error();
}

}  // namespace fanfetch
