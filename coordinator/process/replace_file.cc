#include "coordinator/process/replace_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>

#include "common/crash_point.h"
#include "common/unique_fd.h"
#include "coordinator/process/write_all.h"

namespace fanfetch {
namespace {

/// Writes a new file and brings it to the disk. 0 or an errno value.
int write_new(int folder, const std::string& name, std::string_view bytes) {
  const UniqueFd file(
      ::openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (!file.valid()) return errno;
  if (const int error = write_all(file.get(), bytes).second; error != 0) return error;
  return ::fsync(file.get()) == 0 ? 0 : errno;
}

}  // namespace

int replace_file(int folder, const std::string& name, std::string_view bytes) {
  const std::string temporary = name + ".new";
  ::unlinkat(folder, temporary.c_str(), 0);  // a killed run may have left one
  int error = write_new(folder, temporary, bytes);
  crash_point("replacement_written");
  if (error == 0 && ::renameat(folder, temporary.c_str(), folder, name.c_str()) != 0) {
    error = errno;
  }
  if (error != 0) {
    ::unlinkat(folder, temporary.c_str(), 0);
    return error;
  }
  return sync_folder(folder);
}

int sync_folder(int folder) {
  if (::fsync(folder) == 0) return 0;
  return errno == EINVAL || errno == ENOTSUP ? 0 : errno;
}

}  // namespace fanfetch
