#include "coordinator/sources/streams/checked_stream.h"

#include <optional>
#include <utility>

namespace fanfetch {
namespace {

/// Yields an error once: what came before it is handed on first.
class FailedStream final : public ByteStream {
 public:
  explicit FailedStream(Error error) : error_(std::move(error)) {}

  [[nodiscard]] Result<std::optional<std::size_t>> read(std::span<char>) override {
    return tl::unexpected(error_);
  }

 private:
  Error error_;
};

}  // namespace

Result<std::optional<std::size_t>> PushedBackStream::read(std::span<char> to) {
  if (used_ == first_.size()) return rest_->read(to);
  const std::size_t count = first_.copy(to.data(), to.size(), used_);
  used_ += count;
  return count;
}

Result<std::optional<std::size_t>> CheckedStream::read(std::span<char> to) {
  if (!begun_) {
    const auto going_on = begin();
    if (!going_on) return tl::unexpected(going_on.error());
    begun_ = *going_on;
    if (!begun_) return std::nullopt;
  }
  return stream_->read(to);
}

/// False: the run is stopping.
Result<bool> CheckedStream::begin() {
  std::string first(kBeginningBytes, '\0');
  std::size_t size = 0;
  std::optional<Error> failed;
  for (bool more = true; more && size < first.size();) {
    const auto count = stream_->read(std::span(first).subspan(size));
    if (!count && size == 0) return tl::unexpected(count.error());
    if (!count) {
      failed = count.error();
      break;
    }
    if (!*count) return false;
    size += **count;
    more = **count > 0 && beginning_ == Beginning::full;
  }
  first.resize(size);
  if (auto checked = check_(first); !checked) return tl::unexpected(std::move(checked.error()));
  if (failed) stream_ = std::make_unique<FailedStream>(std::move(*failed));
  stream_ = std::make_unique<PushedBackStream>(std::move(first), std::move(stream_));
  return true;
}

}  // namespace fanfetch
