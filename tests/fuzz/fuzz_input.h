#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Ends a harness with what does not hold: libFuzzer keeps the input.
#define REQUIRE(condition)                                                 \
  do {                                                                     \
    if (!(condition)) {                                                    \
      std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                        \
    }                                                                      \
  } while (false)

namespace fanfetch::fuzz {

/// Cuts the bytes of an input into what a harness needs, in turn. At their end, all is 0 or empty.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size)
      : left_(reinterpret_cast<const char*>(data), size) {}

  [[nodiscard]] std::uint8_t byte() {
    if (left_.empty()) return 0;
    const auto value = static_cast<std::uint8_t>(left_.front());
    left_.remove_prefix(1);
    return value;
  }
  /// Up to the next LF, without it.
  [[nodiscard]] std::string line() {
    const std::size_t end = std::min(left_.find('\n'), left_.size());
    std::string text(left_.substr(0, end));
    left_.remove_prefix(std::min(end + 1, left_.size()));
    return text;
  }
  /// The next bytes, `size` at most.
  [[nodiscard]] std::string_view text(std::size_t size) {
    const std::string_view taken = left_.substr(0, size);
    left_.remove_prefix(taken.size());
    return taken;
  }
  template <class Number>
  [[nodiscard]] Number number() {
    Number value{};
    const std::string_view from = text(sizeof value);
    std::memcpy(&value, from.data(), from.size());
    return value;
  }
  [[nodiscard]] std::string rest() { return std::string(std::exchange(left_, {})); }
  [[nodiscard]] bool empty() const { return left_.empty(); }

 private:
  std::string_view left_;
};

[[nodiscard]] inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// `text` in pieces of 1 to `most` bytes, each a copy of its own: AddressSanitizer sees a read
/// behind it.
[[nodiscard]] inline std::vector<std::string> pieces_of(std::string_view text, std::size_t most) {
  std::vector<std::string> pieces;
  for (std::size_t size = 1; !text.empty(); size = size % std::max<std::size_t>(most, 1) + 1) {
    pieces.emplace_back(text.substr(0, size));
    text.remove_prefix(pieces.back().size());
  }
  return pieces;
}

}  // namespace fanfetch::fuzz
