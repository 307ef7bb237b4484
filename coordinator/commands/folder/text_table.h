#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace fanfetch {

using Cells = std::vector<std::string>;

/// Lines of cells below each other: the first column to the left, numbers to the right. What stands
/// behind the `numbers` is text, which nothing follows. REQUIRES: each row has as many cells.
[[nodiscard]] std::string text_table(const std::vector<Cells>& rows, std::size_t numbers = 1);

}  // namespace fanfetch
