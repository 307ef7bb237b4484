#include "common/http/framing.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <utility>

#include "common/ascii.h"

namespace fanfetch {
namespace {

constexpr std::uint64_t kLimit = std::uint64_t{1} << 63;
/// Of a header's value in a message.
constexpr std::size_t kQuoted = 64;

/// Calls `take` for each element of a list; stops where it says false.
template <class Take>
void for_each_element(std::string_view list, const Take& take) {
  for (;;) {
    const std::size_t comma = list.find(',');
    if (!take(trimmed(list.substr(0, comma))) || comma == list.npos) return;
    list.remove_prefix(comma + 1);
  }
}

/// nullopt: not digits alone. More than 64 bits: the largest number.
std::optional<std::uint64_t> read_length(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != text.npos) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return std::numeric_limits<std::uint64_t>::max();
  return value;
}

/// Sets the length that all lines of Content-Length agree on.
void take_lengths(const ResponseHead& head, Framing& framing) {
  std::optional<std::uint64_t> length;
  std::string problem;
  head.each("Content-Length", [&](std::string_view line) {
    if (!problem.empty()) return;
    for_each_element(line, [&](std::string_view element) {
      const auto value = read_length(element);
      if (!value) {
        problem = fmt::format("its Content-Length '{}' is no number", line.substr(0, kQuoted));
      } else if (length && *length != *value) {
        problem = "it has several different lengths";
      } else {
        length = value;
      }
      return problem.empty();
    });
  });
  if (!problem.empty()) {
    framing.kind = Framing::Kind::broken;
    framing.problem = std::move(problem);
    return;
  }
  if (!length) return;
  framing.kind = *length < kLimit ? Framing::Kind::length : Framing::Kind::too_large;
  framing.length = *length;
}

bool has_word(const ResponseHead& head, std::string_view name, std::string_view word) {
  bool there = false;
  head.each(name, [&](std::string_view line) {
    for_each_element(line, [&](std::string_view element) {
      there = there || is_same_word(element, word);
      return !there;
    });
  });
  return there;
}

bool wants_connection_kept(const ResponseHead& head) {
  if (has_word(head, "Connection", "close")) return false;
  return head.version() == HttpVersion::http_1_1 || has_word(head, "Connection", "keep-alive");
}

}  // namespace

Framing framing_of(const ResponseHead& head) {
  Framing framing;
  framing.keeps_connection = wants_connection_kept(head);
  if (head.status() == 204 || head.status() == 304) {
    framing.kind = Framing::Kind::none;
    return framing;
  }
  const std::string coding = head.joined("Transfer-Encoding");
  if (!coding.empty() && !is_same_word(coding, "identity")) {
    if (!is_same_word(coding, "chunked") || head.version() == HttpVersion::http_1_0) {
      framing.kind = Framing::Kind::broken;
      framing.problem =
          fmt::format("its Transfer-Encoding '{}' cannot be read", coding.substr(0, kQuoted));
    } else {
      framing.kind = Framing::Kind::chunked;
    }
    if (!head.lines("Content-Length").empty()) framing.keeps_connection = false;
    return framing;
  }
  take_lengths(head, framing);
  if (framing.kind != Framing::Kind::length) framing.keeps_connection = false;
  return framing;
}

}  // namespace fanfetch
