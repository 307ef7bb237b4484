#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fanfetch {

/// Cuts text into rows of cells, as RFC 4180 has it: a cell in quotes may hold separators, newlines
/// and doubled quotes. Lines end with LF or CRLF; empty lines are skipped; a quote within a cell
/// that does not begin with one stands for itself. Pure; memory is bounded whatever comes.
class CsvParser {
 public:
  static constexpr std::size_t kMaxRowBytes = std::size_t{1} << 20;
  static constexpr std::size_t kMaxCells = 4096;

  enum class Fault {
    none,
    too_long,          ///< Over one of the limits: the cells are only its beginning.
    text_after_quote,  ///< Something follows a closing quote; the rest of that line was skipped.
    never_closed,      ///< The text ended within quotes.
  };

  explicit CsvParser(char separator) : separator_(separator) {}

  /// Takes bytes off the front of `bytes`, at most up to the end of a row. True: that row can be
  /// looked at until the next call. False: `bytes` was used up.
  [[nodiscard]] bool feed(std::string_view& bytes);
  /// There are no more bytes. True: a row ended there.
  [[nodiscard]] bool finish();

  [[nodiscard]] std::size_t cells() const { return ends_.size(); }
  /// REQUIRES: `index` < cells().
  [[nodiscard]] std::string_view cell(std::size_t index) const;
  [[nodiscard]] Fault fault() const { return fault_; }
  /// The line on which the row begins, from 1.
  [[nodiscard]] std::uint64_t line() const { return row_line_; }
  /// The line on which its last quoted cell begins. REQUIRES: it has one.
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
  std::string text_;               // of all cells, one behind the other
  std::vector<std::size_t> ends_;  // of each in it
  Fault fault_ = Fault::none;
  bool in_plain_ = false;  // the cell at hand did not begin with a quote
  std::uint64_t line_ = 1;
  std::uint64_t row_line_ = 1;
  std::uint64_t quote_line_ = 0;
};

}  // namespace fanfetch
