#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "coordinator/sources/streams/byte_stream.h"

namespace fanfetch {

/// Yields `first`, which was read ahead, then `rest`.
class PushedBackStream final : public ByteStream {
 public:
  PushedBackStream(std::string first, std::unique_ptr<ByteStream> rest)
      : first_(std::move(first)), rest_(std::move(rest)) {}

  [[nodiscard]] Result<std::optional<std::size_t>> read(std::span<char> to) override;

 private:
  std::string first_;
  std::size_t used_ = 0;
  std::unique_ptr<ByteStream> rest_;
};

/// How much of a stream's beginning is looked at.
enum class Beginning {
  first_read,  ///< What its first read brings: nothing more of a pipe is waited for.
  full,        ///< kBeginningBytes, if there are so many: for a file, which is there already.
};
inline constexpr std::size_t kBeginningBytes = std::size_t{64} * 1024;

/// Shows the beginning of a stream to a check before it yields any of it. The check's error is that
/// of the first read().
class CheckedStream final : public ByteStream {
 public:
  using Check = std::function<Result<>(std::string_view beginning)>;

  CheckedStream(std::unique_ptr<ByteStream> from, Beginning beginning, Check check)
      : stream_(std::move(from)), beginning_(beginning), check_(std::move(check)) {}

  [[nodiscard]] Result<std::optional<std::size_t>> read(std::span<char> to) override;

 private:
  [[nodiscard]] Result<bool> begin();

  std::unique_ptr<ByteStream> stream_;
  Beginning beginning_;
  Check check_;
  bool begun_ = false;
};

}  // namespace fanfetch
