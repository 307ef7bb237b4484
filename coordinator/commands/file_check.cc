#include "coordinator/commands/file_check.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <span>
#include <vector>

#include "common/unique_fd.h"

namespace fanfetch {
namespace {

constexpr std::size_t kBuffer = 256 * 1024;
/// Less than a tenth of a second of hashing.
constexpr std::uint64_t kTellEvery = 16ull << 20;

Verdict verdict_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR: return Verdict::missing;
    case ELOOP:  // a symbolic link
    case ENXIO:  // a socket
    case ENODEV: return Verdict::not_a_file;
    case EIO:
    case EUCLEAN:
    case EBADMSG: return Verdict::lost_content;
    default: return Verdict::unreadable;
  }
}

Finding with_error(Finding finding, int error) {
  finding.error = error;
  finding.verdict = verdict_of(error);
  return finding;
}

}  // namespace

Finding check_file(int folder, const ExpectedFile& expected,
                   const std::function<void(const Finding&)>& under_way) {
  Finding finding{.row = expected.row};
  const UniqueFd file(::openat(folder, expected.name.c_str(),
                               O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file.valid()) return with_error(finding, errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return with_error(finding, errno);
  finding.verdict = Verdict::not_a_file;
  if (!S_ISREG(status.st_mode)) return finding;
  finding.found = stamp_of(status);
  finding.verdict = Verdict::size_differs;
  if (!expected.stamp || finding.found.size != expected.stamp->size) return finding;
  const bool same_stamp = finding.found == *expected.stamp;
  const Verdict good = same_stamp && expected.saved ? Verdict::good : Verdict::good_unnoted;
  if (!expected.sha256) {
    finding.verdict = same_stamp ? good : Verdict::time_differs;
    return finding;
  }

  static std::vector<std::byte> buffer(kBuffer);
  Sha256 hash;
  for (;;) {
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return with_error(finding, errno);
    if (count == 0) break;
    hash.update(std::span(buffer).first(static_cast<std::size_t>(count)));
    finding.bytes_read += static_cast<std::uint64_t>(count);
    if (finding.bytes_read >= kTellEvery) {
      under_way({.row = finding.row,
                 .bytes_read = std::exchange(finding.bytes_read, 0),
                 .verdict = Verdict::under_way});
    }
  }
  finding.verdict = hash.finish() == *expected.sha256 ? good : Verdict::content_differs;
  return finding;
}

}  // namespace fanfetch
