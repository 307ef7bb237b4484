#include "common/sealed_bytes.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

namespace fanfetch {
namespace {

constexpr int kNeeded = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

}  // namespace

Result<SealedBytes> SealedBytes::map(int memfd) {
  const int seals = ::fcntl(memfd, F_GET_SEALS);
  if (seals < 0 || (seals & kNeeded) != kNeeded) return fail("shared bytes are not sealed");
  struct stat status {};
  if (::fstat(memfd, &status) != 0) return fail("shared bytes: {}", errno_text(errno));
  SealedBytes bytes;
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return bytes;
  // Private: a shared mapping of what is sealed against writing is refused before Linux 6.7. What
  // is never written stays shared all the same.
  void* const data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, memfd, 0);
  if (data == MAP_FAILED) return fail("cannot map shared bytes: {}", errno_text(errno));
  ::madvise(data, size, MADV_DONTDUMP);
  bytes.data_ = static_cast<const char*>(data);
  bytes.size_ = size;
  return bytes;
}

SealedBytes::SealedBytes(SealedBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SealedBytes& SealedBytes::operator=(SealedBytes&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

SealedBytes::~SealedBytes() {
  if (data_ != nullptr) ::munmap(const_cast<char*>(data_), size_);
}

}  // namespace fanfetch
