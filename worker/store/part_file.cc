#include "worker/store/part_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <vector>

#include "common/crash_point.h"
#include "common/part_name.h"

namespace fanfetch {
namespace {

/// Anybody may have put the folder's files there, so symbolic links are not followed.
constexpr int kSafely = O_NOFOLLOW | O_CLOEXEC;

std::string sidecar_name(const std::string& part) { return part + std::string(kSidecarSuffix); }

/// Returns 0 or an errno value.
int write_fully(int file, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return 0;
}

/// Reads the whole file; leaves `bytes` empty if it is longer than `limit`. Returns 0 or an errno
/// value.
int read_small(int file, std::size_t limit, std::vector<std::byte>& bytes) {
  bytes.resize(limit + 1);
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = ::read(file, bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  bytes.resize(size > limit ? 0 : size);
  return 0;
}

/// Opens a regular file. Returns 0 or an errno value; ENXIO if it is of another kind, or has other
/// names (in a backup, say) and is to be written.
int open_regular(int folder, const std::string& name, int mode, UniqueFd& file) {
  // Without O_NONBLOCK a pipe of that name would block for ever.
  file.reset(::openat(folder, name.c_str(), mode | O_NONBLOCK | kSafely));
  if (!file.valid()) return errno;
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return errno;
  const bool is_ours = (mode & O_ACCMODE) == O_RDONLY || status.st_nlink <= 1;
  return S_ISREG(status.st_mode) && is_ours ? 0 : ENXIO;
}

/// A new file, in place of what has its name: that may be a link to somebody's file, or a pipe.
/// Not valid: see errno.
UniqueFd create_new(int folder, const std::string& name, int mode) {
  const auto create = [&] {
    return UniqueFd(::openat(folder, name.c_str(), mode | O_CREAT | O_EXCL | kSafely, 0666));
  };
  UniqueFd file = create();
  if (file.valid() || errno != EEXIST || ::unlinkat(folder, name.c_str(), 0) != 0) return file;
  return create();
}

/// Whether an error of open_regular() proves that no file of ours has that name: nothing has it, or
/// a symbolic link, a folder, a pipe, a socket or a device has. After any other error (EMFILE,
/// EACCES, EIO …) a file of ours may be there.
bool proves_absence(int error) {
  return error == ENOENT || error == ELOOP || error == EISDIR || error == ENXIO || error == ENODEV;
}

}  // namespace

// --- PartFolder ---

std::unique_ptr<StoredFile> PartFolder::create(const std::string& name, int& error) {
  UniqueFd file = create_new(folder_.get(), name, O_RDWR);
  if (!file.valid()) {
    error = errno;
    return nullptr;
  }
  return std::make_unique<PartFile>(folder_.get(), name, std::move(file), PartFile::HasSidecar::no);
}

std::optional<OldPart> PartFolder::reopen(const std::string& name, int& error) {
  error = 0;
  const std::string sidecar_file = sidecar_name(name);
  UniqueFd sidecar_fd;
  const int no_sidecar = open_regular(folder_.get(), sidecar_file, O_RDONLY, sidecar_fd);
  if (no_sidecar == ENOENT) return std::nullopt;  // the common case
  UniqueFd file;
  const int no_part = open_regular(folder_.get(), name, O_RDWR, file);
  for (const int problem : {no_sidecar, no_part}) {
    if (problem == 0 || proves_absence(problem)) continue;
    error = problem;
    return std::nullopt;
  }
  if (no_sidecar == 0 && no_part == 0) {
    std::vector<std::byte> bytes;
    error = read_small(sidecar_fd.get(), max_sidecar_bytes(), bytes);
    if (error != 0) return std::nullopt;
    if (auto sidecar = decode_sidecar(bytes, name)) {
      return OldPart{std::make_unique<PartFile>(folder_.get(), name, std::move(file),
                                                PartFile::HasSidecar::yes),
                     std::move(*sidecar)};
    }
  }
  ::unlinkat(folder_.get(), name.c_str(), 0);
  ::unlinkat(folder_.get(), sidecar_file.c_str(), 0);
  return std::nullopt;
}

// --- PartFile ---

PartFile::~PartFile() {
  if (stays_) return;
  ::unlinkat(folder_, name_.c_str(), 0);
  remove_sidecar();
}

int PartFile::append(std::span<const std::byte> bytes) { return write_fully(file_.get(), bytes); }

int PartFile::commit() {
  // A network file system may report a failed write only here; the sidecar is still needed then.
  if (::close(file_.release()) != 0) return errno;
  remove_sidecar();
  stays_ = true;
  return 0;
}

int PartFile::write_sidecar(const Sidecar& sidecar) {
  const std::string to = sidecar_name(name_);
  const std::string from = to + ".new";
  UniqueFd file = create_new(folder_, from, O_WRONLY);
  if (!file.valid()) return errno;
  int error = write_fully(file.get(), encode(sidecar));
  if (::close(file.release()) != 0 && error == 0) error = errno;
  if (error == 0 && ::renameat(folder_, from.c_str(), folder_, to.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlinkat(folder_, from.c_str(), 0);
    return error;
  }
  has_sidecar_ = true;
  crash_point("sidecar_written");
  return 0;
}

ssize_t PartFile::read(std::uint64_t offset, std::span<std::byte> bytes) {
  ssize_t got = 0;
  do {
    got = ::pread(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
  } while (got < 0 && errno == EINTR);
  return got < 0 ? -errno : got;
}

int PartFile::truncate(std::uint64_t size) {
  const auto end = static_cast<off_t>(size);
  if (::ftruncate(file_.get(), end) != 0) return errno;
  return ::lseek(file_.get(), end, SEEK_SET) == end ? 0 : errno;
}

void PartFile::remove_sidecar() {
  if (!has_sidecar_) return;
  ::unlinkat(folder_, sidecar_name(name_).c_str(), 0);
  has_sidecar_ = false;
}

}  // namespace fanfetch
