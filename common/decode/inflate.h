#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "common/decode/decoder.h"

namespace fanfetch {

/// One stream of RFC 1950, 1951 or 1952 by zlib.
class Inflate {
 public:
  enum class Format : std::uint8_t { gzip, zlib, raw };
  enum class Step : std::uint8_t { hungry, ended, broken, refused };

  /// Throws std::bad_alloc.
  explicit Inflate(Format format);
  ~Inflate();
  Inflate(const Inflate&) = delete;
  Inflate& operator=(const Inflate&) = delete;

  /// Decodes from the front of `bytes`, and leaves there what lies behind the stream's end.
  /// `hungry`: all was taken, and the stream goes on; `ended`: its checksum, if it has one, is
  /// right.
  [[nodiscard]] Step run(std::span<const std::byte>& bytes, const Decoder::Sink& sink);
  /// Another stream of the same format begins.
  void restart() { ::inflateReset(&stream_); }
  /// Bytes of this stream so far.
  [[nodiscard]] std::uint64_t taken() const { return stream_.total_in; }

 private:
  z_stream stream_{};
};

}  // namespace fanfetch
