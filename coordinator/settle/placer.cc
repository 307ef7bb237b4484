#include "coordinator/settle/placer.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "common/crash_point.h"
#include "common/part_name.h"
#include "common/unique_fd.h"
#include "coordinator/link/beneath.h"
#include "coordinator/names/name_form.h"
#include "coordinator/names/name_template.h"
#include "coordinator/names/path_text.h"

namespace fanfetch {
namespace {

constexpr int kFolder = O_PATH | O_DIRECTORY;

/// Opens the folder `path` and makes what is missing on the way. Not valid: see errno.
UniqueFd make_folders(int root, const std::string& path, const NameCalls& calls) {
  UniqueFd folder = open_beneath(root, path, kFolder);
  if (folder.valid() || errno != ENOENT) return folder;
  for (std::size_t slash = path.find('/');; slash = path.find('/', slash + 1)) {
    const std::string upto = path.substr(0, slash);
    const std::size_t last = upto.rfind('/');
    const UniqueFd parent =
        open_beneath(root, last == std::string::npos ? "." : upto.substr(0, last), kFolder);
    if (!parent.valid()) return UniqueFd();
    const std::string name = last == std::string::npos ? upto : upto.substr(last + 1);
    if (const int error = calls.make_folder(parent.get(), name.c_str()); error != 0) {
      errno = error;
      if (error != EEXIST) return UniqueFd();
    }
    if (slash == std::string::npos) return open_beneath(root, path, kFolder);
  }
}

/// Whether it is what a worker may hand over: a file of that size, which no other name leads to.
/// One that was taken over could let the run give a name to somebody else's file, or to no file.
/// Not by its inode: there are file systems whose numbers do not outlive a rename.
bool is_whole_part_at(int folder, const char* name, std::uint64_t bytes) {
  struct stat status {};
  if (::fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return false;
  if (is_whole_part(status, bytes)) return true;
  // FUSE may remember, of a name that link() made, that there are two.
  struct statx fresh {};
  constexpr int kForSure = AT_SYMLINK_NOFOLLOW | AT_STATX_FORCE_SYNC;
  constexpr unsigned kWanted = STATX_TYPE | STATX_SIZE | STATX_NLINK;
  if (::statx(folder, name, kForSure, kWanted, &fresh) != 0) return false;
  status.st_mode = fresh.stx_mode;
  status.st_size = static_cast<off_t>(fresh.stx_size);
  status.st_nlink = fresh.stx_nlink;
  return is_whole_part(status, bytes);
}

/// Replaces the file that lies there, if that is still the one to be replaced.
int rename_over(const NameCalls& calls, int from, const char* old_name, int to,
                const char* new_name, const FileStamp& replaced) {
  const auto there = stamp_of(to, new_name);
  if (!there || *there != replaced) return rename_no_replace(calls, from, old_name, to, new_name);
  return calls.rename(from, old_name, to, new_name, 0);
}

/// No list makes that many names equal: only a bound, so that a bug cannot loop for ever.
constexpr unsigned kMaxOtherNames = 10'000;

/// A part that could not have the name that it was to have.
struct Refused {
  PartToPlace* part;
  NameForm form = {};  ///< Of the next one.
  unsigned n = 0;      ///< Which other name is next, made of PartToPlace::wanted.
};

std::string cannot_name(const std::string& name, int error) {
  return fmt::format("cannot give it the name '{}': {}", name, errno_text(error));
}

/// Whether a folder on the way is to blame, and not the output folder, which may take the file.
bool concerns_a_folder(const std::string& name, int error) {
  return (error == EACCES || error == EROFS) && name.find('/') != std::string::npos;
}

/// Tries to give parts the names that they have now, and sorts out those that cannot have them.
class Round {
 public:
  Round(const Placer& placer, std::vector<Refused>& refused, std::vector<Unplaced>& given_up)
      : placer_(placer), refused_(refused), given_up_(given_up) {}

  /// Error: no part can be placed any more.
  [[nodiscard]] Result<> place(Refused one) {
    PartToPlace& part = *one.part;
    const int error = placer_.move(part.part, part.name, part.replaces, part.bytes);
    crash_point("between_renames");
    part.placed = error == 0;
    if (part.placed) {
      part.form = one.form;
      return {};
    }
    if (part.wanted.empty()) part.wanted = part.name;
    if (error == Placer::kReplaced) {
      give_up(part, "its part file was replaced by something else");
      return {};
    }
    if (error == ENOENT && !placer_.has_part(part.part)) {
      give_up(part, cannot_name(part.name, error));
      return {};
    }
    if (Placer::concerns_the_output(error) && !concerns_a_folder(part.name, error)) {
      return fail("{}", cannot_name(part.name, error));
    }
    if (error != EEXIST) {
      const auto tamer = tamer_form(one.form, error);
      if (!tamer) return fail("{}, nor a tamer one", cannot_name(part.wanted, error));
      part.by_chance = part.by_chance || error == ENOENT;
      one.form = *tamer;
      one.n = 0;
    }
    if (++one.n > kMaxOtherNames) return fail("{}", cannot_name(part.wanted, error));
    refused_.push_back(one);
    return {};
  }

 private:
  void give_up(PartToPlace& part, std::string problem) {
    part.problem = std::move(problem);
    placer_.discard(part.part);
    given_up_.push_back({part.row, part.problem});
  }

  const Placer& placer_;
  std::vector<Refused>& refused_;
  std::vector<Unplaced>& given_up_;
};

Result<> as_result(const Ledger::Done& done) {
  if (done) return {};
  return tl::unexpected(Error{done.error().message});
}

/// Gives each its next name, in the ledger first.
Result<> note_names(std::span<const Refused> refused, Ledger& ledger) {
  std::vector<NewName> renamed;
  for (const auto& [part, form, n] : refused) {
    part->name = other_name(in_form(part->wanted, form), part->hash, n);
    renamed.push_back({part->row, part->name, name_key(part->name)});
  }
  return as_result(ledger.rename(renamed));
}

/// Nothing can be placed: the next run begins with the names that were wanted.
void note_wanted_names(std::span<PartToPlace> parts, Ledger& ledger) {
  std::vector<NewName> renamed;
  for (PartToPlace& part : parts) {
    if (part.placed || !part.problem.empty() || part.wanted.empty() || part.name == part.wanted) {
      continue;
    }
    part.name = part.wanted;
    renamed.push_back({part.row, part.name, name_key(part.name)});
  }
  // If this fails they keep those names: the first failure counts.
  if (!renamed.empty()) (void)ledger.rename(renamed);
}

}  // namespace

bool is_whole_part(const struct stat& status, std::uint64_t bytes) {
  return S_ISREG(status.st_mode) && status.st_nlink <= 1 && stamp_of(status).size == bytes;
}

bool Placer::concerns_the_output(int error) {
  switch (error) {
    case EEXIST:
    case EISDIR:
    case ENOTDIR:
    case ELOOP:  // something else has the name, or that of a folder on its way
    case ENAMETOOLONG:
    case EINVAL:
    case EILSEQ:  // this file system has no such names
    case ENOENT:  // the part is gone, or a server of files knows no such name
    case EXDEV:   // a mount point is in a folder's place
    case EMLINK:  // the folder can hold no further one
    case EPERM:   // the file or its folder is immutable
      return false;
    default: return true;
  }
}

int Placer::move(const std::string& part_name, const std::string& name,
                 const std::optional<FileStamp>& replaces,
                 std::optional<std::uint64_t> bytes) const {
  const std::size_t slash = name.rfind('/');
  UniqueFd folder;
  if (slash != std::string::npos) {
    folder = make_folders(output_, name.substr(0, slash), calls_);
    if (!folder.valid()) return errno;
  }
  const int to = folder.valid() ? folder.get() : output_;
  const char* last = name.c_str() + (slash == std::string::npos ? 0 : slash + 1);
  const char* part = part_name.c_str();
  // Before what it replaces is gone.
  if (replaces && bytes && !is_whole_part_at(parts_, part, *bytes)) return kReplaced;
  const int error = replaces ? rename_over(calls_, parts_, part, to, last, *replaces)
                             : rename_no_replace(calls_, parts_, part, to, last);
  if (error != 0 || !bytes || is_whole_part_at(to, last, *bytes)) return error;
  // Nobody is to find it under that name: a link that leads elsewhere, or a pipe that never ends.
  // A rename alone does nothing where the part is a link to the same file.
  (void)calls_.rename(to, last, parts_, part, 0);
  ::unlinkat(to, last, 0);
  return kReplaced;
}

bool Placer::has_part(const std::string& part_name) const {
  return ::faccessat(parts_, part_name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
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
  std::vector<Unplaced> given_up;
  if (auto placed = place_all(parts, ledger, given_up); !placed) {
    note_wanted_names(parts, ledger);
    return placed;
  }
  if (given_up.empty()) return {};
  return as_result(ledger.give_up(given_up));
}

Result<> Placer::place_all(std::span<PartToPlace> parts, Ledger& ledger,
                           std::vector<Unplaced>& given_up) const {
  std::vector<Refused> refused;
  Round round(*this, refused, given_up);
  for (PartToPlace& part : parts) {
    // With a wanted name, the one that it has is the first of its other names already.
    const Refused first{.part = &part, .form = part.form, .n = part.wanted.empty() ? 0U : 1U};
    if (auto placed = round.place(first); !placed) return placed;
  }
  while (!refused.empty()) {
    const std::vector<Refused> again = std::exchange(refused, {});
    if (auto noted = note_names(again, ledger); !noted) return noted;
    for (const Refused& one : again) {
      if (auto placed = round.place(one); !placed) return placed;
    }
  }
  return {};
}

}  // namespace fanfetch
