#include "coordinator/commands/dry_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/ascii.h"
#include "coordinator/process/signals.h"
#include "coordinator/report/console.h"
#include "coordinator/report/summary.h"
#include "coordinator/report/tally.h"

namespace fanfetch {
namespace {

/// As in a run: more are only counted.
constexpr std::uint64_t kFailuresInFull = 10;

/// `listed` as a line's first column: the tab or line break that a link may hold, or another
/// control character, escaped as its request has it.
std::string first_column(std::string_view listed) {
  std::string text;
  for (const char c : listed) {
    text += is_control(c) ? fmt::format("%{:02X}", static_cast<int>(c)) : std::string(1, c);
  }
  return text;
}

}  // namespace

Exit dry_run(const DryRunRules& rules, Reader& reader) {
  Tally tally;
  std::uint64_t to_fetch = 0;
  std::uint64_t failures = 0;
  Console console;
  bool list_failed = false;
  bool output_failed = false;
  int write_error = 0;
  std::vector<std::string> held;  // with --quiet, until it is known that the run ends badly
  const auto show_held = [&] {
    for (const auto& line : std::exchange(held, {})) console.line(line);
  };
  const auto count = [&](const Record& record) {
    tally.add(record);
    if (record.status != Status::failed || record.stood) return;
    if (failures++ < kFailuresInFull) held.push_back(describe_failure(record));
    if (!rules.quiet) show_held();
  };
  const auto show = [&](const ReaderItem& planned) {
    if (const auto* link = std::get_if<Link>(&planned)) {
      const auto line = fmt::format("{}\t{}\n", first_column(link->listed), link->name);
      std::fwrite(line.data(), 1, line.size(), stdout);
      ++to_fetch;
    } else if (const auto* record = std::get_if<Record>(&planned)) {
      count(*record);
    } else if (const auto* row = std::get_if<LedgerRow>(&planned)) {
      count(row->record);
    } else if (const auto* trouble = std::get_if<OutputTrouble>(&planned)) {
      output_failed = true;
      console.line("fanfetch: " + printable(trouble->message));
      return false;
    } else if (const auto* error = std::get_if<Error>(&planned)) {
      list_failed = true;
      console.line("fanfetch: " + printable(error->message));
    } else if (const auto* notice = std::get_if<Notice>(&planned); notice && !rules.quiet) {
      console.line(printable(notice->text));
    }
    if (std::ferror(stdout) != 0) write_error = errno;
    return write_error == 0;
  };
  reader.run([&](const std::vector<ReaderItem>& planned) {
    return std::all_of(planned.begin(), planned.end(), show);
  });
  if (std::fflush(stdout) != 0) write_error = errno;
  if (write_error == EPIPE) die_of(SIGPIPE);
  if (write_error != 0) {
    return exit_with(kExitOutput, "cannot write to stdout: " + errno_text(write_error));
  }
  const bool too_many = rules.max_failed.exceeded_by(tally);
  const std::uint64_t old = tally.old_failures().all;
  if (old > 0 && (!rules.quiet || too_many)) {
    console.line(old_failures_line(tally));
  }
  if (!rules.quiet) {
    console.line(fmt::format("{} to fetch, {} kept, {} skipped, {}", to_fetch,
                             tally.count(Status::kept) + tally.count(Status::saved),
                             tally.count(Status::skipped),
                             failed_text(tally.count(Status::failed), old)));
  }
  if (output_failed || list_failed || too_many) show_held();
  if (output_failed) return {.status = kExitOutput};
  if (list_failed) return {.status = kExitListFailed};
  return {.status = too_many ? kExitLinksFailed : kExitSuccess};
}

}  // namespace fanfetch
