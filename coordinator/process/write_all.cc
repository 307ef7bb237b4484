#include "coordinator/process/write_all.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace fanfetch {

std::pair<std::size_t, int> write_all(int fd, std::string_view bytes) {
  std::size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t count = ::write(fd, bytes.data() + written, bytes.size() - written);
    if (count >= 0) {
      written += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN) {
      pollfd writable{.fd = fd, .events = POLLOUT, .revents = 0};
      ::poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      return {written, errno};
    }
  }
  return {written, 0};
}

}  // namespace fanfetch
