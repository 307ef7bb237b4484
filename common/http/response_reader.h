#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/http/chunked_reader.h"
#include "common/http/exchange_end.h"
#include "common/http/framing.h"
#include "common/http/head_reader.h"

namespace fanfetch {

/// Reads one response to a GET from the bytes of a connection: its head, the pieces of its body,
/// and where it ends. Pure: bytes and the connection's end come in, a value and pieces go out. What
/// is accepted is said by the tables of HeadReader, Framing and ChunkedReader.
///
///     state \ event | bytes                       | the connection ends
///     --------------+-----------------------------+------------------------------------------
///     head          | → body, done or broken      | → broken (truncated)
///     body          | pieces, → done or broken    | until close → done; else → broken (truncated)
///     done, broken  | left where they are         |
class ResponseReader {
 public:
  enum class State : std::uint8_t { head, body, done, broken };
  enum class Problem : std::uint8_t {
    none,
    no_response,  ///< The connection ended before the first byte.
    truncated,    ///< It ended inside the head or the body.
    too_large,    ///< The length is 2^63 or more.
    protocol,     ///< It is not HTTP/1.1 as it should be.
  };

  /// Takes bytes off the front of `bytes` and returns the next piece of the body, a part of
  /// `bytes`. Returns an empty span where the head has become known (look at it, then call again),
  /// where the response is over, or where all bytes are taken.
  [[nodiscard]] std::span<const std::byte> next(std::span<const std::byte>& bytes);
  /// The connection has ended: no more bytes come.
  void end_of_connection();

  [[nodiscard]] State state() const { return state_; }
  /// REQUIRES: state() has been `body` or `done`.
  [[nodiscard]] const ResponseHead& head() const { return head_reader_.head(); }
  [[nodiscard]] const Framing& framing() const { return framing_; }

  [[nodiscard]] Problem problem() const { return problem_; }
  /// As the end of a sentence; empty without a problem.
  [[nodiscard]] const std::string& problem_text() const { return problem_text_; }

  /// A length or the chunks said where the body ends, and it ended there.
  [[nodiscard]] bool length_verified() const {
    return state_ == State::done && framing_.kind != Framing::Kind::until_close;
  }
  /// Another request may be sent on the connection. REQUIRES: no byte came behind the response.
  [[nodiscard]] bool keeps_connection() const {
    return state_ == State::done && framing_.keeps_connection;
  }
  /// The head has come, and can be read. Where the body ends may be unknown all the same: `broken`.
  [[nodiscard]] bool has_head() const { return head_reader_.state() == HeadReader::State::done; }
  /// The head says where the body ends.
  [[nodiscard]] bool is_framed() const {
    return has_head() && framing_.kind != Framing::Kind::broken &&
           framing_.kind != Framing::Kind::too_large;
  }
  /// Something of the response has come.
  [[nodiscard]] bool has_bytes() const { return !head_reader_.is_untouched(); }
  /// Bytes of the body so far, as they were framed.
  [[nodiscard]] std::uint64_t body_bytes() const { return body_bytes_; }

 private:
  void begin_body();
  std::span<const std::byte> take_of_length(std::span<const std::byte>& bytes);
  std::span<const std::byte> take_chunks(std::span<const std::byte>& bytes);
  void fail(Problem problem, std::string text);

  State state_ = State::head;
  HeadReader head_reader_;
  Framing framing_;
  ChunkedReader chunks_;
  std::uint64_t body_bytes_ = 0;
  Problem problem_ = Problem::none;
  std::string problem_text_;
};

/// How an exchange ends whose reader is `broken`: a head that is bad is meant so, a body that goes
/// bad may be good the next time.
[[nodiscard]] ExchangeEnd end_of_bad_response(const ResponseReader& reader);
/// The same where the connection broke, and `problem` says how.
[[nodiscard]] ExchangeEnd end_of_broken_connection(const ResponseReader& reader,
                                                   std::string_view problem);

}  // namespace fanfetch
