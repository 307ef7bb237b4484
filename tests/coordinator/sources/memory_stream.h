#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "coordinator/sources/streams/byte_stream.h"

namespace fanfetch {

/// Bytes from memory, `at_once` at a time, as a pipe may hand them on.
class MemoryStream final : public ByteStream {
 public:
  explicit MemoryStream(std::string bytes, std::size_t at_once = 1000)
      : bytes_(std::move(bytes)), at_once_(at_once) {}

  [[nodiscard]] Result<std::optional<std::size_t>> read(std::span<char> to) override {
    const std::size_t count = bytes_.copy(to.data(), std::min(to.size(), at_once_), used_);
    used_ += count;
    if (count == 0 && stops_) return std::nullopt;
    if (count == 0 && error_) return tl::unexpected(*error_);
    return count;
  }
  /// At its end, the run stops, or an error comes.
  void stop() { stops_ = true; }
  void fail_with(std::string message) { error_ = Error{std::move(message)}; }
  [[nodiscard]] std::size_t used() const { return used_; }

 private:
  std::string bytes_;
  std::size_t at_once_;
  std::size_t used_ = 0;
  bool stops_ = false;
  std::optional<Error> error_;
};

[[nodiscard]] inline std::unique_ptr<ByteStream> in_memory(std::string bytes,
                                                           std::size_t at_once = 1000) {
  return std::make_unique<MemoryStream>(std::move(bytes), at_once);
}

}  // namespace fanfetch
