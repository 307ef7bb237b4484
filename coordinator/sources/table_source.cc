#include "coordinator/sources/table_source.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "common/ascii.h"
#include "common/url.h"
#include "common/utf8.h"
#include "coordinator/sources/csv_parser.h"
#include "coordinator/sources/entry/list_text.h"
#include "coordinator/sources/entry/row_columns.h"
#include "coordinator/sources/tsv_parser.h"

namespace fanfetch {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{64} * 1024;
constexpr std::size_t kShownColumns = 20;
/// Tried in this order where the usual one does not fit.
constexpr char kSeparators[] = {';', ',', '\t', '|'};

std::string quoted_list(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kShownColumns); ++i) {
    text += fmt::format("{}'{}'", i == 0 ? "" : ", ", printable(names[i], 60));
  }
  if (names.size() > kShownColumns)
    text += fmt::format(" and {} more", names.size() - kShownColumns);
  return text;
}

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

/// The index of the column `name`: of the very name, or else ignoring case.
std::optional<std::size_t> index_of_name(const std::vector<std::string>& names,
                                         std::string_view name) {
  auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    found = std::find_if(names.begin(), names.end(),
                         [&](const auto& known) { return is_same_word(known, name); });
  }
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

/// Whether a first row without a URL in the column of links is nevertheless none of names: nothing
/// is there, or a path or a link without its scheme, or a URL is elsewhere.
bool is_data(const std::vector<std::string>& cells, std::size_t link_index) {
  const std::string& link = cells[link_index];
  if (link.empty() || link.front() == '/') return true;
  if (link.find('/') != link.npos && link.find('.') < link.find('/')) return true;
  return std::any_of(cells.begin(), cells.end(),
                     [](const std::string& cell) { return begins_like_url(cell); });
}

/// The index of the column with the number `text`, of `columns`.
std::optional<std::size_t> index_of_number(std::string_view text, std::size_t columns) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  if (!is_number || number < 1 || number > columns) return std::nullopt;
  return number - 1;
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
    if (const auto read = read_heading(); !read) return tl::unexpected(read.error());
    // Now that it is known how many cells a row has, it is known what a quoted one may hold.
    if (!has_heading_ || parser_->line() != parser_->last_line()) {
      const auto again = read_again();
      if (!again) return tl::unexpected(again.error());
      if (!*again) return std::nullopt;
    }
    if (!has_heading_) return first_item();
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
  const auto row = next_row();
  is_first_row_read_ = true;
  if (!row || !*row || options_.is_given) return row;
  // A URL alone is no heading, and may have any of the separators.
  if (parser_->cells() == 1 && begins_like_url(trimmed_link(parser_->cell(0)))) return row;
  const std::string_view line = first_line(opening_, options_.separator);
  char best = options_.separator;
  Fit best_fit = fit_of(*parser_);
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
  if (!heading_.empty()) parser_->expect(heading_.size(), url_index_);
  unread_ = opening_;
  return next_row();
}

/// How the row, as a heading or the first one without, has the column with the links.
TableSource::Fit TableSource::fit_of(const RowParser& row) const {
  if (row.fault() != RowParser::Fault::none || row.cells() == 1) return Fit::none;
  const auto names = names_in(row);
  if (index_of_name(names, options_.url_column)) return Fit::sure;
  const auto number = index_of_number(options_.url_column, names.size());
  if (!number) return Fit::none;
  // With the wrong separator, some other cell has that number.
  const std::string& cell = names[*number];
  return begins_like_url(cell) || is_same_word(cell, TableOptions().url_column) ? Fit::sure
                                                                                : Fit::by_number;
}

/// Learns from the first row what the columns are.
Result<> TableSource::read_heading() {
  if (parser_->fault() != RowParser::Fault::none) return bad_heading();
  heading_ = names_in(*parser_);
  if (const auto found = find_links(); !found) return found;
  if (!has_heading_) {
    for (std::size_t i = 0; i < heading_.size(); ++i) {
      // No URL has a tab in it.
      if (options_.separator != '\t' && !heading_[i].empty()) least_cells_ = i + 1;
      heading_[i] = std::to_string(i + 1);
    }
  }
  for (const std::string& name : options_.columns.named) {
    const auto index = find_column(name, "--name asks for it");
    if (!index) return tl::unexpected(index.error());
    named_.push_back(*index);
  }
  parser_->expect(heading_.size(), url_index_);
  return {};
}

