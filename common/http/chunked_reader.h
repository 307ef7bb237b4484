#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace fanfetch {

/// Takes the chunked transfer coding (RFC 9112, 7.1) off a body that arrives in pieces. Pure:
/// copies nothing, allocates nothing.
///
/// What is accepted, and why where that is more than the grammar:
///
///     sent                                      | read as
///     ------------------------------------------+---------------------------------------------
///     `1a`, `1A`, `0001a`                       | 26; at most 16 digits without leading zeros
///     `1a;name=value`, `1a ;x`, `1a;x="a;b"`    | 26: extensions are skipped, to kMaxLineBytes
///     `1a `, blanks before the line's end       | 26: old IIS pads sizes with blanks
///     LF alone as a line's end                  | accepted (RFC 9112, 2.2)
///     trailers                                  | skipped, up to kMaxTrailerBytes
///     no digit, `0x1a`, `+1`, ` 1`, `1 a`       | error
///     other bytes than a line end after a chunk | error: the size was wrong
///     CR without LF                             | error
class ChunkedReader {
 public:
  static constexpr std::size_t kMaxLineBytes = 4096;          ///< A size and its extensions.
  static constexpr std::size_t kMaxTrailerBytes = 64 * 1024;  ///< All trailers together.

  enum class State : std::uint8_t { reading, done, broken };

  /// Takes bytes off the front of `bytes` until a piece of the body is found, which is returned (a
  /// part of `bytes`, never empty), or until more bytes are needed or state() is no longer
  /// `reading` (an empty span is returned then). What is left in `bytes` once state() is `done`
  /// lies behind the body.
  [[nodiscard]] std::span<const std::byte> next(std::span<const std::byte>& bytes);

  [[nodiscard]] State state() const { return state_; }
  /// REQUIRES: state() is `broken`. What is wrong, as the end of a sentence.
  [[nodiscard]] std::string_view problem() const { return problem_; }

 private:
  enum class Expects : std::uint8_t {
    size,          // the first digit of a size
    more_size,     // another digit, or what ends them
    size_blank,    // blanks behind the digits
    extension,     // anything up to the line's end
    size_lf,       // the LF behind a size line's CR
    data,          // bytes of a chunk
    data_end,      // CR or LF behind a chunk
    data_lf,       // the LF behind that CR
    trailer,       // the first byte of a trailer line, or of the empty line that ends all
    trailer_line,  // the rest of a trailer line
    trailer_lf,    // the LF behind a trailer line's CR
    last_lf,       // the LF behind the empty line's CR
  };

  void take(char c);
  void take_size_end(char c);
  void end_size_line();
  void fail(std::string_view problem);

  Expects expects_ = Expects::size;
  State state_ = State::reading;
  std::uint64_t left_ = 0;      // of the chunk's size while it is read, then of its data
  std::uint32_t digits_ = 0;    // of that size
  std::size_t line_bytes_ = 0;  // of the size line
  std::size_t trailer_bytes_ = 0;
  std::string_view problem_;
};

}  // namespace fanfetch
