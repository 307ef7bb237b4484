#include "coordinator/settle/reserve.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "common/unique_fd.h"

namespace fanfetch {
namespace {

/// Twice the room for 2048 rows at 0.4 KB, their index pages and SQLite's log: more than a batch.
constexpr off_t kReserveBytes = 4 << 20;

}  // namespace

Reserve::Reserve(std::string path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) {
    // A killed run's reserve is used again; any other file there is the user's.
    if (S_ISREG(status.st_mode) && status.st_size == kReserveBytes) path_ = std::move(path);
    return;
  }
  const UniqueFd file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (!file.valid()) return;
  if (::fallocate(file.get(), 0, 0, kReserveBytes) != 0) {
    ::unlink(path.c_str());
    return;
  }
  path_ = std::move(path);
}

bool Reserve::free() {
  if (path_.empty()) return false;
  return ::unlink(std::exchange(path_, {}).c_str()) == 0;
}

}  // namespace fanfetch
