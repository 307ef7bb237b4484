#pragma once

#include <memory>
#include <string>

#include "coordinator/sources/streams/byte_stream.h"

namespace fanfetch {

/// Decompresses Zstandard (RFC 8878): one frame after the other, with checksums verified.
/// Uses libzstd, not libarchive, for the reasons that GzipStream gives, and to bound memory: data
/// that needs a window over 32 MiB (zstd --ultra -21, --long) is refused.
class ZstdStream final : public ByteStream {
 public:
  /// `name` is for messages.
  ZstdStream(std::unique_ptr<ByteStream> from, std::string name);
  ~ZstdStream() override;

  /// Error: the data is truncated or damaged; names the compressed byte at which that showed.
  [[nodiscard]] Result<std::optional<std::size_t>> read(std::span<char> to) override;

 private:
  struct State;
  [[nodiscard]] tl::unexpected<Error> damage(std::size_t code) const;

  std::unique_ptr<ByteStream> from_;
  std::string name_;
  std::unique_ptr<State> state_;
};

}  // namespace fanfetch
