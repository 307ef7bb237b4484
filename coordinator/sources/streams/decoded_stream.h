#pragma once

#include <memory>
#include <string>

#include "coordinator/sources/streams/byte_stream.h"

namespace fanfetch {

enum class Compression { none, gzip, zstd };

/// The text in a stream: decompressed if its first bytes show that it is compressed, and without a
/// UTF-8 byte order mark. The first read() examines the first bytes, and waits for no more of them
/// than it needs. Memory does not grow with the length of the text.
class DecodedStream final : public ByteStream {
 public:
  /// `name` is for messages. `promised`: the compression by the file's name. The first bytes decide
  /// which it is, but if the name promises one, a plain file is an error.
  DecodedStream(std::unique_ptr<ByteStream> raw, std::string name,
                Compression promised = Compression::none);

  /// Error: it is not compressed as promised, or cannot be read or decompressed.
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
