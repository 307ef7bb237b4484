#include "coordinator/commands/dry_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/utf8.h"
#include "coordinator/commands/folder/line_output.h"
#include "coordinator/report/console.h"
#include "coordinator/report/failure_text.h"
#include "coordinator/report/summary.h"
#include "coordinator/report/tally.h"

namespace fanfetch {
namespace {

/// As in a run: more are only counted.
constexpr std::uint64_t kFailuresInFull = 10;
/// More than any name has.
constexpr std::size_t kMostNameBytes = 4096;

}  // namespace

Exit dry_run(const DryRunRules& rules, Reader& reader) {
  Tally tally;
  std::uint64_t to_fetch = 0;
  std::uint64_t failures = 0;
  Console console;
  bool list_failed = false;
  bool output_failed = false;
  LineOutput output;
  bool output_works = true;
  FailureLines lines;
  std::vector<Spans> held;  // with --quiet, until it is known that the run ends badly
  const auto show_held = [&] {
    for (const auto& line : std::exchange(held, {})) {
      console.line(line, Level::warning, When::whenever);
    }
  };
  const auto count = [&](const Record& record) {
    tally.add(record);
    if (record.status != Status::failed || record.stood) return;
    if (failures++ < kFailuresInFull) held.push_back(lines.line(record));
    if (!rules.quiet) show_held();
  };
  const auto show = [&](const ReaderItem& planned) {
    if (const auto* link = std::get_if<Link>(&planned)) {
      output_works = output.add_text(fmt::format("{}\t{}\n", printable_url(link->listed),
                                                 printable(link->name, kMostNameBytes)));
      ++to_fetch;
    } else if (const auto* record = std::get_if<Record>(&planned)) {
      count(*record);
    } else if (const auto* row = std::get_if<LedgerRow>(&planned)) {
      count(row->record);
    } else if (const auto* trouble = std::get_if<OutputTrouble>(&planned)) {
      output_failed = true;
      console.line("fanfetch: " + printable(trouble->message), Level::error);
      return false;
    } else if (const auto* error = std::get_if<Error>(&planned)) {
      list_failed = true;
      console.line("fanfetch: " + printable(error->message), Level::error);
    } else if (const auto* notice = std::get_if<Notice>(&planned); notice && !rules.quiet) {
      console.line(printable(notice->text));
    }
    return output_works;
  };
  reader.run([&](const std::vector<ReaderItem>& planned) {
    const bool all = std::all_of(planned.begin(), planned.end(), show);
    return output.flush() && all;  // a list may come slowly
  });
  if (const auto written = output.finish(); !written) {
    return exit_with(kExitOutput, written.error().message);
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
