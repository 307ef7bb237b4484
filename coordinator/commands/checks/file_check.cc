#include "coordinator/commands/checks/file_check.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "common/unique_fd.h"
#include "coordinator/link/beneath.h"
#include "coordinator/process/file_hash.h"

namespace fanfetch {
namespace {

/// Less than a tenth of a second of hashing.
constexpr std::uint64_t kTellEvery = std::uint64_t{16} << 20;

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

/// Which a sandbox that lets files be read does not open (EACCES).
bool is_folder(int parent, const std::string& name) {
  struct stat status {};
  return status_beneath(parent, name, status) == 0 && S_ISDIR(status.st_mode);
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
  const UniqueFd file = open_beneath(folder, expected.name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!file.valid()) {
    const int error = errno;
    return with_error(finding, error == EACCES && is_folder(folder, expected.name) ? ENXIO : error);
  }
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

  const auto digest = hash_of_file(file.get(), [&](std::uint64_t bytes) {
    finding.bytes_read += bytes;
    if (finding.bytes_read >= kTellEvery) {
      under_way({.row = finding.row,
                 .bytes_read = std::exchange(finding.bytes_read, 0),
                 .verdict = Verdict::under_way});
    }
  });
  if (!digest) return with_error(finding, digest.error());
  finding.verdict = *digest == *expected.sha256 ? good : Verdict::content_differs;
  return finding;
}

}  // namespace fanfetch
