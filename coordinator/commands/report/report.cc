#include "coordinator/commands/report/report.h"

#include <sys/stat.h>

#include <fstream>
#include <optional>

#include "coordinator/commands/folder/line_output.h"
#include "coordinator/commands/report/data/gather.h"
#include "coordinator/commands/report/page.h"
#include "coordinator/options/results_file.h"
#include "coordinator/settle/run_ledger.h"
#include "coordinator/settle/written_files.h"

namespace fanfetch {
namespace {

std::string beginning_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string beginning(kGeneratorWithin, '\0');
  file.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  beginning.resize(static_cast<std::size_t>(file.gcount()));
  return beginning;
}

/// Why FILE is not to be replaced; nullopt: it may be.
std::optional<std::string> why_to_stay(const ReportArguments& arguments, History& history) {
  const RunFolder& folder = arguments.folder;
  if (is_own_file(arguments.file, folder)) {
    return fmt::format("'{}' is what fanfetch keeps its books in; choose another file with -o FILE",
                       arguments.file);
  }
  struct stat there {};
  // What is no file is not replaced.
  if (arguments.force || ::stat(arguments.file.c_str(), &there) != 0 || !S_ISREG(there.st_mode)) {
    return std::nullopt;
  }
  // A page may claim to be ours.
  if (auto kept = check_is_no_download("-o", arguments.file, folder.output, history); !kept) {
    return std::move(kept.error().message);
  }
  if (is_report_page(beginning_of(arguments.file))) return std::nullopt;
  return fmt::format(
      "'{}' is there, and is no report of fanfetch; choose another file with -o FILE, or replace "
      "it with --force",
      arguments.file);
}

}  // namespace

Exit run_report(const ReportArguments& arguments) {
  const bool to_file = arguments.file != "-";
  const auto history = open_history(arguments.folder);
  if (!history) return history.error();
  if (to_file) {
    if (const auto why = why_to_stay(arguments, **history)) {
      return exit_with(kExitConfiguration, *why);
    }
  }
  const auto data = gather_report(**history, arguments.folder, std::chrono::system_clock::now());
  if (!data) return exit_with(kExitOutput, data.error().message);

  auto output = to_file ? LineOutput::open(arguments.file) : Result<LineOutput>(LineOutput());
  if (!output) return exit_with(kExitOutput, output.error().message);
  output->add_data(report_page(*data, FANFETCH_VERSION));
  if (const auto written = output->finish(); !written) {
    return exit_with(kExitOutput, written.error().message);
  }
  if (to_file) {
    note_written(WrittenFile::Kind::report, arguments.file, {arguments.folder.output});
  }
  return {};
}

}  // namespace fanfetch
