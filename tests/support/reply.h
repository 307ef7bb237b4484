#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/connection.h"

namespace fanfetch::support {

/// How the end of a body is marked.
enum class Framing {
  length,               ///< Content-Length.
  chunked,              ///< Several chunks and the terminator.
  bad_chunk,            ///< A good chunk, then one whose size is not a number.
  unterminated_chunks,  ///< All chunks but not the last, empty one; then FIN.
  until_close,          ///< By FIN alone, which cannot be told from a truncation.
};

/// What happens to the connection after the response.
enum class Ending { keep_alive, close, reset };

/// The response to a request for the rest of a file (`Range: bytes=N-`) whose If-Range is `etag`.
enum class Ranges {
  ignored,        ///< The whole file, as from a server without ranges.
  honoured,       ///< A 206 with the rest.
  wrong_start,    ///< This and the following: a 206 that starts a byte later, and says so.
  wrong_total,    ///< Says that the file is a byte longer.
  other_etag,     ///< Of another version.
  encoded,        ///< With a Content-Encoding.
  multipart,      ///< multipart/byteranges.
  no_range,       ///< Without Content-Range.
  too_much,       ///< In chunks, a byte more than its Content-Range says.
  too_little,     ///< In chunks, half of what it says.
  bare,           ///< Correct, but without ETag and Content-Type, as RFC 9110 allows.
  says_whole,     ///< Correct, except that its status is 200.
  two_etags,      ///< Correct, but there is another ETag behind its own.
  empty,          ///< Correct, except that the body is empty.
  unsatisfiable,  ///< A 416.
};

/// One response with its faults. The default is a complete, honest 200; the functions below make
/// the combinations that tests need.
struct Reply {
  int status = 200;
  std::string body = {};
  Headers headers = {};
  std::string content_type = "application/octet-stream";  ///< Independent of the body.
  Framing framing = Framing::length;
  Ending ending = Ending::keep_alive;
  std::string etag = {};  ///< Sent if not empty.
  Ranges ranges = Ranges::ignored;
  bool gzip = false;  ///< Compresses the body and says so, requested or not.

  std::chrono::milliseconds delay{0};  ///< Before the first byte.
  std::shared_ptr<Gate> gate = {};     ///< Waits until the test opens it …
  std::size_t gate_after = 0;  ///< … after this many bytes of body; 0: before the response.
  std::size_t drip_bytes = 0;  ///< Sends this many bytes at a time (0: no limit) …
  std::chrono::milliseconds drip_every{0};  ///< … with this pause between them.

  std::optional<std::uint64_t> claimed_length = {};  ///< Content-Length, regardless of the body.
  std::optional<std::size_t> cut_after = {};         ///< Bytes of framed body before the ending.
  bool silent = false;   ///< Sends nothing until the peer or the origin gives up.
  bool endless = false;  ///< Repeats its body forever, without a length.
};

/// Sends `reply` to `request`, faults included.
void answer(Connection& connection, const Request& request, const Reply& reply);

[[nodiscard]] Reply ok(std::string_view body);
/// The first bytes of a JPEG, then `text`: a link that ends in `.jpg` must lead to such a body.
[[nodiscard]] std::string picture(std::string_view text = "picture");
/// An error page in HTML.
[[nodiscard]] Reply status(int code, Headers headers = {});
[[nodiscard]] Reply json(std::string_view body, int code = 200);
[[nodiscard]] Reply redirect(std::string_view location, int code = 302);
/// Content-Length is that of the whole body, but FIN comes after `sent` bytes.
[[nodiscard]] Reply truncated(std::string_view body, std::size_t sent);
/// The same with an RST.
[[nodiscard]] Reply reset_after(std::string_view body, std::size_t sent);
/// A file that supports ranges; its ETag is `"1"`.
[[nodiscard]] Reply in_pieces(std::string_view body, Ranges ranges = Ranges::honoured);
/// The first half of the body, then nothing until the gate opens.
[[nodiscard]] Reply half_then_gate(std::string_view body, std::shared_ptr<Gate> gate);

/// RFC 1952, by zlib.
[[nodiscard]] std::string gzip(std::string_view plain);

}  // namespace fanfetch::support
