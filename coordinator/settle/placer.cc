#include "coordinator/settle/placer.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "common/crash_point.h"
#include "common/part_name.h"
#include "common/unique_fd.h"
#include "coordinator/names/name_template.h"
#include "coordinator/names/path_text.h"

namespace fanfetch {
namespace {

/// Opens a folder below `root` without leaving it and without following a link on the way.
UniqueFd open_beneath(int root, const std::string& path) {
  open_how how{};
  how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  return UniqueFd(static_cast<int>(::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how)));
}

/// Opens the folder `path` and makes what is missing on the way. Not valid: see errno.
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

/// All local file systems know RENAME_NOREPLACE; others, such as NFS, return EINVAL.
int rename_no_replace(int from, const char* old_name, int to, const char* new_name) {
  if (::renameat2(from, old_name, to, new_name, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (::linkat(from, old_name, to, new_name, 0) != 0) return errno;
  ::unlinkat(from, old_name, 0);
  return 0;
}

/// Replaces the file that lies there, if that is still the one to be replaced.
int rename_over(int from, const char* old_name, int to, const char* new_name,
                const FileStamp& replaced) {
  const auto there = stamp_of(to, new_name);
  if (!there || *there != replaced) return rename_no_replace(from, old_name, to, new_name);
  return ::renameat(from, old_name, to, new_name) == 0 ? 0 : errno;
}

/// No list makes that many names equal: only a bound, so that a bug cannot loop for ever.
constexpr unsigned kMaxOtherNames = 10'000;

/// A part whose name is taken.
struct Taken {
  PartToPlace* part;
  std::string base;  ///< What the other names are made of.
};

std::string cannot_name(const std::string& name, int error) {
  return fmt::format("cannot give it the name '{}': {}", name, errno_text(error));
}

/// Tries to give parts the names that they have now, and sorts out those that cannot have them.
class Round {
 public:
  Round(const Placer& placer, std::vector<Taken>& taken, std::vector<Unplaced>& given_up)
      : placer_(placer), taken_(taken), given_up_(given_up) {}

  /// Error: no part can be placed any more.
  [[nodiscard]] Result<> place(PartToPlace& part, const std::string& base) {
    const int error = placer_.move(part.part, part.name, part.replaces);
    crash_point("between_renames");
    part.placed = error == 0;
    if (part.placed) return {};
    if (Placer::concerns_the_output(error)) return fail("{}", cannot_name(part.name, error));
    if (error == EEXIST) {
      taken_.push_back({&part, base});
    } else if (error == ENOTDIR || error == ELOOP) {
      std::string flat = base;
      std::replace(flat.begin(), flat.end(), '/', '_');
      taken_.push_back({&part, std::move(flat)});
    } else {
      give_up(part, error);
    }
    return {};
  }

 private:
  void give_up(PartToPlace& part, int error) {
    part.problem = cannot_name(part.name, error);
    placer_.discard(part.part);
    given_up_.push_back({part.row, part.problem});
  }

  const Placer& placer_;
  std::vector<Taken>& taken_;
  std::vector<Unplaced>& given_up_;
};

Result<> as_result(const Ledger::Done& done) {
  if (done) return {};
  return tl::unexpected(Error{done.error().message});
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

Result<> Placer::place(std::span<PartToPlace> parts, Ledger& ledger) const {
  std::vector<Taken> taken;
  std::vector<Unplaced> given_up;
  Round round(*this, taken, given_up);
  for (PartToPlace& part : parts) {
    if (auto placed = round.place(part, part.name); !placed) return placed;
  }
  for (unsigned n = 1; !taken.empty() && n < kMaxOtherNames; ++n) {
    std::vector<NewName> renamed;
    const std::vector<Taken> again = std::exchange(taken, {});
    for (const Taken& one : again) {
      one.part->name = other_name(one.base, one.part->hash, n);
      renamed.push_back({one.part->row, one.part->name, name_key(one.part->name)});
    }
    if (auto noted = as_result(ledger.rename(renamed)); !noted) return noted;
    for (const Taken& one : again) {
      if (auto placed = round.place(*one.part, one.base); !placed) return placed;
    }
  }
  for (const Taken& one : taken) {
    one.part->problem = cannot_name(one.part->name, EEXIST);
    discard(one.part->part);
    given_up.push_back({one.part->row, one.part->problem});
  }
  if (given_up.empty()) return {};
  return as_result(ledger.give_up(given_up));
}

}  // namespace fanfetch
