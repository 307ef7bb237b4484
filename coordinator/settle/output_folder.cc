#include "coordinator/settle/output_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "common/part_name.h"
#include "coordinator/process/replace_file.h"
#include "coordinator/settle/folder_holder.h"
#include "coordinator/settle/own_folder.h"
#include "coordinator/settle/state_folder.h"

namespace fanfetch {
namespace {

constexpr const char* kOwnFolder = ".fanfetch";
constexpr const char* kLedgerIdentity = "ledger-id";
constexpr std::size_t kIdentityDigits = 32;  // the ledger's schema makes it of 16 random bytes

/// The run that holds the lock wrote itself into the file; "" if it had no time to.
std::string holder(const RunFolder& folder) {
  const auto holder = holder_of(folder);
  if (!holder || !holder->pid) return "";
  if (holder->may_be_here()) return fmt::format(" (pid {})", *holder->pid);
  return fmt::format(" (pid {} on {})", *holder->pid, holder->host);
}

/// Only for those who ask who holds the folder: it does not matter if this fails.
void leave_name(int state, HeldFor purpose) {
  const UniqueFd file = open_lock(state, O_WRONLY | O_CREAT);
  const std::string text = holder_text(purpose);
  if (::ftruncate(file.get(), 0) == 0) (void)!::pwrite(file.get(), text.data(), text.size(), 0);
}

struct CloseDirectory {
  void operator()(DIR* listing) const { ::closedir(listing); }
};

/// Only ENOENT says so; any other error leaves it open.
bool is_missing(int folder, const std::string& name) {
  return ::faccessat(folder, name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT;
}

/// A part without its sidecar, or the other way round, is of no use to anybody.
bool is_useless(int folder, const std::string& name) {
  const bool is_sidecar = name.ends_with(kSidecarSuffix);
  const std::string part = is_sidecar ? name.substr(0, name.size() - kSidecarSuffix.size()) : name;
  const std::string sidecar = part + std::string(kSidecarSuffix);
  return is_missing(folder, part) || is_missing(folder, sidecar);
}

/// Calls `visit` with the name of each entry until it returns false. Returns 0 or an errno value.
int each_entry(int folder, const std::function<bool(const char* name)>& visit) {
  UniqueFd own(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!own.valid()) return errno;
  const std::unique_ptr<DIR, CloseDirectory> listing(::fdopendir(own.get()));
  if (!listing) return errno;
  (void)own.release();  // the listing's now
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(listing.get());
    if (entry == nullptr) return errno;
    const std::string_view name = entry->d_name;
    if (name != "." && name != ".." && !visit(entry->d_name)) return 0;
  }
}

/// Returns 0 or an errno value.
int remove_useless(int folder, bool& any_left, const std::function<void()>& moved) {
  int error = 0;
  any_left = false;
  const int listed = each_entry(folder, [&](const char* name) {
    if (moved) moved();
    if (std::string_view(name).ends_with(kSelfTestSuffix)) {  // of a worker that may be alive
      (void)::unlinkat(folder, name, 0);
      return true;
    }
    const bool useless = is_useless(folder, name);
    const bool removed = useless && ::unlinkat(folder, name, 0) == 0;
    if (useless && !removed && errno != EISDIR && errno != ENOENT) error = errno;
    any_left = any_left || !removed;
    return error == 0;
  });
  return listed != 0 ? listed : error;
}

}  // namespace

tl::expected<OutputFolder, Exit> OutputFolder::open(const RunFolder& names, HeldFor purpose) {
  const std::string& path = names.output;
  OutputFolder output;
  output.names_ = names;
  std::error_code made;
  std::filesystem::create_directories(path, made);
  output.folder_.reset(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!output.folder_.valid()) {
    return unwritable_output(path, "open the output folder", made ? made.value() : errno);
  }
  UniqueFd own = open_subfolder(output.folder_.get(), kOwnFolder);
  if (!own.valid()) {
    return no_subfolder(path, kOwnFolder, output.folder_.get(), errno);
  }
  if (auto same = check_state(names); !same) return tl::unexpected(std::move(same.error()));
  UniqueFd elsewhere;  // with a state of its own
  if (names.state.empty()) {
    output.state_ = std::move(own);
  } else {
    auto opened = open_state_folder(names, own.get());
    if (!opened) return tl::unexpected(std::move(opened.error()));
    output.state_ = std::move(opened->state);
    output.names_.node = std::move(opened->node);
    elsewhere = std::move(opened->work);
  }
  const int work = elsewhere.valid() ? elsewhere.get() : output.state_.get();
  output.part_ = open_subfolder(work, "part");
  if (!output.part_.valid()) {
    return no_subfolder(output.names_.work_path(), "part", work, errno);
  }
  FolderLock lock = lock_folder(work);
  const int error = lock.error;
  if (!lock.file.valid()) return unwritable_output(path, "write to the output folder", error);
  if (error == EWOULDBLOCK) {
    return tl::unexpected(exit_with(
        kExitBusy,
        fmt::format(
            "another fanfetch{} writes to '{}'; wait for it, or choose another folder with -o",
            holder(output.names_), path)));
  } else if (error != 0) {  // some network file systems have none
    return unwritable_output(path, "lock the output folder", error);
  }
  output.lock_ = std::move(lock.file);
  // One with a state of its own may have noted it meanwhile; from now on it sees the lock.
  if (names.state.empty()) {
    if (auto same = check_state(names); !same) return tl::unexpected(std::move(same.error()));
  }
  leave_name(work, purpose);
  return output;
}

bool OutputFolder::is_empty() const {
  bool empty = true;
  const int error = each_entry(folder_.get(), [&](std::string_view name) {
    empty = name == kOwnFolder;
    return empty;
  });
  return error == 0 && empty;
}

tl::expected<bool, Exit> OutputFolder::clean_parts(const std::function<void()>& moved) const {
  bool any_left = false;
  const int error = remove_useless(part_.get(), any_left, moved);
  if (error == 0) return any_left;
  return unwritable_output(path(), "clean up in the output folder", error);
}

std::optional<std::string> OutputFolder::lost() const {
  struct stat held {
  }, named{}, part{};
  const bool same = ::fstat(folder_.get(), &held) == 0 && ::stat(path().c_str(), &named) == 0 &&
                    held.st_dev == named.st_dev && held.st_ino == named.st_ino &&
                    ::fstat(part_.get(), &part) == 0 && part.st_nlink > 0;
  if (same) return std::nullopt;
  return fmt::format("the output folder '{}' was moved, removed or replaced while it was in use",
                     path());
}

std::optional<std::string> OutputFolder::ledger_identity() const {
  const UniqueFd file(
      ::openat(state_.get(), kLedgerIdentity, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.valid()) return std::nullopt;
  char text[kIdentityDigits];
  const ssize_t size = ::read(file.get(), text, sizeof text);
  if (size < 0) return std::nullopt;
  const std::string_view id(text, static_cast<std::size_t>(size));
  const bool whole = id.size() == kIdentityDigits &&
                     id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return std::string(whole ? id : "");
}

tl::expected<void, Exit> OutputFolder::set_ledger_identity(const std::string& id) const {
  const int error = replace_file(state_.get(), kLedgerIdentity, id + '\n');
  if (error == 0) return {};
  return unwritable_output(path(), "write to the output folder", error);
}

std::optional<std::uint64_t> OutputFolder::free_bytes() const {
  struct statvfs status {};
  if (::fstatvfs(folder_.get(), &status) != 0 || status.f_blocks == 0) return std::nullopt;
  return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

int OutputFolder::sync() const { return ::syncfs(folder_.get()) == 0 ? 0 : errno; }

}  // namespace fanfetch
