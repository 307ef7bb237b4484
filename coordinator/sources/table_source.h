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
  /// The name of the column with the links, in any case, or its number from 1 if none is called so.
  std::string url_column = "url";
  ColumnsWanted columns;
};

/// A list as CSV or TSV with a heading, a link in each row. A row that cannot be told apart from
/// its neighbours, or has more cells than the heading, is yielded with its problem and its line;
/// the rest goes on.
class TableSource final : public Source {
 public:
  /// `bytes`: text; `name` is for messages.
  TableSource(std::unique_ptr<ByteStream> bytes, std::string name, TableOptions options);

  /// Error: also if the heading lacks a column that was asked for, or if quotes are never closed.
  [[nodiscard]] Result<std::optional<ListedItem>> next() override;

 private:
  /// True: the parser has a row. False: there is none any more.
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
  std::string_view unread_;  // in it
  std::uint64_t last_line_ = 0;
  bool ended_ = false;
  bool has_heading_ = false;
  std::vector<std::string> heading_;
  std::size_t url_index_ = 0;
  std::vector<std::size_t> named_;  // where the columns lie that options_ names
};

}  // namespace fanfetch
