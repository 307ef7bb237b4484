#include "coordinator/net/name_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/unique_fd.h"

namespace fanfetch {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{16} << 20;

std::string content_of(const std::string& path) {
  std::string text;
  // Whatever the path names, a FIFO say, is not waited for.
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  char buffer[16 * 1024];
  while (fd.valid() && text.size() < kMaxBytes) {
    const ssize_t count = ::read(fd.get(), buffer, sizeof buffer);
    if (count <= 0) break;
    text.append(buffer, static_cast<std::size_t>(count));
  }
  return text;
}

}  // namespace

NameFiles::Version NameFiles::version_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino, status.st_size,
          status.st_ctim.tv_sec * 1'000'000'000 + status.st_ctim.tv_nsec};
}

SystemNames NameFiles::read() {
  // Versions first: a change while the content is read shows the next time.
  hosts_.version = version_of(hosts_.path);
  resolv_conf_.version = version_of(resolv_conf_.path);
  return {parse_hosts(content_of(hosts_.path)), parse_resolv_conf(content_of(resolv_conf_.path))};
}

std::optional<SystemNames> NameFiles::read_if_changed() {
  const bool changed = version_of(hosts_.path) != hosts_.version ||
                       version_of(resolv_conf_.path) != resolv_conf_.version;
  return changed ? std::optional(read()) : std::nullopt;
}

}  // namespace fanfetch
