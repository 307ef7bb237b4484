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
  const std::int64_t number = row / kPageRows;
  Page& page = pages_[static_cast<std::size_t>(number % kPlaces)];
  if (number != page.number) turn_to(page, number);
  if (error_ != 0) return std::nullopt;
  std::uint64_t& seen = page.indexes[static_cast<std::size_t>(row % kPageRows)];
  if (seen != 0) return seen;
  seen = index;
  page.changed = true;
  return std::nullopt;
}

void SeenRows::turn_to(Page& page, std::int64_t number) {
  constexpr ssize_t kBytes = sizeof page.indexes;
  const auto offset = [](std::int64_t of) { return static_cast<off_t>(of) * off_t{kBytes}; };
  errno = 0;
  if (page.changed &&
      ::pwrite(file_.get(), page.indexes.data(), kBytes, offset(page.number)) != kBytes) {
    error_ = errno != 0 ? errno : ENOSPC;
    return;
  }
  const ssize_t count = ::pread(file_.get(), page.indexes.data(), kBytes, offset(number));
  if (count < 0) error_ = errno;
  if (count <= 0) page.indexes.fill(0);  // never written
  page.number = number;
  page.changed = false;
}

}  // namespace fanfetch
