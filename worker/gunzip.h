#pragma once

#include <zlib.h>

#include <cstddef>
#include <functional>
#include <span>

namespace fanfetch {

/// Decodes a gzip body that came although none was asked for. libcurl can decode, too, but 7.88
/// does not tell a stream that was cut off from one that has ended.
class Gunzip {
 public:
  /// Takes decoded bytes; false: no more are wanted.
  using Sink = std::function<bool(std::span<const std::byte>)>;
  enum class Result { good, broken, refused };

  Gunzip();
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  /// Decodes the next piece of the body. `refused`: the sink wants no more; `broken`: it is not
  /// gzip.
  [[nodiscard]] Result write(std::span<const std::byte> bytes, const Sink& sink);

  /// The input so far ends where a gzip member ends, its checksum proved.
  [[nodiscard]] bool complete() const { return complete_; }

 private:
  z_stream stream_{};
  bool complete_ = false;
};

}  // namespace fanfetch
