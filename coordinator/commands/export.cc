#include "coordinator/commands/export.h"

#include <filesystem>

#include "coordinator/commands/folder.h"
#include "coordinator/commands/line_output.h"
#include "coordinator/report/csv_line.h"
#include "coordinator/report/jsonl_log.h"
#include "coordinator/settle/run_ledger.h"

namespace fanfetch {
namespace {

/// The name under which tools for image folders look for it.
constexpr std::string_view kFolderMetadata = "metadata.jsonl";

Result<LineOutput> open_output(const std::string& file) {
  if (file == "-") return LineOutput();
  return LineOutput::open(file);
}

/// A heading has to be known before the first row. More columns than this come from lists whose
/// rows have nothing in common, and make no table.
constexpr std::size_t kMostColumns = 1000;

/// The own columns of all rows that are to be written.
Result<ColumnKeys> column_keys(History& history, bool files_only) {
  ColumnKeys keys;
  history.each_row([&](const LedgerRow& row) {
    if (!files_only || row.record.status == Status::saved) add_column_keys(row.record, keys);
    return keys.size() <= kMostColumns;
  });
  if (auto error = history.error()) return tl::unexpected(std::move(*error));
  if (keys.size() > kMostColumns) {
    return fail(
        "the lists have over {} columns of their own, too many for CSV: export as JSON lines",
        kMostColumns);
  }
  return keys;
}

Result<> write_rows(History& history, const ExportArguments& arguments) {
  auto output = open_output(arguments.file);
  if (!output) return tl::unexpected(output.error());
  const bool files_only = std::filesystem::path(arguments.file).filename() == kFolderMetadata;
  const RecordKeys keys = files_only ? RecordKeys::of_a_file : RecordKeys::all;
  const bool csv = arguments.format == ExportFormat::csv;

  ColumnKeys columns;
  if (csv) {
    auto found = column_keys(history, files_only);
    if (!found) return tl::unexpected(found.error());
    columns = std::move(*found);
  }
  bool going_well = !csv || output->add(csv_header(keys, columns));
  history.each_row([&](const LedgerRow& row) {
    if (files_only && row.record.status != Status::saved) return going_well;
    going_well =
        output->add(csv ? to_csv_line(row.record, keys, columns) : to_json_line(row.record, keys));
    return going_well;
  });
  // Without its name, the half of a file is gone.
  if (auto error = history.error()) return tl::unexpected(std::move(*error));
  return output->finish();
}

}  // namespace

Exit run_export(const ExportArguments& arguments) {
  const auto history = open_history(arguments.folder);
  if (!history) return history.error();
  const auto ledger = ledger_path(arguments.folder.output, arguments.folder.ledger);
  if (is_own_file(arguments.file, arguments.folder.output, ledger)) {
    return exit_with(kExitConfiguration,
                     fmt::format("'{}' is what fanfetch keeps its books in; choose another file",
                                 arguments.file));
  }
  const auto written = write_rows(**history, arguments);
  if (!written) return exit_with(kExitOutput, written.error().message);
  return {};
}

}  // namespace fanfetch
