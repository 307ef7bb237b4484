#include "coordinator/process/file_hash.h"

#include <unistd.h>

#include <cerrno>
#include <span>
#include <vector>

namespace fanfetch {
namespace {

constexpr std::size_t kBuffer = 256 * 1024;

}  // namespace

tl::expected<Sha256Digest, int> hash_of_file(
    int file, const std::function<void(std::uint64_t bytes)>& on_read) {
  static thread_local std::vector<std::byte> buffer(kBuffer);  // one for all files of a folder
  Sha256 hash;
  for (;;) {
    const ssize_t count = ::read(file, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return tl::unexpected(errno);
    if (count == 0) return hash.finish();
    hash.update(std::span(buffer).first(static_cast<std::size_t>(count)));
    if (on_read) on_read(static_cast<std::uint64_t>(count));
  }
}

}  // namespace fanfetch
