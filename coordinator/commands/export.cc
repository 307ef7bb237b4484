#include "coordinator/commands/export.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <system_error>

#include "common/utf8.h"
#include "coordinator/commands/folder/folder.h"
#include "coordinator/commands/folder/line_output.h"
#include "coordinator/report/csv_line.h"
#include "coordinator/report/jsonl_log.h"
#include "coordinator/settle/fleet_note.h"
#include "coordinator/settle/run_ledger.h"
#include "coordinator/settle/written_files.h"

namespace fanfetch {
namespace {

using Histories = std::vector<std::unique_ptr<History>>;

Result<LineOutput> open_output(const std::string& file) {
  if (file == "-") return LineOutput();
  return LineOutput::open(file);
}

/// A heading has to be known before the first row. More columns than this come from lists whose
/// rows have nothing in common, and make no table.
constexpr std::size_t kMostColumns = 1000;

/// Visits the records that are to be written, of one ledger after the other, until `visit` returns
/// false.
Result<> each_record(const Histories& histories, const ExportFilter& filter,
                     const std::function<bool(const Record&)>& visit) {
  bool wanted = true;
  for (const auto& history : histories) {
    if (!wanted) break;
    history->each_row([&](const LedgerRow& row) {
      if (filter.takes(row.record)) wanted = visit(row.record);
      return wanted;
    });
    if (auto error = history->error()) return tl::unexpected(std::move(*error));
  }
  return {};
}

/// The own columns of all records that are to be written.
Result<ColumnKeys> column_keys(const Histories& histories, const ExportFilter& filter) {
  ColumnKeys keys;
  auto read = each_record(histories, filter, [&](const Record& record) {
    add_column_keys(record, keys);
    return keys.size() <= kMostColumns;
  });
  if (!read) return tl::unexpected(std::move(read.error()));
  if (keys.size() > kMostColumns) {
    return fail(
        "the lists have over {} columns of their own, too many for CSV: export as JSON lines",
        kMostColumns);
  }
  return keys;
}

/// A link as a line of a list.
std::string url_line(const Record& record) { return printable_url(record.url.value_or("")) + '\n'; }

Result<> write_rows(const Histories& histories, const ExportArguments& arguments) {
  auto output = open_output(arguments.file);
  if (!output) return tl::unexpected(output.error());
  const ExportFilter& filter = arguments.filter;
  const RecordKeys keys{.errors = !filter.files_only,
                        .node = std::ranges::any_of(arguments.folders, is_of_driver)};
  const bool csv = arguments.format == ExportFormat::csv;

  ColumnKeys columns;
  if (csv) {
    auto found = column_keys(histories, filter);
    if (!found) return tl::unexpected(found.error());
    columns = std::move(*found);
  }
  if (csv) output->add_data(csv_header(keys, columns));
  auto read = each_record(histories, filter, [&](const Record& record) {
    switch (arguments.format) {
      case ExportFormat::csv: return output->add_data(to_csv_line(record, keys, columns));
      case ExportFormat::urls: return output->add_data(url_line(record));
      case ExportFormat::jsonl: break;
    }
    return output->add_data(to_json_line(record, keys));
  });
  // Without its name, the half of a file is gone.
  if (!read) return read;
  return output->finish();
}

/// Why FILE is not to be replaced; nullopt: it may be.
std::optional<std::string> why_to_stay(const ExportArguments& arguments,
                                       const std::vector<std::string>& folders) {
  for (const RunFolder& folder : arguments.folders) {
    if (is_own_file(arguments.file, folder)) {
      return fmt::format("'{}' is what fanfetch keeps its books in; choose another file",
                         arguments.file);
    }
  }
  struct stat there {};
  // What is no file is not replaced.
  if (arguments.force || ::stat(arguments.file.c_str(), &there) != 0 || !S_ISREG(there.st_mode) ||
      is_untouched_export(arguments.file, folders)) {
    return std::nullopt;
  }
  return fmt::format("'{}' is there, and is not as an export left it: --force replaces it",
                     arguments.file);
}

/// The ledgers of all folders. Exit: as open_history().
tl::expected<Histories, Exit> open_histories(const std::vector<RunFolder>& folders) {
  Histories histories;
  for (const RunFolder& folder : folders) {
    auto history = open_history(folder);
    if (history) {
      histories.push_back(std::move(*history));
      continue;
    }
    Exit exit = std::move(history.error());
    std::error_code none;
    if (exit.status == kExitConfiguration && !histories.empty() &&
        !std::filesystem::is_directory(folder.output, none)) {
      exit = exit_with(
          kExitConfiguration,
          fmt::format("'{}' is no folder; the file to write is named by -o FILE", folder.output));
    }
    return tl::unexpected(std::move(exit));
  }
  return histories;
}

}  // namespace

Exit run_export(const ExportArguments& arguments) {
  const auto histories = open_histories(arguments.folders);
  if (!histories) return histories.error();
  std::vector<std::string> folders;
  for (const RunFolder& folder : arguments.folders) folders.push_back(folder.output);
  const bool to_file = arguments.file != "-";
  if (to_file) {
    if (const auto why = why_to_stay(arguments, folders)) {
      return exit_with(kExitConfiguration, *why);
    }
  }
  const auto written = write_rows(*histories, arguments);
  if (!written) return exit_with(kExitOutput, written.error().message);
  if (to_file) note_written(WrittenFile::Kind::exported, arguments.file, folders);
  return {};
}

}  // namespace fanfetch
