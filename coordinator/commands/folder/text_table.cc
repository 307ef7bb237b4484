#include "coordinator/commands/folder/text_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace fanfetch {

std::string text_table(const std::vector<Cells>& rows, std::size_t numbers) {
  std::vector<std::size_t> widths(numbers + 1);
  for (const Cells& row : rows) {
    for (std::size_t i = 0; i <= numbers; ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const Cells& row : rows) {
    text += fmt::format("  {:<{}}", row[0], widths[0]);
    for (std::size_t i = 1; i <= numbers; ++i) text += fmt::format("  {:>{}}", row[i], widths[i]);
    for (std::size_t i = numbers + 1; i < row.size(); ++i) {
      if (!row[i].empty()) text += "  " + row[i];
    }
    text += '\n';
  }
  return text;
}

}  // namespace fanfetch
