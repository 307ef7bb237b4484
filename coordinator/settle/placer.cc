#include "coordinator/settle/placer.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "common/part_name.h"
#include "common/unique_fd.h"

namespace fanfetch {
namespace {

/// Opens a folder below `root` without leaving it and without following a link on the way.
UniqueFd open_beneath(int root, const std::string& path) {
  open_how how{};
  how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  return UniqueFd(static_cast<int>(::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how)));
}

/// Makes the folders of `path` one by one; none: see errno.
UniqueFd make_folders(int root, const std::string& path) {
  UniqueFd folder = open_beneath(root, path);
  if (folder.valid() || errno != ENOENT) return folder;
  for (std::size_t slash = path.find('/');; slash = path.find('/', slash + 1)) {
    const std::string upto = path.substr(0, slash);
    const std::size_t last = upto.rfind('/');
    const UniqueFd parent =
        open_beneath(root, last == std::string::npos ? "." : upto.substr(0, last));
    if (!parent.valid()) return UniqueFd();
    const std::string name = last == std::string::npos ? upto : upto.substr(last + 1);
    if (::mkdirat(parent.get(), name.c_str(), 0777) != 0 && errno != EEXIST) return UniqueFd();
    if (slash == std::string::npos) return open_beneath(root, path);
  }
}

/// renameat2 knows NOREPLACE on all local file systems; others (NFS) say EINVAL.
int rename_no_replace(int from, const char* old_name, int to, const char* new_name) {
  if (::renameat2(from, old_name, to, new_name, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (::linkat(from, old_name, to, new_name, 0) != 0) return errno;
  ::unlinkat(from, old_name, 0);
  return 0;
}

/// The part takes the place of a file that is still the one that it is to replace.
int rename_over(int from, const char* old_name, int to, const char* new_name,
                const FileStamp& replaced) {
  const auto there = stamp_of(to, new_name);
  if (!there || *there != replaced) return rename_no_replace(from, old_name, to, new_name);
  return ::renameat(from, old_name, to, new_name) == 0 ? 0 : errno;
}

}  // namespace

bool Placer::concerns_the_output(int error) {
  switch (error) {
    case EEXIST:
    case EISDIR:
    case ENOTDIR:
    case ELOOP:  // something else has the name, or that of a folder on its way
    case ENAMETOOLONG:
    case EINVAL:
    case EILSEQ:  // this file system has no such names
    case ENOENT:  // the part is gone
    case EXDEV:   // a mount point is in a folder's place
    case EMLINK:  // the folder can hold no further one
    case EPERM:   // the file or its folder is immutable
      return false;
    default: return true;
  }
}

int Placer::move(const std::string& part_name, const std::string& name,
                 const std::optional<FileStamp>& replaces) const {
  const std::size_t slash = name.rfind('/');
  UniqueFd folder;
  if (slash != std::string::npos) {
    folder = make_folders(output_, name.substr(0, slash));
    if (!folder.valid()) return errno;
  }
  const int to = folder.valid() ? folder.get() : output_;
  const char* last = name.c_str() + (slash == std::string::npos ? 0 : slash + 1);
  if (replaces) return rename_over(parts_, part_name.c_str(), to, last, *replaces);
  return rename_no_replace(parts_, part_name.c_str(), to, last);
}

void Placer::discard(const std::string& part_name) const {
  ::unlinkat(parts_, part_name.c_str(), 0);
  ::unlinkat(parts_, (part_name + std::string(kSidecarSuffix)).c_str(), 0);
}

void Placer::discard_unless_resumable(const std::string& part_name) const {
  const std::string sidecar = part_name + std::string(kSidecarSuffix);
  const int there = ::faccessat(parts_, sidecar.c_str(), F_OK, AT_SYMLINK_NOFOLLOW);
  if (there != 0 && errno == ENOENT) ::unlinkat(parts_, part_name.c_str(), 0);
}

}  // namespace fanfetch
