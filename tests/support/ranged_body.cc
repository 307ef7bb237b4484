#include "tests/support/ranged_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

#include "common/sha256.h"

namespace fanfetch::support {
namespace {

constexpr std::uint64_t kPieces = 8;          // of one response
constexpr std::uint64_t kMaxPiece = 1 << 20;  // limits the memory in use

/// Links to it end in .jpg, so it begins as a JPEG does.
constexpr std::uint64_t kFirstWord = 0xE0FFD8FF;  // little-endian

/// The mixer of SplitMix64 (Steele, Lea, Flood 2014): word `place` without those before it.
std::uint64_t word_at(std::uint64_t seed, std::uint64_t place) {
  if (place == 0) return seed << 32 | kFirstWord;
  std::uint64_t z = seed * 0xd1342543de82ef95 + (place + 1) * 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/// The first byte requested; nullopt: the whole body is sent with a 200.
std::optional<std::uint64_t> range_start(const Request& request, const GeneratedBody& body) {
  static constexpr std::string_view kUnit = "bytes=";
  const auto range = request.header("range");
  if (!range || !range->starts_with(kUnit) || !range->ends_with('-')) return std::nullopt;
  if (request.header("if-range").value_or(body.etag()) != body.etag()) return std::nullopt;
  std::uint64_t start = 0;
  const char* const last = range->data() + range->size() - 1;
  const auto [end, error] = std::from_chars(range->data() + kUnit.size(), last, start);
  if (error != std::errc() || end != last) return std::nullopt;
  return start;
}

std::string head(const GeneratedBody& body, std::optional<std::uint64_t> start) {
  std::string lines =
      fmt::format("ETag: {}\r\nAccept-Ranges: bytes\r\nContent-Type: application/octet-stream\r\n",
                  body.etag());
  if (!start) {
    return fmt::format("HTTP/1.1 200 OK\r\n{}Content-Length: {}\r\n\r\n", lines, body.size());
  }
  if (*start >= body.size()) {
    return fmt::format(
        "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */{}\r\n"
        "Content-Length: 0\r\n\r\n",
        body.size());
  }
  lines += fmt::format("Content-Range: bytes {}-{}/{}\r\n", *start, body.size() - 1, body.size());
  return fmt::format("HTTP/1.1 206 Partial Content\r\n{}Content-Length: {}\r\n\r\n", lines,
                     body.size() - *start);
}

/// The bytes from `exchange.from` on, in pieces with pauses. False: the peer has gone.
bool send_rest(Connection& connection, const GeneratedBody& body, std::chrono::milliseconds time,
               Exchange& exchange) {
  std::uint64_t left = body.size() - exchange.from;
  const std::uint64_t size =
      std::clamp<std::uint64_t>((left + kPieces - 1) / kPieces, 1, kMaxPiece);
  const auto pieces =
      static_cast<std::int64_t>(std::max<std::uint64_t>((left + size - 1) / size, 1));
  while (left > 0) {
    if (!connection.pause(time / pieces)) return false;
    const std::uint64_t now = std::min(left, size);
    const std::string bytes = body.piece(body.size() - left, now);
    left -= now;
    if (left == 0 ? !connection.send_last(bytes) : !connection.send(bytes)) return false;
    exchange.sent += now;
  }
  return true;
}

}  // namespace

std::string GeneratedBody::piece(std::uint64_t offset, std::uint64_t length) const {
  if (offset >= size_) return "";
  length = std::min(length, size_ - offset);
  constexpr std::uint64_t kWord = sizeof(std::uint64_t);
  const std::uint64_t first = offset / kWord;
  const std::uint64_t end = (offset + length + kWord - 1) / kWord;
  std::string words((end - first) * kWord, '\0');
  for (std::uint64_t i = first; i < end; ++i) {
    const std::uint64_t word = word_at(seed_, i);
    std::memcpy(words.data() + (i - first) * kWord, &word, kWord);
  }
  return words.substr(offset % kWord, length);
}

std::string GeneratedBody::sha256() const {
  Sha256 hash;
  for (std::uint64_t at = 0; at < size_; at += kMaxPiece) {
    const std::string bytes = piece(at, kMaxPiece);
    hash.update(std::as_bytes(std::span(bytes)));
  }
  return to_hex(hash.finish());
}

std::string GeneratedBody::etag() const { return fmt::format("\"{:x}-{:x}\"", seed_, size_); }

void serve_body(Connection& connection, const Request& request, const GeneratedBody& body,
                const Serving& serving) {
  Exchange exchange{.path = request.path, .begin = request.at};
  const auto start = range_start(request, body);
  const bool has_body = body.size() > 0 && start.value_or(0) < body.size();
  const std::string first = head(body, start);
  if (has_body) {
    exchange.from = start.value_or(0);
    exchange.whole = connection.send(first) && send_rest(connection, body, serving.time, exchange);
  } else {
    exchange.whole = connection.pause(serving.time) && connection.send_last(first);
  }
  if (!exchange.whole) connection.close();
  exchange.end = std::chrono::steady_clock::now();
  if (serving.when_over) serving.when_over(exchange);
}

}  // namespace fanfetch::support
