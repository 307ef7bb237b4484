#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

struct ssl_ctx_st;
struct ssl_st;

namespace fanfetch {

/// Ends a TLS connection whose records bring nothing to anybody for too long. libcurl 7.88 reads
/// frames of HTTP/2 in one call for as long as they come, and OpenSSL what belongs to TLS itself: a
/// server that sends them without end would keep the thread from all else it has to do. To the
/// reader such a connection looks closed, without close_notify. Shared by CurlEasy handles, which
/// it outlives. Thread: one.
class RecordLimit {
 public:
  /// Of records that bring nothing, in a row. A stream that is given up may still bring its window,
  /// which libcurl lets be 32 MiB.
  static constexpr std::size_t kMostBytes = std::size_t{64} << 20;
  /// A shorter record counts as one of this size: each takes OpenSSL its time.
  static constexpr std::size_t kLeastRecord = 2048;

  /// Throws std::bad_alloc.
  RecordLimit();

  /// Whether it has ended this connection.
  [[nodiscard]] static bool has_ended(const ssl_st* ssl);

  // For CurlEasy and CurlConnection:

  /// REQUIRES: `context` is of a connection that begins.
  void watch(ssl_ctx_st* context) const;
  /// Something has come that somebody waits for, on whichever connection.
  void note_delivery() const { ++*deliveries_; }

 private:
  std::unique_ptr<std::uint64_t> deliveries_;  // stays where it is, for OpenSSL
};

}  // namespace fanfetch
