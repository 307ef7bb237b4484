#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "common/result.h"

namespace fanfetch {

/// Bytes of a list, in order. Abstract so that decompression and parsing are tested from memory;
/// the real ones are FdStream, GzipStream, ZstdStream and DecodedStream. Thread: the reader's.
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  /// Fills the beginning of `to` with what is there, and waits only while there is nothing.
  /// Returns how many bytes came; 0: the end, for good; none: the run is stopping.
  /// Error: the rest cannot be had. All that came before it has been returned by then.
  /// REQUIRES: `to` is not empty.
  [[nodiscard]] virtual Result<std::optional<std::size_t>> read(std::span<char> to) = 0;
};

}  // namespace fanfetch
