#pragma once

#include <memory>
#include <string>

#include "coordinator/sources/streams/byte_stream.h"

namespace fanfetch {

/// What a gzip stream holds (RFC 1952): one member after the other, each with its checksum
/// verified. Zero bytes behind the last one are padding.
/// By zlib and not by libarchive, which verifies no checksum of gzip, drops up to 64 KiB of text
/// before a cut, and waits for as much of a pipe before it hands anything on.
class GzipStream final : public ByteStream {
 public:
  /// `name` is for messages. REQUIRES: `from` begins as gzip does.
  GzipStream(std::unique_ptr<ByteStream> from, std::string name);
  ~GzipStream() override;

  /// Error: the data is cut short or damaged, and at which compressed byte that showed.
  [[nodiscard]] Result<std::optional<std::size_t>> read(std::span<char> to) override;

 private:
  struct State;

  std::unique_ptr<ByteStream> from_;
  std::string name_;
  std::unique_ptr<State> state_;
};

}  // namespace fanfetch
