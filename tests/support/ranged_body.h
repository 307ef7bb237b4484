#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "tests/support/fault_origin.h"

namespace fanfetch::support {

/// A body whose bytes are computed from their offsets, so that gigabytes need no memory. It does
/// not compress.
class GeneratedBody {
 public:
  GeneratedBody(std::uint64_t size, std::uint64_t seed) : size_(size), seed_(seed) {}

  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// The bytes from `offset` on, at most `length` of them.
  [[nodiscard]] std::string piece(std::uint64_t offset, std::uint64_t length) const;
  [[nodiscard]] std::string whole() const { return piece(0, size_); }
  /// In lower-case hexadecimal.
  [[nodiscard]] std::string sha256() const;
  /// A strong ETag, with its quotes.
  [[nodiscard]] std::string etag() const;

 private:
  std::uint64_t size_;
  std::uint64_t seed_;
};

/// One response of serve_body(), after its end.
struct Exchange {
  std::string path;
  std::chrono::steady_clock::time_point begin, end;
  std::uint64_t from = 0;  ///< Where the range began; 0 without one.
  std::uint64_t sent = 0;  ///< Bytes of body that the socket accepted.
  bool whole = false;      ///< The whole range was sent.
};

/// How a body is sent.
struct Serving {
  /// Total delay of the response, spread over its pieces.
  std::chrono::milliseconds time{0};
  std::function<void(const Exchange&)> when_over = {};
};

/// Responds like an honest file server: with a strong ETag, with 206 to a `Range: bytes=N-` whose
/// If-Range (if any) is that ETag, and with 416 beyond the end.
void serve_body(Connection& connection, const Request& request, const GeneratedBody& body,
                const Serving& serving = {});

}  // namespace fanfetch::support
