#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/ascii.h"

namespace fanfetch {

inline constexpr int kPartialContent = 206;  ///< RFC 9110, 15.3.7.

enum class HttpVersion : std::uint8_t { unknown, http_1_0, http_1_1, http_2, http_3 };

/// The head of one final HTTP response (RFC 9110) as a value: what any transport hands on, and all
/// that the code which judges a response sees of it. A transport fills it once; afterwards it is
/// only read. Values are trimmed, and each control character in them is a space (RFC 9110, 5.5), so
/// that a folded line is one line. Bytes above 0x7f stay as they came. Two allocations a head.
class ResponseHead {
 public:
  /// Heads of honest servers have 10 to 60 lines and 1 to 8 KiB.
  static constexpr std::size_t kMaxLines = 256;
  static constexpr std::size_t kMaxBytes = 128 * 1024;  ///< Of names and values together.

  struct Line {
    std::string_view name;  ///< In the case that the server uses.
    std::string_view value;
  };

  /// No response came.
  ResponseHead() = default;
  ResponseHead(int status, HttpVersion version);

  /// Adds a header line. False: the head is too long; the line is not kept, and is_too_long().
  bool add(std::string_view name, std::string_view value);
  /// Length of this response's body in bytes, as its framing has it. REQUIRES: no other framing
  /// (chunks) overrules it.
  void set_body_length(std::uint64_t bytes) { body_length_ = bytes; }

  [[nodiscard]] int status() const { return status_; }  ///< 0: no response came.
  [[nodiscard]] HttpVersion version() const { return version_; }
  /// nullopt: not sent, or overruled by chunks.
  [[nodiscard]] std::optional<std::uint64_t> body_length() const { return body_length_; }
  /// A length or chunks say where the body ends. False: only the end of the connection, or of the
  /// stream, does.
  [[nodiscard]] bool tells_body_end() const;
  /// Lines are missing: such a response must not be used.
  [[nodiscard]] bool is_too_long() const { return too_long_; }

  // Look-ups take a name in any case. Views live as long as the head, and end with the next add().

  /// The first line of that name, for fields that may be sent once only (Content-Type, ETag,
  /// Location, …): where a server sends several, they must not be joined. Empty: not sent.
  [[nodiscard]] std::string_view first(std::string_view name) const;
  /// All lines of that name, joined by ", " (RFC 9110, 5.3), for fields whose value is a list.
  /// Empty: not sent.
  [[nodiscard]] std::string joined(std::string_view name) const;
  /// All lines of that name one by one, for fields that cannot be joined (Set-Cookie) or whose
  /// lines each mean something by itself (X-Robots-Tag).
  [[nodiscard]] std::vector<std::string_view> lines(std::string_view name) const;
  /// The same: calls `take` with each value, in their order.
  template <class Take>
  void each(std::string_view name, Take&& take) const {
    for (const Position& at : lines_) {
      if (is_called(at, name)) take(value_at(at));
    }
  }

  // All lines in the order they came:
  [[nodiscard]] std::size_t size() const { return lines_.size(); }
  /// REQUIRES: `index` < size().
  [[nodiscard]] Line line(std::size_t index) const;

 private:
  struct Position {
    std::uint32_t begin = 0;  // of the name in text_; the value follows
    std::uint32_t name_size = 0;
    std::uint32_t value_size = 0;
  };

  // A response is looked up some thirty times, and nearly always the length tells names apart.
  [[nodiscard]] bool is_called(const Position& at, std::string_view name) const {
    return at.name_size == name.size() &&
           is_same_word(std::string_view(text_).substr(at.begin, at.name_size), name);
  }
  [[nodiscard]] std::string_view value_at(const Position& at) const {
    return std::string_view(text_).substr(at.begin + at.name_size, at.value_size);
  }

  int status_ = 0;
  HttpVersion version_ = HttpVersion::unknown;
  bool too_long_ = false;
  std::optional<std::uint64_t> body_length_;
  std::string text_;  // names and values, one behind the other
  std::vector<Position> lines_;
};

}  // namespace fanfetch
