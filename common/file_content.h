#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string>

#include "common/unique_fd.h"

namespace fanfetch {

/// What a small file holds, up to some 16 KiB more than `most` bytes of it. Empty: it cannot be
/// read. Whatever the path names, a FIFO say, is not waited for.
[[nodiscard]] inline std::string file_content(const std::string& path, std::size_t most) {
  std::string content;
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  char buffer[16 * 1024];
  while (fd.valid() && content.size() < most) {
    const ssize_t count = ::read(fd.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    content.append(buffer, static_cast<std::size_t>(count));
  }
  return content;
}

}  // namespace fanfetch
