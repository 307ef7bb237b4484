#pragma once

#include <memory>
#include <string>

#include "coordinator/sources/streams/byte_stream.h"

namespace fanfetch {

/// Decompresses gzip (RFC 1952): one member after the other, with checksums verified. Zero bytes
/// after the last member are padding.
/// Uses zlib: libarchive verifies no gzip checksum, drops up to 64 KiB of text before a truncation,
/// and waits for as much of a pipe before it yields anything.
class GzipStream final : public ByteStream {
 public:
  /// `name` is for messages. REQUIRES: `from` begins with gzip's magic bytes.
  GzipStream(std::unique_ptr<ByteStream> from, std::string name);
  ~GzipStream() override;

  /// Error: the data is truncated or damaged; names the compressed byte at which that showed.
  [[nodiscard]] Result<std::optional<std::size_t>> read(std::span<char> to) override;

 private:
  struct State;

  std::unique_ptr<ByteStream> from_;
  std::string name_;
  std::unique_ptr<State> state_;
};

}  // namespace fanfetch
