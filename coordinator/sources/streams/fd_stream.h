#pragma once

#include <functional>
#include <string>

#include "common/unique_fd.h"
#include "coordinator/sources/streams/byte_stream.h"

namespace fanfetch {

/// Reads a descriptor. Does so directly, because stdio and iostreams cannot wait for a stop at the
/// same time.
class FdStream final : public ByteStream {
 public:
  /// `name` is for messages. `stop_fd`, or -1, becomes readable when the run stops.
  /// `before_waiting`: see SourceContext.
  FdStream(UniqueFd fd, int stop_fd, std::string name, std::function<void()> before_waiting = {});

  [[nodiscard]] Result<std::optional<std::size_t>> read(std::span<char> to) override;

 private:
  UniqueFd fd_;
  int stop_fd_;
  std::string name_;
  std::function<void()> before_waiting_;
  bool ended_ = false;  // a terminal can be read again after its end of file
};

}  // namespace fanfetch
