#include "coordinator/ledger/seen_rows.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>

namespace fanfetch {

Result<SeenRows> SeenRows::make(const std::string& folder) {
  // Not O_TMPFILE: some file systems have none.
  std::string path = folder + "/seen-XXXXXX";
  UniqueFd file(::mkostemp(path.data(), O_CLOEXEC));
  if (!file.valid()) {
    return fail("cannot make a file in '{}': {}", folder, errno_text(errno));
  }
  ::unlink(path.c_str());
  return SeenRows(std::move(file));
}

std::optional<std::uint64_t> SeenRows::add(std::int64_t row, std::uint64_t place) {
  if (error_ != 0) return std::nullopt;
  std::uint64_t before = 0;
  const auto offset = static_cast<off_t>(row) * static_cast<off_t>(sizeof before);
  const ssize_t read = ::pread(file_.get(), &before, sizeof before, offset);
  if (read < 0) error_ = errno;
  if (read == sizeof before && before != 0) return before;
  errno = 0;
  if (::pwrite(file_.get(), &place, sizeof place, offset) != sizeof place && error_ == 0) {
    error_ = errno != 0 ? errno : ENOSPC;
  }
  return std::nullopt;
}

}  // namespace fanfetch
