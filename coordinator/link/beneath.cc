#include "coordinator/link/beneath.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

namespace fanfetch {
namespace {

UniqueFd open_at(int folder, std::string_view name, int flags) {
  return UniqueFd(
      ::openat(folder, std::string(name).c_str(), flags | O_NOFOLLOW | O_CLOEXEC, 0666));
}

/// Where the kernel has no openat2 (before 5.6), or a container's filter denies it: one folder
/// after the other. Without links, only `..` leads up.
UniqueFd walk(int root, std::string_view path, int flags) {
  UniqueFd folder;
  for (;;) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view name = path.substr(0, slash);
    const int from = folder.valid() ? folder.get() : root;
    if (name == "..") {
      errno = EXDEV;
      return UniqueFd();
    }
    if (slash == path.size()) return open_at(from, name, flags);
    folder = open_at(from, name, O_PATH | O_DIRECTORY);
    if (!folder.valid()) return folder;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

UniqueFd open_beneath(int root, const std::string& path, int flags) {
  open_how how{};
  // With O_PATH, O_NOFOLLOW opens a link; in the place of a folder that is to say ELOOP.
  const int no_follow = (flags & O_DIRECTORY) != 0 ? 0 : O_NOFOLLOW;
  how.flags = static_cast<unsigned>(flags | no_follow | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  UniqueFd file(static_cast<int>(::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how)));
  const bool is_denied = !file.valid() && (errno == ENOSYS || errno == EPERM);
  return is_denied ? walk(root, path, flags) : std::move(file);
}

int status_beneath(int root, const std::string& path, struct stat& status) {
  if (path.find('/') == std::string::npos && path != "..") {  // one call, of which a run makes many
    return ::fstatat(root, path.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 ? 0 : errno;
  }
  const UniqueFd there = open_beneath(root, path, O_PATH);
  if (!there.valid() && (errno == EMFILE || errno == ENFILE)) {  // no reason to call it gone
    return ::fstatat(root, path.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 ? 0 : errno;
  }
  return there.valid() && ::fstat(there.get(), &status) == 0 ? 0 : errno;
}

}  // namespace fanfetch
