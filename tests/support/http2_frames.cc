#include "tests/support/http2_frames.h"

namespace fanfetch::support {
namespace {

constexpr std::size_t kHeadBytes = 9;

std::uint32_t read_number(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

std::string bytes_of(std::uint64_t value, int count) {
  std::string bytes;
  for (int i = count - 1; i >= 0; --i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
  return bytes;
}

/// A number with a prefix of `bits` bits, the others from `first` (RFC 7541, 5.1).
std::string hpack_number(std::size_t value, int bits, std::uint8_t first = 0) {
  const std::size_t most = (std::size_t{1} << bits) - 1;
  if (value < most) return {static_cast<char>(first | value)};
  std::string bytes(1, static_cast<char>(first | most));
  for (value -= most; value >= 0x80; value >>= 7) bytes += static_cast<char>(0x80 | (value & 0x7f));
  return bytes += static_cast<char>(value);
}

std::string hpack_text(std::string_view text) { return hpack_number(text.size(), 7).append(text); }

}  // namespace

namespace http2 {

std::string frame_head(std::size_t length, std::uint8_t type, std::uint8_t flags,
                       std::uint32_t stream) {
  return bytes_of(length, 3) + bytes_of(type, 1) + bytes_of(flags, 1) + number(stream);
}

std::string frame(Type type, std::uint8_t flags, std::uint32_t stream, std::string_view payload) {
  return frame_head(payload.size(), static_cast<std::uint8_t>(type), flags, stream).append(payload);
}

std::string number(std::uint32_t value) { return bytes_of(value, 4); }

std::string setting(std::uint16_t id, std::uint32_t value) {
  return bytes_of(id, 2) + number(value);
}

std::string header(std::string_view name, std::string_view value) {
  return '\0' + hpack_text(name) + hpack_text(value);
}

std::string indexed_header(std::string_view name, std::string_view value) {
  return '\x40' + hpack_text(name) + hpack_text(value);
}

}  // namespace http2

void serve_http2(Connection& connection, const Http2Handler& handler) {
  using http2::Type;
  constexpr std::string_view kRest = "SM\r\n\r\n";  // of the preface
  if (connection.read_body(kRest.size()) != kRest) return;
  if (!connection.send(http2::frame(Type::settings, 0, 0))) return;
  for (;;) {
    const std::string head = connection.read_body(kHeadBytes);
    if (head.size() < kHeadBytes) return;
    const std::size_t size = read_number(std::string_view(head).substr(0, 3));
    const auto type = static_cast<Type>(head[3]);
    const auto flags = static_cast<std::uint8_t>(head[4]);
    const std::uint32_t stream = read_number(std::string_view(head).substr(5)) & 0x7fffffff;
    const std::string payload = connection.read_body(size);
    const bool is_ack = (flags & http2::kAck) != 0;
    if (payload.size() < size) return;
    if (type == Type::settings && !is_ack) {
      connection.send(http2::frame(Type::settings, http2::kAck, 0));
    } else if (type == Type::ping && !is_ack) {
      connection.send(http2::frame(Type::ping, http2::kAck, 0, payload));
    } else if (type == Type::headers) {
      handler(connection, stream);
    }
  }
}

}  // namespace fanfetch::support
