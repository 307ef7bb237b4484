#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "common/result.h"

namespace fanfetch {

/// Of compressed input that a decoder reads at once.
inline constexpr std::size_t kCompressedBytes = std::size_t{64} * 1024;

/// Yields the bytes of a list in order. Abstract so that tests of decompression and parsing use
/// memory; the real ones are FdStream, GzipStream, ZstdStream and DecodedStream. Thread: the
/// reader's.
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  /// Copies the bytes that are available to the beginning of `to`; waits only if there are none.
  /// Returns their number; 0 at the end, for good; nullopt once the run is stopping.
  /// Error: the rest cannot be read. All bytes before the error have been returned.
  /// REQUIRES: `to` is not empty.
  [[nodiscard]] virtual Result<std::optional<std::size_t>> read(std::span<char> to) = 0;
};

}  // namespace fanfetch
