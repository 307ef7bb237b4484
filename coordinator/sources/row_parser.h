#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/utf8.h"

namespace fanfetch {

/// Splits text into rows of cells. Lines end with LF, CRLF, CR CR LF or CR; empty lines and those
/// of blanks alone are skipped, and so is a byte order mark at the beginning of a row, where one
/// file was put behind another. Abstract because tables separated by tabs quote by other rules; the
/// real ones are CsvParser and TsvParser. Pure; memory is bounded for any input.
class RowParser {
 public:
  static constexpr std::size_t kMaxRowBytes = std::size_t{1} << 20;
  static constexpr std::size_t kMaxCells = 4096;

  enum class Fault {
    none,
    too_long,          ///< Over one of the limits: the cells hold only the beginning of the row.
    text_after_quote,  ///< Text follows a closing quote; the rest of that line is skipped.
    never_closed,      ///< The text ended within quotes.
    rows_within,       ///< A line within quotes is a row of its own, as far as can be told.
  };

  RowParser() = default;
  virtual ~RowParser() = default;
  RowParser(const RowParser&) = delete;
  RowParser& operator=(const RowParser&) = delete;

  /// Removes bytes from the front of `bytes`. True: a row can be read until the next call. False:
  /// `bytes` is used up.
  [[nodiscard]] virtual bool feed(std::string_view& bytes) = 0;
  /// Call at the end of the input until it returns false. True: as with feed().
  [[nodiscard]] virtual bool finish() = 0;
  /// How many cells a row has, and in which its link is; so far unknown.
  virtual void expect(std::size_t /*cells*/, std::size_t /*link_index*/) {}

  [[nodiscard]] std::size_t cells() const { return ends_.size(); }
  /// REQUIRES: `index` < cells().
  [[nodiscard]] std::string_view cell(std::size_t index) const;
  [[nodiscard]] Fault fault() const { return fault_; }
  /// The lines on which the row begins and ends, from 1.
  [[nodiscard]] std::uint64_t line() const { return row_line_; }
  [[nodiscard]] std::uint64_t last_line() const { return last_line_; }
  /// The line on which the row's last quoted cell begins. REQUIRES: the row has such a fault.
  [[nodiscard]] std::uint64_t quote_line() const { return quote_line_; }

 protected:
  /// Begins a row without cells on the current line.
  void begin_row();
  /// Adds to the current cell, as far as the limit lets it.
  void keep(std::string_view piece);
  void end_cell();
  /// Ends the row on the current line.
  void end_row() { last_line_ = line_ + returns_; }
  /// The row is one cell with nothing to be seen in it.
  [[nodiscard]] bool is_blank() const;
  /// Moves on by the line ends in `text`.
  void count_lines(std::string_view text);
  void set_fault(Fault fault) { fault_ = fault; }
  /// The current cell, which begins on the current line, is quoted.
  void begin_quote() { quote_line_ = line_ + returns_; }

 private:
  std::string text_;               // of all cells, concatenated
  std::vector<std::size_t> ends_;  // of each cell in text_
  Fault fault_ = Fault::none;
  std::uint64_t line_ = 1;
  std::uint64_t returns_ = 0;  // CRs at the end of what count_lines() saw
  std::uint64_t row_line_ = 1;
  std::uint64_t last_line_ = 1;
  std::uint64_t quote_line_ = 0;
};

[[nodiscard]] constexpr bool ends_line(char c) { return c == '\n' || c == '\r'; }

}  // namespace fanfetch
