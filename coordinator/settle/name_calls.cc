#include "coordinator/settle/name_calls.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace fanfetch {

int NameCalls::make_folder(int parent, const char* name) const {
  return ::mkdirat(parent, name, 0777) == 0 ? 0 : errno;
}

int NameCalls::rename(int from, const char* old_name, int to, const char* new_name,
                      unsigned flags) const {
  return ::renameat2(from, old_name, to, new_name, flags) == 0 ? 0 : errno;
}

int NameCalls::link(int from, const char* old_name, int to, const char* new_name) const {
  return ::linkat(from, old_name, to, new_name, 0) == 0 ? 0 : errno;
}

const NameCalls& kernel_calls() {
  static const NameCalls calls;
  return calls;
}

int rename_no_replace(const NameCalls& calls, int from, const char* old_name, int to,
                      const char* new_name) {
  // EINVAL says that there are no flags, or that the name is bad; the plain rename tells which.
  const int flagged = calls.rename(from, old_name, to, new_name, RENAME_NOREPLACE);
  if (flagged != EINVAL && flagged != ENOSYS && flagged != EOPNOTSUPP) return flagged;
  const int linked = calls.link(from, old_name, to, new_name);
  if (linked == 0) ::unlinkat(from, old_name, 0);
  if (linked == 0 || linked == EEXIST) return linked;
  struct stat status {};
  if (::fstatat(to, new_name, &status, AT_SYMLINK_NOFOLLOW) == 0) return EEXIST;
  if (errno != ENOENT) return errno;
  return calls.rename(from, old_name, to, new_name, 0);
}

}  // namespace fanfetch
