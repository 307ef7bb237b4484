#include "coordinator/settle/own_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "common/result.h"

namespace fanfetch {

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

}  // namespace fanfetch
