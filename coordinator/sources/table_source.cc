#include "coordinator/sources/table_source.h"

#include <algorithm>
#include <utility>

#include "common/url.h"
#include "common/utf8.h"
#include "coordinator/sources/csv_parser.h"
#include "coordinator/sources/entry/list_text.h"
#include "coordinator/sources/entry/row_columns.h"
#include "coordinator/sources/tsv_parser.h"

namespace fanfetch {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{64} * 1024;
/// Tried in this order where the usual one does not fit.
constexpr char kSeparators[] = {';', ',', '\t', '|'};

std::unique_ptr<RowParser> parser_for(char separator) {
  if (separator == '\t') return std::make_unique<TsvParser>();
  return std::make_unique<CsvParser>(separator);
}

/// Splits `line`. False: there is no row on it.
bool split(RowParser& parser, std::string_view line) {
  return parser.feed(line) || parser.finish();
}

/// The line on which the first row begins.
std::string_view first_line(std::string_view text, char separator) {
  for (;;) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    const std::string_view line = text.substr(0, end);
    if (end == text.size() || split(*parser_for(separator), line)) return line;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string> names_in(const RowParser& row) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < row.cells(); ++i) {
    names.push_back(valid_utf8(trimmed_link(row.cell(i))));
  }
  return names;
}

}  // namespace

TableSource::TableSource(std::unique_ptr<ByteStream> bytes, std::string name, TableOptions options)
    : bytes_(std::move(bytes)),
      name_(std::move(name)),
      options_(std::move(options)),
      parser_(parser_for(options_.separator)),
      buffer_(kBufferBytes) {}

Result<std::optional<ListedItem>> TableSource::next() {
  if (!is_first_row_read_) {
    const auto row = read_first_row();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return std::nullopt;
    if (const auto learnt = learn_columns(); !learnt) return tl::unexpected(learnt.error());
    // Now that it is known how many cells a row has, it is known what a quoted one may hold.
    if (!heading_.is_there || parser_->line() != parser_->last_line()) {
      const auto again = read_again();
      if (!again) return tl::unexpected(again.error());
      if (!*again) return std::nullopt;
    }
    if (!heading_.is_there) return first_item();
    if (parser_->fault() != RowParser::Fault::none) return bad_heading();
  }
  const auto row = ahead_ ? *std::exchange(ahead_, std::nullopt) : next_row();
  if (!row) return tl::unexpected(row.error());
  if (!*row) return std::nullopt;
  return read_item();
}

Result<bool> TableSource::next_row() {
  while (!parser_->feed(unread_)) {
    if (ended_) {
      if (!parser_->finish()) return false;
      if (parser_->fault() != RowParser::Fault::never_closed) break;
      return fail(
          "{}: the quote that begins a cell in line {} is never closed, so that nothing "
          "behind it is a row; close it there",
          name_, parser_->quote_line());
    }
    const auto more = read_more();
    if (!more) return tl::unexpected(more.error());
    if (!*more) return false;  // half a row must not be taken for a row
  }
  last_line_ = parser_->line();
  return true;
}

/// False: the run is stopping.
Result<bool> TableSource::read_more() {
  const auto count = bytes_->read(buffer_);
  if (!count) {
    if (last_line_ == 0) return tl::unexpected(count.error());
    return fail("{}; the row in line {} was the last whole one", count.error().message, last_line_);
  }
  if (!*count) return false;
  ended_ = **count == 0;
  unread_ = {buffer_.data(), **count};
  if (is_first_row_read_) return true;
  const std::size_t begin = opening_.size();
  if (begin > RowParser::kMaxRowBytes) {
    return fail("{}: its first row is over {} KiB long: is a quote missing?", name_,
                RowParser::kMaxRowBytes / 1024);
  }
  opening_ += unread_;
  unread_ = std::string_view(opening_).substr(begin);
  return true;
}

/// Splits the first row by the first separator that gives it the wanted column; by the usual one if
/// none does. False: there is no row.
Result<bool> TableSource::read_first_row() {
  auto row = next_row();
  is_first_row_read_ = true;
  if (!row || !*row || options_.is_given) return row;
  // A URL alone is no heading, and may have any of the separators.
  if (parser_->cells() == 1 && begins_like_url(trimmed_link(parser_->cell(0)))) return row;
  const std::string_view line = first_line(opening_, options_.separator);
  char best = options_.separator;
  HeadingFit best_fit = fit_of(*parser_);
  for (const char separator : kSeparators) {
    const auto parser = parser_for(separator);
    if (!split(*parser, line) || fit_of(*parser) <= best_fit) continue;
    best = separator;
    best_fit = fit_of(*parser);
  }
  if (best == options_.separator) return row;
  options_.separator = best;
  return read_again();
}

/// The first row once more, from its beginning.
Result<bool> TableSource::read_again() {
  parser_ = parser_for(options_.separator);
  if (!heading_.names.empty()) parser_->expect(heading_.names.size(), heading_.url_index);
  unread_ = opening_;
  return next_row();
}

/// How the row, as a heading or the first one without, has the column with the links.
HeadingFit TableSource::fit_of(const RowParser& row) const {
  if (row.fault() != RowParser::Fault::none || row.cells() == 1) return HeadingFit::none;
  return heading_fit(names_in(row), options_.url_column);
}

