#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace fanfetch {

/// Longest header value that is kept: records are for people and scripts, and an outcome has to fit
/// its payload. No ETag or type in honest use comes near.
inline constexpr std::size_t kMaxHeaderValue = 512;

/// What an answer says about its body. Empty strings: not sent.
struct BodyHeaders {
  int status = 0;
  std::optional<std::uint64_t> length;  ///< Content-Length, of this body alone.
  std::string etag, content_type, last_modified;
  std::string content_encoding, transfer_encoding;
  std::string content_range, accept_ranges;
};

}  // namespace fanfetch
