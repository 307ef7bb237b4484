#pragma once

#include "coordinator/sources/row_parser.h"

namespace fanfetch {

/// Rows by RFC 4180: a quoted cell may hold separators, line ends and doubled quotes; a quote
/// within an unquoted cell is a plain character. A quote that someone forgot to close would swallow
/// the rows up to the next one: after expect(), a row is at fault where a line within its quotes
/// has as many cells as expected, with a URL as the one for the link.
class CsvParser final : public RowParser {
 public:
  explicit CsvParser(char separator) : separator_(separator) {}

  [[nodiscard]] bool feed(std::string_view& bytes) override;
  [[nodiscard]] bool finish() override;
  void expect(std::size_t cells, std::size_t link_index) override;

 private:
  enum class State { row_start, cell_start, plain, quoted, quote_in_quoted, broken };

  void skip_to_row(std::string_view& bytes);
  void start();
  [[nodiscard]] bool take(char c);
  [[nodiscard]] std::size_t take_run(std::string_view bytes);
  [[nodiscard]] bool end();
  [[nodiscard]] bool holds_rows() const;

  const char separator_;
  State state_ = State::row_start;
  std::size_t mark_ = 0;      // bytes of a byte order mark seen before the row
  std::size_t expected_ = 0;  // cells; 0: not known yet
  std::size_t link_index_ = 0;
};

}  // namespace fanfetch
