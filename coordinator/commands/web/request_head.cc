#include "coordinator/commands/web/request_head.h"

#include <algorithm>

#include "common/ascii.h"

namespace fanfetch {
namespace {

constexpr std::string_view kEnd = "\r\n\r\n";

bool is_header_line(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == line.npos || colon == 0) return false;
  // A blank before the colon, or at the start (a folded line), means one thing here and another
  // there.
  return line.substr(0, colon).find_first_of(kSpaceAndTab) == line.npos;
}

bool is_text(std::string_view line) {
  return std::ranges::all_of(line, [](char c) { return c == '\t' || !is_control(c); });
}

}  // namespace

std::optional<std::size_t> end_of_head(std::string_view bytes) {
  const std::size_t end = bytes.find(kEnd);
  return end == bytes.npos ? std::nullopt : std::optional(end + kEnd.size());
}

HeadFault fault_of_head(std::string_view head) {
  if (head.size() > kMaxHeadBytes) return HeadFault::too_large;
  std::size_t lines = 0;
  for (;; ++lines) {
    const std::size_t end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    if (line.empty()) break;
    if (lines > kMaxHeadLines) return HeadFault::too_large;
    if (!is_text(line) || (lines > 0 && !is_header_line(line))) return HeadFault::malformed;
    const std::string_view name = line.substr(0, line.find(':'));
    if (is_same_word(name, "Range") && line.size() > kMaxRangeBytes) return HeadFault::too_large;
    head.remove_prefix(std::min(end + 2, head.size()));
  }
  return lines == 0 ? HeadFault::malformed : HeadFault::none;
}

}  // namespace fanfetch
