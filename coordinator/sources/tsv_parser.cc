#include "coordinator/sources/tsv_parser.h"

#include <algorithm>

#include "coordinator/sources/entry/list_text.h"

namespace fanfetch {
namespace {

constexpr char kTab = '\t';

/// What becomes of the quote at the beginning of a cell.
struct Quote {
  enum class End {
    closed,  // `at` is the closing one
    open,    // none closes it in this text
    plain,   // text follows the quote that should close it
  };
  End end = End::open;
  std::size_t at = 0;
};

/// Follows the quote at text[begin].
Quote follow_quote(std::string_view text, std::size_t begin) {
  for (std::size_t at = begin + 1;; at += 2) {
    at = text.find('"', at);
    if (at == std::string_view::npos) return {Quote::End::open, text.size()};
    if (at + 1 == text.size() || text[at + 1] == kTab || ends_line(text[at + 1])) {
      return {Quote::End::closed, at};
    }
    if (text[at + 1] != '"') return {Quote::End::plain, at};
  }
}

/// Calls visit(cell, is_quoted) for each cell of `text` from `begin` on, quotes included.
template <class Visit>
void each_cell(std::string_view text, std::size_t begin, bool tabs_in_quotes, Visit visit) {
  for (;;) {
    bool is_quoted = false;
    std::size_t end = 0;
    if (begin < text.size() && text[begin] == '"') {
      const Quote quote = follow_quote(text, begin);
      end = quote.at + 1;
      is_quoted = quote.end == Quote::End::closed &&
                  (tabs_in_quotes || text.substr(begin, end - begin).find(kTab) == text.npos);
    }
    if (!is_quoted) end = std::min(text.find(kTab, begin), text.size());
    visit(text.substr(begin, end - begin), is_quoted);
    if (end == text.size()) return;
    begin = end + 1;
  }
}

/// The plain cell of that index; its data() tells where it is. Empty without data: there is none.
std::string_view plain_cell(std::string_view line, std::size_t index) {
  for (; index > 0; --index) {
    const std::size_t tab = line.find(kTab);
    if (tab == std::string_view::npos) return {};
    line.remove_prefix(tab + 1);
  }
  return line.substr(0, line.find(kTab));
}

}  // namespace

bool TsvParser::feed(std::string_view& bytes) {
  if (next_row(false)) return true;
  if (bytes.empty()) return false;
  hold(bytes);
  bytes = {};
  return next_row(false);
}

bool TsvParser::finish() { return next_row(true); }

void TsvParser::expect(std::size_t cells, std::size_t link_index) {
  expected_ = cells;
  link_index_ = link_index;
}

void TsvParser::hold(std::string_view bytes) {
  held_.erase(0, at_);
  no_end_before_ -= std::min(no_end_before_, at_);
  at_ = 0;
  // Of a line over the limit, the beginning is enough.
  if (no_end_before_ == held_.size() && held_.size() > kMaxRowBytes) {
    held_.resize(kMaxRowBytes + 1);
    no_end_before_ = held_.size();
  }
  held_ += bytes;
}

/// `at_end`: no more text follows.
bool TsvParser::next_row(bool at_end) {
  for (;;) {
    skip_to_row();
    if (at_ == held_.size()) return false;
    const auto end = line_end(std::max(at_, no_end_before_), at_end);
    if (!end) {
      no_end_before_ = held_.size();
      return false;
    }
    Span row{at_, *end};
    const Join joined = join_lines(row, at_end);
    if (joined == Join::undecided) return false;
    take(row, joined);
    if (!is_blank() || held_[row.begin] == '"') return true;
  }
}

/// Skips line ends and byte order marks.
void TsvParser::skip_to_row() {
  for (;;) {
    const std::string_view text = std::string_view(held_).substr(at_);
    std::size_t bytes = 0;
    if (!text.empty() && ends_line(text.front())) bytes = 1;
    if (text.starts_with(kByteOrderMark)) bytes = kByteOrderMark.size();
    if (bytes == 0) return;
    count_lines(text.substr(0, bytes));
    at_ += bytes;
  }
}

/// nullopt: the line's end is still to come.
std::optional<std::size_t> TsvParser::line_end(std::size_t from, bool at_end) const {
  const auto begin = held_.begin() + static_cast<std::ptrdiff_t>(from);
  const auto end = std::find_if(begin, held_.end(), ends_line);
  if (end == held_.end() && !at_end) return std::nullopt;
  return static_cast<std::size_t>(end - held_.begin());
}

/// Extends `row`, which is a line, by those that a quoted cell of it goes on over.
TsvParser::Join TsvParser::join_lines(Span& row, bool at_end) const {
  if (!expected_ || *expected_ < 2) return Join::no;  // a link has no line end
  Span joined = row;
  for (auto open = open_quote(row); open;) {
    const std::size_t most = std::min(held_.size(), row.begin + kMaxQuotedBytes);
    const Quote quote = follow_quote(text_up_to(most), *open);
    if (quote.end == Quote::End::plain || has_row_within({*open, quote.at})) break;
    const bool is_decided = quote.end == Quote::End::closed && quote.at + 1 < most;
    if (!is_decided && most == held_.size() && !at_end) return Join::undecided;
    if (!is_decided && (quote.end == Quote::End::open || most < held_.size())) break;
    const auto end = line_end(quote.at + 1, at_end);
    if (!end) return Join::undecided;
    joined.end = *end;
    open.reset();
    if (held_[quote.at + 1] == kTab) open = open_quote({quote.at + 2, *end});
  }
  if (joined.end == row.end || !fits(joined, TabsInQuotes::yes)) return Join::no;
  row = joined;
  return Join::yes;
}

/// Where the first quote is that opens a cell of `cells` and is not closed there.
std::optional<std::size_t> TsvParser::open_quote(Span cells) const {
  const std::string_view text = text_up_to(cells.end);
  if (text.find('"', cells.begin) == std::string_view::npos) return std::nullopt;
  std::optional<std::size_t> found;
  each_cell(text, cells.begin, true, [&](std::string_view cell, bool is_quoted) {
    if (found || is_quoted || !cell.starts_with('"')) return;
    const auto begin = static_cast<std::size_t>(cell.data() - text.data());
    if (follow_quote(text, begin).end == Quote::End::open) found = begin;
  });
  return found;
}

/// Whether a line's link is within `quoted`, with another cell beside it.
bool TsvParser::has_row_within(Span quoted) const {
  std::size_t begin = held_.find_last_of("\r\n", quoted.begin) + 1;  // npos + 1 is 0
  for (begin = std::max(begin, at_); begin < quoted.end;) {
    const std::size_t end = held_.find_first_of("\r\n", begin);
    if (end == std::string::npos) return false;  // half a line
    const std::string_view line = text_up_to(end).substr(begin);
    const std::string_view link = plain_cell(line, link_index_);
    if (link.size() < line.size() && begins_like_url(trimmed_link(link))) {
      const auto at = static_cast<std::size_t>(link.data() - held_.data());
      if (at > quoted.begin && at < quoted.end) return true;
    }
    begin = end + 1;
  }
  return false;
}

bool TsvParser::fits(Span row, TabsInQuotes tabs) const {
  std::size_t cells = 0;
  std::size_t used = 0;  // tabs at the end of a row are harmless
  each_cell(text_up_to(row.end), row.begin, tabs == TabsInQuotes::yes,
            [&](std::string_view cell, bool) {
              ++cells;
              if (!cell.empty()) used = cells;
            });
  return cells >= *expected_ && used <= *expected_;
}

void TsvParser::take(Span row, Join joined) {
  const std::string_view text = text_up_to(row.end);
  const std::string_view line = text.substr(row.begin);
  bool tabs_in_quotes = true;
  if (joined == Join::no && expected_ && line.find('"') != std::string_view::npos) {
    tabs_in_quotes = fits(row, TabsInQuotes::yes) || !fits(row, TabsInQuotes::no);
  }
  begin_row();
  if (line.size() > kMaxRowBytes) set_fault(Fault::too_long);
  each_cell(text, row.begin, tabs_in_quotes, [this](std::string_view cell, bool is_quoted) {
    if (is_quoted) cell = cell.substr(1, cell.size() - 2);
    while (is_quoted && cell.find('"') != std::string_view::npos) {  // doubled
      const std::size_t quote = cell.find('"') + 1;
      keep(cell.substr(0, quote));
      cell.remove_prefix(quote + 1);
    }
    keep(cell);
    end_cell();
  });
  if (joined == Join::yes) count_lines(line);
  end_row();
  at_ = no_end_before_ = row.end;
}

}  // namespace fanfetch
