#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace fanfetch {

/// The column with the links if the user names none.
inline constexpr std::string_view kUsualUrlColumn = "url";

/// What the first row of a table says of its columns.
struct TableHeading {
  std::vector<std::string> names;  ///< Without a heading, the columns' numbers from 1.
  std::size_t url_index = 0;       ///< Of the column with the links.
  bool is_there = true;            ///< False: the first row holds a link.
};

/// Learns it from the first row's `cells`, trimmed. `url_column`: the name of the column with the
/// links, ignoring case, or its number. With a number, or where there is but one column, a first
/// row that has a URL there is no heading. `table` is for messages. Error: there is no such column,
/// or several may be meant. Pure.
[[nodiscard]] Result<TableHeading> read_heading(std::vector<std::string> cells,
                                                const std::string& url_column,
                                                std::string_view table);

/// The index of the column with that name, ignoring case, or number. `what` says in the error why
/// it is needed. Pure.
[[nodiscard]] Result<std::size_t> find_column(const TableHeading& heading, std::string_view name,
                                              std::string_view what, std::string_view table);

/// How well a first row has the column with the links.
enum class HeadingFit : std::uint8_t {
  none,
  by_number,  ///< With the wrong separator, some other cell has that number.
  sure,
};
[[nodiscard]] HeadingFit heading_fit(const std::vector<std::string>& cells,
                                     std::string_view url_column);

}  // namespace fanfetch
