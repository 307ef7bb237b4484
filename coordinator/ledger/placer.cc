#include "coordinator/ledger/placer.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "common/unique_fd.h"

namespace fanfetch {
namespace {

/// Far more names than any list makes equal; a bound, so that a bug cannot loop.
constexpr unsigned kMaxOtherNames = 10'000;

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

/// Such an error would meet every link; any other comes from this one's name or part.
bool concerns_the_output(int error) {
  return error == ENOSPC || error == EDQUOT || error == EROFS || error == EIO || error == EACCES ||
         error == ESTALE || error == ENODEV || error == ENOTCONN;
}

}  // namespace

int Placer::move(const std::string& part_name, const std::string& name) const {
  const std::size_t slash = name.rfind('/');
  if (slash == std::string::npos) {
    return rename_no_replace(parts_, part_name.c_str(), output_, name.c_str());
  }
  const UniqueFd folder = make_folders(output_, name.substr(0, slash));
  if (!folder.valid()) return errno;
  return rename_no_replace(parts_, part_name.c_str(), folder.get(), name.c_str() + slash + 1);
}

void Placer::discard(const std::string& part_name) const {
  ::unlinkat(parts_, part_name.c_str(), 0);
}

tl::expected<std::string, Placer::PlaceError> Placer::place(const std::string& part_name,
                                                            const std::string& name,
                                                            const OtherName& other_name) const {
  std::string base = name;
  std::string candidate = name;
  int error = move(part_name, candidate);
  if (error == ENOTDIR || error == ELOOP) {
    std::replace(base.begin(), base.end(), '/', '_');
    error = EEXIST;
  }
  for (unsigned n = 1; error == EEXIST && n < kMaxOtherNames; ++n) {
    candidate = other_name(base, n);
    error = move(part_name, candidate);
  }
  if (error == 0) return candidate;
  discard(part_name);
  return tl::unexpected(PlaceError{
      concerns_the_output(error) ? PlaceError::Reach::output : PlaceError::Reach::this_link,
      fmt::format("cannot give it the name '{}': {}", candidate, errno_text(error))});
}

}  // namespace fanfetch
