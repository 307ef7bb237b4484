#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/http/response_head.h"

namespace fanfetch {

/// Where the body of a response to GET ends (RFC 9112, 6.3), as its head says.
struct Framing {
  enum class Kind : std::uint8_t {
    none,         ///< There is no body: 204, 304.
    length,       ///< `length` bytes.
    chunked,      ///< Chunks say it.
    until_close,  ///< The connection's end does: it may have been cut off.
    too_large,    ///< Its length is 2^63 or more.
    broken,       ///< It cannot be told: `problem`.
  };

  Kind kind = Kind::until_close;
  std::uint64_t length = 0;
  std::string problem = {};  ///< As the end of a sentence.
  /// Another request may follow on the connection behind this response.
  bool keeps_connection = false;
};

/// Decides by Content-Length, Transfer-Encoding and Connection. Pure. The table:
///
///     Content-Length                           | read as
///     -----------------------------------------+--------------
///     `5`, `005`; `5, 5` or equal lines        | 5 (9110, 8.6)
///     several different values                 | broken
///     `0x5`, `+5`, `5.0`, `5abc`, `1 0`, empty | broken
///     2^63 and more                            | too_large
///
///     Transfer-Encoding                  | read as
///     -----------------------------------+--------------------------------------------------
///     `chunked` in any case, once        | chunked; a Content-Length does not count (6.3)
///     `identity`, or empty               | as if it was not there (RFC 2616, 4.4)
///     anything else, `gzip, chunked` too | broken: it cannot be decoded, or its end not told
///     any, by HTTP/1.0                   | broken (6.1: its framing is faulty)
///
/// With both fields, the connection is closed afterwards (6.3).
[[nodiscard]] Framing framing_of(const ResponseHead& head);

}  // namespace fanfetch
