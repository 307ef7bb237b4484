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

std::optional<std::uint64_t> SeenRows::add(std::int64_t row, std::uint64_t index) {
  if (row / kPageRows != page_) turn_to(row / kPageRows);
  if (error_ != 0) return std::nullopt;
  std::uint64_t& seen = indexes_[static_cast<std::size_t>(row % kPageRows)];
  if (seen != 0) return seen;
  seen = index;
  changed_ = true;
  return std::nullopt;
}

void SeenRows::turn_to(std::int64_t page) {
  constexpr ssize_t kBytes = sizeof indexes_;
  const auto offset = [](std::int64_t of) { return static_cast<off_t>(of) * off_t{kBytes}; };
  errno = 0;
  if (changed_ && ::pwrite(file_.get(), indexes_.data(), kBytes, offset(page_)) != kBytes) {
    error_ = errno != 0 ? errno : ENOSPC;
    return;
  }
  const ssize_t count = ::pread(file_.get(), indexes_.data(), kBytes, offset(page));
  if (count < 0) error_ = errno;
  if (count <= 0) indexes_.fill(0);  // never written
  page_ = page;
  changed_ = false;
}

}  // namespace fanfetch
