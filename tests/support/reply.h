#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/connection.h"

namespace fanfetch::support {

/// How a body says where it ends.
enum class Framing {
  length,               ///< Content-Length.
  chunked,              ///< Several chunks and the terminator.
  bad_chunk,            ///< A good chunk, then one whose size is no number.
  unterminated_chunks,  ///< All chunks but not the last, empty one; then FIN.
  until_close,          ///< Nothing: FIN ends it, and nobody can tell it from a cut.
};

/// What becomes of the connection after the answer.
enum class Ending { keep_alive, close, reset };

/// What becomes of a request for the rest of a file (`Range: bytes=N-`), if its If-Range is `etag`.
enum class Ranges {
  ignored,        ///< The whole file comes, as from a server that knows no ranges.
  honoured,       ///< A 206 with the rest.
  wrong_start,    ///< From here on: a 206 that says it starts a byte later, and does.
  wrong_total,    ///< Says that the file is a byte longer.
  other_etag,     ///< Of another version.
  encoded,        ///< With a Content-Encoding.
  multipart,      ///< multipart/byteranges.
  no_range,       ///< Without Content-Range.
  too_much,       ///< In chunks, a byte more than its Content-Range says.
  too_little,     ///< In chunks, half of what it says.
  bare,           ///< Right, but without ETag and Content-Type, as RFC 9110 allows.
  empty,          ///< Right, but for its body, which has no byte.
  unsatisfiable,  ///< A 416.
};

/// One answer with its faults. The default is a whole, honest 200; the functions below name the
/// combinations that tests want.
struct Reply {
  int status = 200;
  std::string body = {};
  Headers headers = {};
  std::string content_type = "application/octet-stream";  ///< Says nothing of the body.
  Framing framing = Framing::length;
  Ending ending = Ending::keep_alive;
  std::string etag = {};  ///< Sent when not empty.
  Ranges ranges = Ranges::ignored;
  bool gzip = false;  ///< Compresses the body and says so, asked or not.

  std::chrono::milliseconds delay{0};  ///< Before the first byte.
  std::shared_ptr<Gate> gate = {};     ///< Waits here until the test opens it …
  std::size_t gate_after = 0;          ///< … after so many bytes of body; 0: before the answer.
  std::size_t drip_bytes = 0;          ///< So many bytes at a time (0: all at once) …
  std::chrono::milliseconds drip_every{0};  ///< … with this between them.

  std::optional<std::uint64_t> claimed_length = {};  ///< Content-Length, whatever is sent.
  std::optional<std::size_t> cut_after = {};         ///< Bytes of framed body; then the ending.
  bool silent = false;   ///< Never a byte, until the peer or the origin gives up.
  bool endless = false;  ///< Sends its body again and again, with no length.
};

/// Sends `reply` to `request`, faults included.
void answer(Connection& connection, const Request& request, const Reply& reply);

[[nodiscard]] Reply ok(std::string_view body);
/// `text` behind the first bytes of a JPEG: what a link that ends in `.jpg` must lead to.
[[nodiscard]] std::string picture(std::string_view text = "picture");
/// An error page in HTML.
[[nodiscard]] Reply status(int code, Headers headers = {});
[[nodiscard]] Reply json(std::string_view body, int code = 200);
[[nodiscard]] Reply redirect(std::string_view location, int code = 302);
/// Content-Length says the whole body, FIN comes after `sent` bytes.
[[nodiscard]] Reply truncated(std::string_view body, std::size_t sent);
/// The same with an RST.
[[nodiscard]] Reply reset_after(std::string_view body, std::size_t sent);
/// A file that can be asked for in pieces; its ETag is `"1"`.
[[nodiscard]] Reply in_pieces(std::string_view body, Ranges ranges = Ranges::honoured);
/// The first half of the body, then nothing until the gate opens.
[[nodiscard]] Reply half_then_gate(std::string_view body, std::shared_ptr<Gate> gate);

/// RFC 1952, by zlib.
[[nodiscard]] std::string gzip(std::string_view plain);

}  // namespace fanfetch::support
