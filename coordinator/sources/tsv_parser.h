#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "coordinator/sources/row_parser.h"

namespace fanfetch {

/// Rows of cells separated by tabs. Most programs write these without any quoting, so that a quote
/// is a plain character, except around
///   - a cell that one quote opens and another closes on the same line: it may hold tabs and
///   doubled
///     quotes. (If it holds tabs, and the line has as many cells as expected only where its quotes
///     are plain, they are.)
///   - a cell that goes on over lines, as pandas writes line ends: a quote closes it within
///     kMaxQuotedBytes, the row has as many cells as expected, and no line within has a link in the
///     column of links with another cell beside it. Such a line is a row of its own.
/// A row that a quote may prolong waits for the lines that decide. Before expect(), none does.
class TsvParser final : public RowParser {
 public:
  static constexpr std::size_t kMaxQuotedBytes = std::size_t{64} * 1024;

  [[nodiscard]] bool feed(std::string_view& bytes) override;
  [[nodiscard]] bool finish() override;
  void expect(std::size_t cells, std::size_t link_index) override;

 private:
  /// The bytes of held_ from `begin` up to `end`.
  struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  enum class Join { yes, no, undecided };
  enum class TabsInQuotes { no, yes };

  void hold(std::string_view bytes);
  [[nodiscard]] bool next_row(bool at_end);
  void skip_to_row();
  [[nodiscard]] std::optional<std::size_t> line_end(std::size_t from, bool at_end) const;
  [[nodiscard]] Join join_lines(Span& row, bool at_end) const;
  [[nodiscard]] std::optional<std::size_t> open_quote(Span cells) const;
  [[nodiscard]] bool has_row_within(Span quoted) const;
  [[nodiscard]] bool fits(Span row, TabsInQuotes tabs) const;
  void take(Span row, Join joined);
  [[nodiscard]] std::string_view text_up_to(std::size_t end) const {
    return std::string_view(held_).substr(0, end);
  }

  std::string held_;  // from at_ on, not a row yet
  std::size_t at_ = 0;
  std::size_t no_end_before_ = 0;  // there is no line end in held_ from at_ up to this
  std::optional<std::size_t> expected_;
  std::size_t link_index_ = 0;
};

}  // namespace fanfetch
