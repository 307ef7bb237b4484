#include "coordinator/sources/table_source.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "common/ascii.h"
#include "common/url.h"
#include "common/utf8.h"
#include "coordinator/sources/entry/list_text.h"
#include "coordinator/sources/entry/row_columns.h"

namespace fanfetch {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{64} * 1024;
constexpr std::size_t kShownColumns = 20;

std::string quoted_list(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kShownColumns); ++i) {
    text += fmt::format("{}'{}'", i == 0 ? "" : ", ", printable(names[i], 60));
  }
  if (names.size() > kShownColumns)
    text += fmt::format(" and {} more", names.size() - kShownColumns);
  return text;
}

}  // namespace

TableSource::TableSource(std::unique_ptr<ByteStream> bytes, std::string name, TableOptions options)
    : bytes_(std::move(bytes)),
      name_(std::move(name)),
      options_(std::move(options)),
      parser_(options_.separator),
      buffer_(kBufferBytes) {}

Result<std::optional<ListedItem>> TableSource::next() {
  if (!std::exchange(has_heading_, true)) {
    const auto read = read_heading();
    if (!read) return tl::unexpected(read.error());
  }
  const auto row = next_row();
  if (!row) return tl::unexpected(row.error());
  if (!*row) return std::nullopt;
  return read_item();
}

Result<bool> TableSource::next_row() {
  while (!ended_) {
    if (parser_.feed(unread_)) {
      last_line_ = parser_.line();
      return true;
    }
    const auto count = bytes_->read(buffer_);
    if (!count) {
      if (last_line_ == 0) return tl::unexpected(count.error());
      return fail("{}; the row in line {} was the last whole one", count.error().message,
                  last_line_);
    }
    ended_ = count->value_or(0) == 0;
    if (!*count) return false;  // half a row must not be taken for a row
    unread_ = {buffer_.data(), **count};
    if (!ended_ || !parser_.finish()) continue;
    if (parser_.fault() == CsvParser::Fault::never_closed) {
      return fail(
          "{}: the quote that begins a cell in line {} is never closed, so that nothing "
          "behind it is a row; close it there",
          name_, parser_.quote_line());
    }
    return true;
  }
  return false;
}

Result<> TableSource::read_heading() {
  const auto row = next_row();
  if (!row) return tl::unexpected(row.error());
  if (!*row) return {};
  if (parser_.fault() != CsvParser::Fault::none) {
    return fail("{}: the heading, {}", name_, problem_of_row());
  }
  for (std::size_t i = 0; i < parser_.cells(); ++i) {
    heading_.push_back(valid_utf8(trimmed(parser_.cell(i), kSpaceAndTab)));
  }
  const auto url = find_column(options_.url_column, "--url-column names the one with the links");
  if (!url) return tl::unexpected(url.error());
  url_index_ = *url;
  for (const std::string& name : options_.columns.named) {
    const auto index = find_column(name, "--name asks for it");
    if (!index) return tl::unexpected(index.error());
    named_.push_back(*index);
  }
  return {};
}

/// The index of a column. `what` says in the error why the column is needed.
Result<std::size_t> TableSource::find_column(std::string_view name, std::string_view what) const {
  if (const auto same = std::find(heading_.begin(), heading_.end(), name); same != heading_.end()) {
    return static_cast<std::size_t>(same - heading_.begin());
  }
  const auto in_any_case = std::find_if(heading_.begin(), heading_.end(), [&](const auto& known) {
    return is_same_word(known, name);
  });
  if (in_any_case != heading_.end()) {
    return static_cast<std::size_t>(in_any_case - heading_.begin());
  }
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error == std::errc() && end == name.data() + name.size() && number >= 1 &&
      number <= heading_.size()) {
    return number - 1;
  }
  return fail("{} has no column '{}' ({}); its heading has {}", name_, name, what,
              quoted_list(heading_));
}

std::string TableSource::problem_of_row() const {
  switch (parser_.fault()) {
    case CsvParser::Fault::none: break;
    case CsvParser::Fault::too_long:
      return fmt::format("line {} begins a row over {} KiB or {} cells long: is a quote missing?",
                         parser_.line(), CsvParser::kMaxRowBytes / 1024, CsvParser::kMaxCells);
    case CsvParser::Fault::text_after_quote:
    case CsvParser::Fault::never_closed:
      return fmt::format("line {}: something follows the closing quote of a cell that begins there",
                         parser_.quote_line());
  }
  for (std::size_t i = heading_.size(); i < parser_.cells(); ++i) {
    if (parser_.cell(i).empty()) continue;  // surplus separators at the end of a row are harmless
    return fmt::format("line {} has {} cells where the heading has {}: are quotes missing?",
                       parser_.line(), parser_.cells(), heading_.size());
  }
  return {};
}

ListedItem TableSource::read_item() const {
  ListedItem item;
  std::string_view url;
  if (url_index_ < parser_.cells()) url = trimmed(parser_.cell(url_index_), kSpaceAndTab);
  item.problem = problem_of_row();
  if (item.problem.empty()) {
    if (url.empty()) {
      item.problem = fmt::format("line {} has no link in its column '{}'", parser_.line(),
                                 heading_[url_index_]);
    } else if (const auto what = problem_of_link(url); !what.empty()) {
      item.problem = fmt::format("line {}: {}", parser_.line(), what);
    }
  }
  item.url = item.problem.empty() ? std::string(url) : shown_link(url);
  add_columns(item);
  return item;
}

void TableSource::add_columns(ListedItem& item) const {
  if (parser_.fault() != CsvParser::Fault::none) return;
  const auto cell = [this](std::size_t index) {
    return index < parser_.cells() ? parser_.cell(index) : std::string_view();
  };
  for (const std::size_t index : named_) item.named.emplace_back(cell(index));
  if (!options_.columns.keep) return;
  RowColumns columns;
  for (std::size_t i = 0; i < heading_.size(); ++i) {
    // The record's form of it, even if it is not a URL; keep_columns() masks the other links.
    columns.add(heading_[i], i == url_index_ ? mask_userinfo(cell(i)) : std::string(cell(i)));
  }
  keep_columns(item, columns.finish(), fmt::format("line {}", parser_.line()));
}

}  // namespace fanfetch
