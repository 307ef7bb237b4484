#include "coordinator/net/changing_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/unique_fd.h"

namespace fanfetch {
namespace {

constexpr auto kBetweenLooks = std::chrono::seconds(1);
constexpr std::size_t kMaxBytes = std::size_t{16} << 20;

}  // namespace

bool ChangingFile::has_changed(Instant now) {
  if (looked_ && now < next_look_) return false;
  next_look_ = now + kBetweenLooks;
  Version version{};
  struct stat status {};
  if (::stat(path_.c_str(), &status) == 0) {
    version = {status.st_dev, status.st_ino, status.st_size,
               status.st_ctim.tv_sec * 1'000'000'000 + status.st_ctim.tv_nsec};
  }
  const bool changed = !looked_ || version != version_;
  looked_ = true;
  version_ = version;
  return changed;
}

std::string ChangingFile::read() const {
  std::string text;
  // Whatever the path names, the loop must not wait for it.
  const UniqueFd fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  char buffer[16 * 1024];
  while (fd.valid() && text.size() < kMaxBytes) {
    const ssize_t count = ::read(fd.get(), buffer, sizeof buffer);
    if (count <= 0) break;
    text.append(buffer, static_cast<std::size_t>(count));
  }
  return text;
}

}  // namespace fanfetch
