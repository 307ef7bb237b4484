#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/http/response_head.h"

namespace fanfetch {

/// Reads the head of one final HTTP/1.x response from bytes that arrive in pieces; informational
/// ones (1xx) before it are skipped. Pure. A head that arrives in one piece is not copied.
///
/// Strict as RFC 9112 says. Where it leaves a choice, and where real servers are met half-way:
///
///     sent                                   | read as
///     ---------------------------------------+---------------------------------------------------
///     LF alone as a line's end               | a line's end (2.2)
///     no reason phrase, nor its blank        | as if it was there (common)
///     bytes above 0x7f in a value or reason  | kept (9110, 5.5: opaque)
///     a line that begins with a blank        | the line before continues, one blank between (5.2)
///     the same before any header line        | error (2.2)
///     a blank between a name and its colon   | removed, as a proxy has to (5.1)
///     control characters but CR and NUL      | a blank each (9110, 5.5)
///     the same in a field of the framing     | error (Content-Length, Transfer-Encoding)
///     CR without LF, NUL                     | error: others may see another response
///     no colon; a name that is no token      | error (9110, 5.6.2)
///     a version other than 1.0 and 1.1       | error: `HTTP/2 200` in plain bytes is not HTTP/2
///     a status outside 100 to 599            | error
///     101                                    | error: nobody asked for another protocol
///     a line end before the status line      | error: the end of a body that was too long
///     more than kMaxLineBytes, kMaxHeadBytes | error that names the limit
class HeadReader {
 public:
  static constexpr std::size_t kMaxLineBytes = 64 * 1024;
  /// All heads of one response together, informational ones included.
  static constexpr std::size_t kMaxHeadBytes = 256 * 1024;

  enum class State : std::uint8_t { reading, done, broken };

  /// Takes what belongs to the head off the front of `bytes`. Once state() is `done`, what is left
  /// in `bytes` lies behind the head.
  void take(std::span<const std::byte>& bytes);

  [[nodiscard]] State state() const { return state_; }
  /// Nothing has come yet: a connection that ends here was closed between two responses.
  [[nodiscard]] bool is_untouched() const { return head_bytes_ + pending_.size() == 0; }
  /// REQUIRES: state() is `done`.
  [[nodiscard]] ResponseHead& head() { return head_; }
  [[nodiscard]] const ResponseHead& head() const { return head_; }
  /// REQUIRES: state() is `broken`. What is wrong, as the end of a sentence.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  void parse(std::string_view text);
  [[nodiscard]] bool parse_status_line(std::string_view line);
  [[nodiscard]] bool parse_field(std::string_view line);
  [[nodiscard]] bool fail(std::string problem);

  State state_ = State::reading;
  std::size_t head_bytes_ = 0;  // of all heads so far
  std::size_t line_begin_ = 0;  // in pending_: of the line that has not ended
  std::string pending_;         // of a head that is not whole yet
  ResponseHead head_;
  std::string problem_;
};

}  // namespace fanfetch