/// Learns from the first row what the columns are.
Result<> TableSource::learn_columns() {
  if (parser_->fault() != RowParser::Fault::none) return bad_heading();
  const std::vector<std::string> cells = names_in(*parser_);
  auto heading = read_heading(cells, options_.url_column, name_);
  if (!heading) return tl::unexpected(heading.error());
  heading_ = std::move(*heading);
  // No URL has a tab in it.
  if (!heading_.is_there && options_.separator != '\t') {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (!cells[i].empty()) least_cells_ = i + 1;
    }
  }
  for (const std::string& name : options_.columns.named) {
    const auto index = find_column(heading_, name, "--name asks for it", name_);
    if (!index) return tl::unexpected(index.error());
    named_.push_back(*index);
  }
  parser_->expect(heading_.names.size(), heading_.url_index);
  return {};
}

std::string TableSource::problem_of_row() const {
  const std::uint64_t line = parser_->line();
  const std::uint64_t last = parser_->last_line();
  switch (parser_->fault()) {
    case RowParser::Fault::none: break;
    case RowParser::Fault::too_long:
      return fmt::format("{} a row over {} KiB or {} cells long: is a quote missing?",
                         line == last ? fmt::format("line {} begins", line)
                                      : fmt::format("lines {} to {} are", line, last),
                         RowParser::kMaxRowBytes / 1024, RowParser::kMaxCells);
    case RowParser::Fault::text_after_quote:
    case RowParser::Fault::never_closed:
      if (line != last) {
        return fmt::format(
            "lines {} to {}: something follows the closing quote of a cell that begins in line {}: "
            "is a quote missing?",
            line, last, parser_->quote_line());
      }
      return fmt::format("line {}: something follows the closing quote of a cell that begins there",
                         line);
    case RowParser::Fault::rows_within:
      return fmt::format(
          "lines {} to {}: rows seem to stand within a quoted cell that begins in line {}: is a "
          "quote missing?",
          line, last, parser_->quote_line());
  }
  if (parser_->cells() < least_cells_) {
    return fmt::format("line {} has {} cell{} where the first row has {}: are quotes missing?",
                       line, parser_->cells(), parser_->cells() == 1 ? "" : "s",
                       heading_.names.size());
  }
  for (std::size_t i = heading_.names.size(); i < parser_->cells(); ++i) {
    if (parser_->cell(i).empty()) continue;  // surplus separators at the end of a row are harmless
    return fmt::format("line {} has {} cells where the {} has {}: are quotes missing?", line,
                       parser_->cells(), heading_.is_there ? "heading" : "first row",
                       heading_.names.size());
  }
  return {};
}

/// The first row, which has no heading above it. If the second one has fewer cells, what stands
/// behind the link may be a part of it: the link is not asked for before that is known.
ListedItem TableSource::first_item() {
  ListedItem item = read_item();
  if (!item.problem.empty() || least_cells_ <= heading_.url_index + 1) return item;
  const std::uint64_t line = parser_->line();
  const std::size_t cells = parser_->cells();
  ahead_ = next_row();
  if (!*ahead_ || !**ahead_ || parser_->fault() != RowParser::Fault::none ||
      parser_->cells() >= least_cells_) {
    return item;
  }
  item.problem = fmt::format(
      "line {} has {} cells where line {} has {}: a link that has a '{}' in it is written in "
      "quotes",
      line, cells, parser_->line(), parser_->cells(), options_.separator);
  item.url = shown_link(*item.url);
  return item;
}

tl::unexpected<Error> TableSource::bad_heading() const {
  return fail("{}: the heading, {}", name_, problem_of_row());
}

ListedItem TableSource::read_item() const {
  ListedItem item;
  std::string_view url;
  if (heading_.url_index < parser_->cells()) url = trimmed_link(parser_->cell(heading_.url_index));
  item.problem = problem_of_row();
  if (item.problem.empty()) {
    if (url.empty()) {
      item.problem = fmt::format("line {} has no link in its column '{}'", parser_->line(),
                                 heading_.names[heading_.url_index]);
    } else if (const auto what = problem_of_link(url); !what.empty()) {
      item.problem = fmt::format("line {}: {}", parser_->line(), what);
    }
  }
  item.url = item.problem.empty() ? std::string(url) : shown_link(url);
  add_columns(item);
  return item;
}

void TableSource::add_columns(ListedItem& item) const {
  if (parser_->fault() != RowParser::Fault::none) return;
  const auto cell = [this](std::size_t index) {
    return index < parser_->cells() ? parser_->cell(index) : std::string_view();
  };
  for (const std::size_t index : named_) item.named.emplace_back(cell(index));
  if (!options_.columns.keep) return;
  RowColumns columns;
  for (std::size_t i = 0; i < heading_.names.size(); ++i) {
    // The record's form of it, even if it is not a URL; keep_columns() masks the other links.
    columns.add(heading_.names[i],
                i == heading_.url_index ? mask_userinfo(cell(i)) : std::string(cell(i)));
  }
  keep_columns(item, columns.finish(), fmt::format("line {}", parser_->line()));
}

}  // namespace fanfetch
