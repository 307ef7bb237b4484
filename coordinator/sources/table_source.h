#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/sources/csv_parser.h"
#include "coordinator/sources/entry/source.h"
#include "coordinator/sources/streams/byte_stream.h"

namespace fanfetch {

/// How a table is read.
struct TableOptions {
  char separator = ',';
  /// Name of the column with the links, ignoring case; or its number from 1 if no column has that
  /// name.
  std::string url_column = "url";
  ColumnsWanted columns;
};

/// A list as CSV or TSV with a heading, a link in each row. A row with broken quotes, or with more
/// cells than the heading, is yielded with a problem that names its line; reading continues after
/// it.
class TableSource final : public Source {
 public:
  /// `bytes`: decompressed text. `name` is for messages.
  TableSource(std::unique_ptr<ByteStream> bytes, std::string name, TableOptions options);

  /// Error: as Source::next(); also a heading without a wanted column, or a quote never closed.
  [[nodiscard]] Result<std::optional<ListedItem>> next() override;

 private:
  /// True: the parser holds a row. False: there are no more rows.
  [[nodiscard]] Result<bool> next_row();
  [[nodiscard]] Result<> read_heading();
  [[nodiscard]] Result<std::size_t> find_column(std::string_view name, std::string_view what) const;
  [[nodiscard]] ListedItem read_item() const;
  [[nodiscard]] std::string problem_of_row() const;
  void add_columns(ListedItem& item) const;

  std::unique_ptr<ByteStream> bytes_;
  std::string name_;
  TableOptions options_;
  CsvParser parser_;
  std::vector<char> buffer_;
  std::string_view unread_;  // in buffer_
  std::uint64_t last_line_ = 0;
  bool ended_ = false;
  bool has_heading_ = false;
  std::vector<std::string> heading_;
  std::size_t url_index_ = 0;
  std::vector<std::size_t> named_;  // indices of the columns in options_.columns.named
};

}  // namespace fanfetch
