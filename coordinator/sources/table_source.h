#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/sources/entry/source.h"
#include "coordinator/sources/row_parser.h"
#include "coordinator/sources/streams/byte_stream.h"
#include "coordinator/sources/table_heading.h"

namespace fanfetch {

/// How a table is read.
struct TableOptions {
  char separator = ',';
  /// The user named the separator; else another one is tried where the heading has that.
  bool is_given = false;
  /// Name of the column with the links, ignoring case; or its number from 1 if no column has that
  /// name. With a number, a first row that has a URL there is no heading.
  std::string url_column{kUsualUrlColumn};
  ColumnsWanted columns;
};

/// A list as CSV or TSV, a link in each row; with a heading, unless the first row shows that there
/// is none: columns are then named by their numbers. A row with broken quotes, or with more cells
/// than the first one, is yielded with a problem that names its lines; reading continues after it.
/// Without a heading all rows need as many cells: else one of them holds a link that a separator
/// cuts, and nobody can tell which.
/// Tabs separate TSV (TsvParser), all else CSV (CsvParser).
class TableSource final : public Source {
 public:
  /// `bytes`: decompressed text. `name` is for messages.
  TableSource(std::unique_ptr<ByteStream> bytes, std::string name, TableOptions options);

  /// Error: as Source::next(); also a first row without a wanted column, or a quote never closed.
  [[nodiscard]] Result<std::optional<ListedItem>> next() override;

 private:
  /// True: the parser holds a row. False: there are no more rows.
  [[nodiscard]] Result<bool> next_row();
  [[nodiscard]] Result<bool> read_more();
  [[nodiscard]] Result<bool> read_first_row();
  [[nodiscard]] HeadingFit fit_of(const RowParser& row) const;
  [[nodiscard]] Result<bool> read_again();
  [[nodiscard]] Result<> learn_columns();
  [[nodiscard]] ListedItem first_item();
  [[nodiscard]] ListedItem read_item() const;
  [[nodiscard]] std::string problem_of_row() const;
  [[nodiscard]] tl::unexpected<Error> bad_heading() const;
  void add_columns(ListedItem& item) const;

  std::unique_ptr<ByteStream> bytes_;
  std::string name_;
  TableOptions options_;
  std::unique_ptr<RowParser> parser_;
  std::vector<char> buffer_;
  std::string opening_;      // all that was read for the first row
  std::string_view unread_;  // in opening_, then in buffer_
  std::uint64_t last_line_ = 0;
  std::optional<Result<bool>> ahead_;  // what next_row() said, of a row read in advance
  bool ended_ = false;
  bool is_first_row_read_ = false;
  TableHeading heading_;
  std::size_t least_cells_ = 0;     // of a row
  std::vector<std::size_t> named_;  // indices of the columns in options_.columns.named
};

}  // namespace fanfetch