/// Finds the column with the links. A first row that has a URL in it is no heading.
Result<> TableSource::find_links() {
  const std::string& wanted = options_.url_column;
  const auto numbered = index_of_number(wanted, heading_.size());
  // Where no column was named, a lone one is meant.
  const bool is_alone = heading_.size() == 1 && wanted == TableOptions().url_column;
  const auto named = index_of_name(heading_, wanted);
  const std::size_t likely = numbered.value_or(0);
  if (((numbered || is_alone) && begins_like_url(heading_[likely])) ||
      (numbered && !named && is_data(heading_, likely))) {
    url_index_ = likely;
    has_heading_ = false;
    return {};
  }
  if (named) {
    url_index_ = *named;
    return check_alone();
  }
  if (numbered) {
    url_index_ = *numbered;
    return {};
  }
  for (std::size_t i = 0; i < heading_.size(); ++i) {
    if (!begins_like_url(heading_[i])) continue;
    return fail(
        "{} has no heading: its first row has a URL in column {}; --url-column {} reads a list "
        "without one",
        name_, i + 1, i + 1);
  }
  return tl::unexpected(find_column(wanted, "--url-column names the one with the links").error());
}

/// An error if other columns may be meant as well as that of the links, which has a name.
Result<> TableSource::check_alone() const {
  const std::string& wanted = options_.url_column;
  const bool was_chosen = wanted != TableOptions().url_column;
  const auto is_exact = [&](const std::string& name) { return name == wanted; };
  if (was_chosen && std::count_if(heading_.begin(), heading_.end(), is_exact) == 1) return {};
  for (std::size_t i = 0; i < heading_.size(); ++i) {
    if (i == url_index_ || !is_same_word(heading_[i], wanted)) continue;
    return fail("{} has several columns '{}': --url-column {} or --url-column {} says which", name_,
                wanted, std::min(i, url_index_) + 1, std::max(i, url_index_) + 1);
  }
  return {};
}

/// The index of a column. `what` says in the error why the column is needed.
Result<std::size_t> TableSource::find_column(std::string_view name, std::string_view what) const {
  if (const auto index = index_of_name(heading_, name)) return *index;
  if (const auto index = index_of_number(name, heading_.size())) return *index;
  return fail("{} has no column '{}' ({}); {} {}", name_, name, what,
              has_heading_ ? "its heading has" : "it has no heading, and its columns are",
              quoted_list(heading_));
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
                       line, parser_->cells(), parser_->cells() == 1 ? "" : "s", heading_.size());
  }
  for (std::size_t i = heading_.size(); i < parser_->cells(); ++i) {
    if (parser_->cell(i).empty()) continue;  // surplus separators at the end of a row are harmless
    return fmt::format("line {} has {} cells where the {} has {}: are quotes missing?", line,
                       parser_->cells(), has_heading_ ? "heading" : "first row", heading_.size());
  }
  return {};
}

/// The first row, which has no heading above it. If the second one has fewer cells, what stands
/// behind the link may be a part of it: the link is not asked for before that is known.
ListedItem TableSource::first_item() {
  ListedItem item = read_item();
  if (!item.problem.empty() || least_cells_ <= url_index_ + 1) return item;
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
  if (url_index_ < parser_->cells()) url = trimmed_link(parser_->cell(url_index_));
  item.problem = problem_of_row();
  if (item.problem.empty()) {
    if (url.empty()) {
      item.problem = fmt::format("line {} has no link in its column '{}'", parser_->line(),
                                 heading_[url_index_]);
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
  for (std::size_t i = 0; i < heading_.size(); ++i) {
    // The record's form of it, even if it is not a URL; keep_columns() masks the other links.
    columns.add(heading_[i], i == url_index_ ? mask_userinfo(cell(i)) : std::string(cell(i)));
  }
  keep_columns(item, columns.finish(), fmt::format("line {}", parser_->line()));
}

}  // namespace fanfetch
