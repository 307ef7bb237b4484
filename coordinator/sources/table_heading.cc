#include "coordinator/sources/table_heading.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "common/ascii.h"
#include "common/utf8.h"
#include "coordinator/sources/entry/list_text.h"

namespace fanfetch {
namespace {

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

/// An error if other columns may be meant as well as that of the links, which has a name.
Result<> check_alone(const TableHeading& heading, std::string_view wanted, std::string_view table) {
  const auto& names = heading.names;
  const bool was_chosen = wanted != kUsualUrlColumn;
  if (was_chosen && std::count(names.begin(), names.end(), wanted) == 1) return {};
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i == heading.url_index || !is_same_word(names[i], wanted)) continue;
    return fail("{} has several columns '{}': --url-column {} or --url-column {} says which", table,
                wanted, std::min(i, heading.url_index) + 1, std::max(i, heading.url_index) + 1);
  }
  return {};
}

}  // namespace

Result<TableHeading> read_heading(std::vector<std::string> cells, const std::string& url_column,
                                  std::string_view table) {
  const auto numbered = index_of_number(url_column, cells.size());
  // Where no column was named, a lone one is meant.
  const bool is_alone = cells.size() == 1 && url_column == kUsualUrlColumn;
  const auto named = index_of_name(cells, url_column);
  const std::size_t likely = numbered.value_or(0);
  TableHeading heading{.names = std::move(cells), .url_index = likely};
  if (((numbered || is_alone) && begins_like_url(heading.names[likely])) ||
      (numbered && !named && is_data(heading.names, likely))) {
    heading.is_there = false;
    for (std::size_t i = 0; i < heading.names.size(); ++i) heading.names[i] = std::to_string(i + 1);
    return heading;
  }
  if (named) {
    heading.url_index = *named;
    if (auto checked = check_alone(heading, url_column, table); !checked) {
      return tl::unexpected(std::move(checked.error()));
    }
    return heading;
  }
  if (numbered) return heading;
  for (std::size_t i = 0; i < heading.names.size(); ++i) {
    if (!begins_like_url(heading.names[i])) continue;
    return fail(
        "{} has no heading: its first row has a URL in column {}; --url-column {} reads a list "
        "without one",
        table, i + 1, i + 1);
  }
  return tl::unexpected(
      find_column(heading, url_column, "--url-column names the one with the links", table).error());
}

Result<std::size_t> find_column(const TableHeading& heading, std::string_view name,
                                std::string_view what, std::string_view table) {
  if (const auto index = index_of_name(heading.names, name)) return *index;
  if (const auto index = index_of_number(name, heading.names.size())) return *index;
  return fail("{} has no column '{}' ({}); {} {}", table, name, what,
              heading.is_there ? "its heading has" : "it has no heading, and its columns are",
              quoted_list(heading.names));
}

HeadingFit heading_fit(const std::vector<std::string>& cells, std::string_view url_column) {
  if (index_of_name(cells, url_column)) return HeadingFit::sure;
  const auto number = index_of_number(url_column, cells.size());
  if (!number) return HeadingFit::none;
  const std::string& cell = cells[*number];
  return begins_like_url(cell) || is_same_word(cell, kUsualUrlColumn) ? HeadingFit::sure
                                                                      : HeadingFit::by_number;
}

}  // namespace fanfetch
