#include "coordinator/sources/streams/fd_stream.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include <utility>

namespace fanfetch {

FdStream::FdStream(UniqueFd fd, int stop_fd, std::string name, std::function<void()> before_waiting)
    : fd_(std::move(fd)),
      stop_fd_(stop_fd),
      name_(std::move(name)),
      before_waiting_(std::move(before_waiting)) {}

Result<std::optional<std::size_t>> FdStream::read(std::span<char> to) {
  if (ended_) return 0;
  if (before_waiting_) before_waiting_();
  for (;;) {
    // For a file this returns immediately; for a pipe the reader waits here, so that a stop wakes
    // it. poll() ignores a negative descriptor.
    pollfd waiting[] = {{fd_.get(), POLLIN, 0}, {stop_fd_, POLLIN, 0}};
    if (::poll(waiting, 2, -1) < 0) {
      if (errno == EINTR) continue;
      return fail("cannot wait for {}: {}", name_, errno_text(errno));
    }
    if (waiting[1].revents != 0) return std::nullopt;
    const ssize_t count = ::read(fd_.get(), to.data(), to.size());
    if (count >= 0) {
      ended_ = count == 0;
      return static_cast<std::size_t>(count);
    }
    // Another process may have made the descriptor non-blocking, and may read from it too.
    if (errno == EINTR || errno == EAGAIN) continue;
    if (errno == EISDIR) return fail("cannot read {}: it is a folder; name a file in it", name_);
    return fail("cannot read {} to its end: {}", name_, errno_text(errno));
  }
}

}  // namespace fanfetch
