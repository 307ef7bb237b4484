#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "tests/support/connection.h"

namespace fanfetch::support {

// HTTP/2 byte by byte (RFC 9113), as HTTP libraries send no broken frame. Behind a TlsFront with
// `alpn` "h2", a FaultOrigin hands each connection to serve_http2().

namespace http2 {

/// Types of frames (RFC 9113, 6).
enum class Type : std::uint8_t {
  data,
  headers,
  priority,
  rst_stream,
  settings,
  push_promise,
  ping,
  goaway,
  window_update,
  continuation,
};

// Flags.
inline constexpr std::uint8_t kEndStream = 1, kAck = 1, kEndHeaders = 4;

/// A whole frame.
[[nodiscard]] std::string frame(Type type, std::uint8_t flags, std::uint32_t stream,
                                std::string_view payload = {});
/// The head of a frame alone, whatever follows it.
[[nodiscard]] std::string frame_head(std::size_t length, std::uint8_t type, std::uint8_t flags,
                                     std::uint32_t stream);
/// 32 bits in network order, as errors and windows have them.
[[nodiscard]] std::string number(std::uint32_t value);
/// A setting (RFC 9113, 6.5.1).
[[nodiscard]] std::string setting(std::uint16_t id, std::uint32_t value);

/// A header for HPACK as a literal that no table takes in (RFC 7541, 6.2.2).
[[nodiscard]] std::string header(std::string_view name, std::string_view value);
/// The same, but it enters the dynamic table (RFC 7541, 6.2.1), where it has the index 62.
[[nodiscard]] std::string indexed_header(std::string_view name, std::string_view value);

}  // namespace http2

/// Answers a request on `stream`, as it likes.
using Http2Handler = std::function<void(Connection& connection, std::uint32_t stream)>;

/// Speaks for a server until the peer hangs up: settings, and what answers its pings. Each request
/// is handed to `handler`. REQUIRES: the preface's first line and its empty one are read.
void serve_http2(Connection& connection, const Http2Handler& handler);

}  // namespace fanfetch::support
