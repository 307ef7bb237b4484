#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fanfetch {

/// Splits text into rows of cells by RFC 4180: a quoted cell may hold separators, newlines and
/// doubled quotes. Lines end with LF or CRLF; empty lines are skipped; a quote within an unquoted
/// cell is a plain character. Pure; memory is bounded for any input.
class CsvParser {
 public:
  static constexpr std::size_t kMaxRowBytes = std::size_t{1} << 20;
  static constexpr std::size_t kMaxCells = 4096;

  enum class Fault {
    none,
    too_long,          ///< Over one of the limits: the cells hold only the beginning of the row.
    text_after_quote,  ///< Text follows a closing quote; the rest of that line is skipped.
    never_closed,      ///< The text ended within quotes.
  };

  explicit CsvParser(char separator) : separator_(separator) {}

  /// Removes bytes from the front of `bytes`, at most up to the end of a row. True: that row can be
  /// read until the next call. False: `bytes` is used up.
  [[nodiscard]] bool feed(std::string_view& bytes);
  /// Call at the end of the input. True: that completed a row.
  [[nodiscard]] bool finish();

  [[nodiscard]] std::size_t cells() const { return ends_.size(); }
  /// REQUIRES: `index` < cells().
  [[nodiscard]] std::string_view cell(std::size_t index) const;
  [[nodiscard]] Fault fault() const { return fault_; }
  /// The line on which the row begins, from 1.
  [[nodiscard]] std::uint64_t line() const { return row_line_; }
  /// The line on which the row's last quoted cell begins. REQUIRES: the row has one.
  [[nodiscard]] std::uint64_t quote_line() const { return quote_line_; }

 private:
  enum class State { row_start, cell_start, plain, quoted, quote_in_quoted, quote_cr, broken };

  void begin_row();
  [[nodiscard]] bool take(char c);
  [[nodiscard]] std::size_t take_run(std::string_view bytes);
  void keep(std::string_view piece);
  void end_cell();
  [[nodiscard]] bool end_row();

  const char separator_;
  State state_ = State::row_start;
  std::string text_;               // of all cells, concatenated
  std::vector<std::size_t> ends_;  // of each cell in text_
  Fault fault_ = Fault::none;
  bool in_plain_ = false;  // the current cell is not quoted
  std::uint64_t line_ = 1;
  std::uint64_t row_line_ = 1;
  std::uint64_t quote_line_ = 0;
};

}  // namespace fanfetch
