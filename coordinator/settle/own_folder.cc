#include "coordinator/settle/own_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "common/result.h"

namespace fanfetch {
namespace {

/// The workers of a killed coordinator outlive it by milliseconds (measured); 2 s is ample.
constexpr auto kLockWait = std::chrono::seconds(2);
constexpr auto kLockPoll = std::chrono::milliseconds(20);

/// 0, EWOULDBLOCK if another run holds it, or why there is no lock.
int take_lock(int lock) {
  const auto deadline = std::chrono::steady_clock::now() + kLockWait;
  while (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    // flock has no time-out, and a signal that interrupts it would need a handler of its own.
    if (errno != EWOULDBLOCK || std::chrono::steady_clock::now() >= deadline) return errno;
    std::this_thread::sleep_for(kLockPoll);
  }
  return 0;
}

}  // namespace

UniqueFd open_subfolder(int parent, const std::string& name) {
  if (::mkdirat(parent, name.c_str(), 0777) != 0 && errno != EEXIST) return UniqueFd();
  return UniqueFd(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

tl::unexpected<Exit> unwritable_output(const std::string& path, const char* what, int error) {
  return tl::unexpected(
      exit_with(kExitOutput, fmt::format("cannot {} '{}': {}; choose another folder with -o", what,
                                         path, errno_text(error))));
}

tl::unexpected<Exit> no_subfolder(const std::string& path, const std::string& name, int parent,
                                  int error) {
  struct stat status {};
  if (::fstatat(parent, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
      S_ISDIR(status.st_mode)) {
    return unwritable_output(path, "write to the output folder", error);
  }
  return tl::unexpected(exit_with(
      kExitOutput,
      fmt::format("'{}/{}' is {}: fanfetch needs a folder of its own there; remove it, or choose "
                  "another folder with -o",
                  path, name, S_ISLNK(status.st_mode) ? "a symbolic link" : "no folder")));
}

UniqueFd open_lock(int folder, int flags) {
  return UniqueFd(::openat(folder, "lock", flags | O_NOFOLLOW | O_CLOEXEC, 0666));
}

FolderLock lock_folder(int folder, IfNoLock missing) {
  const int make = missing == IfNoLock::make_it ? O_CREAT : 0;
  FolderLock lock;
  // Workers inherit it, and need not write to it; but NFS locks only what can be written.
  for (const int access : {O_RDONLY, O_RDWR}) {
    lock.file = open_lock(folder, access | make);
    lock.error = lock.file.valid() ? take_lock(lock.file.get()) : errno;
    if (lock.error != EBADF) break;
  }
  return lock;
}

}  // namespace fanfetch
