#pragma once

#include <string>
#include <string_view>

namespace fanfetch::support {

// What servers do to a body, by the encoders of the libraries.

[[nodiscard]] std::string encode_gzip(std::string_view plain);     ///< RFC 1952.
[[nodiscard]] std::string encode_zlib(std::string_view plain);     ///< RFC 1950.
[[nodiscard]] std::string encode_deflate(std::string_view plain);  ///< RFC 1951.
[[nodiscard]] std::string encode_brotli(std::string_view plain);   ///< RFC 7932.
/// RFC 8878, in a frame with a checksum that needs a window of 2^`window_log` bytes.
[[nodiscard]] std::string encode_zstd(std::string_view plain, int window_log = 20);

}  // namespace fanfetch::support
