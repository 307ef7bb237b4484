#pragma once

#include <memory>
#include <string>

#include "coordinator/sources/streams/byte_stream.h"

namespace fanfetch {

enum class Compression { none, gzip, zstd };

/// The text in a stream: decompressed if its first bytes say that it is compressed, and without the
/// UTF-8 byte order mark that may begin it. Looks at the first bytes when it is first read, and
/// waits for no more of a pipe than it takes to tell. Memory does not grow with what comes out.
class DecodedStream final : public ByteStream {
 public:
  /// `name` is for messages; `promised`: what the name of the file says. Its first bytes decide,
  /// but what is promised must not be plain.
  DecodedStream(std::unique_ptr<ByteStream> raw, std::string name,
                Compression promised = Compression::none);

  /// Error: it is compressed in another way, or UTF-16; or reading or decompressing failed.
  [[nodiscard]] Result<std::optional<std::size_t>> read(std::span<char> to) override;

 private:
  [[nodiscard]] Result<bool> begin();
  [[nodiscard]] Result<bool> decompress();
  [[nodiscard]] Result<bool> skip_mark();

  std::unique_ptr<ByteStream> stream_;
  std::string name_;
  Compression promised_;
  bool begun_ = false;
};

}  // namespace fanfetch
