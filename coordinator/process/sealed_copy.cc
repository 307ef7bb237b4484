#include "coordinator/process/sealed_copy.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "coordinator/process/write_all.h"

namespace fanfetch {
namespace {

constexpr int kSeals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

/// A few pages: each one that is touched for the first time takes 12 us on a virtual machine.
struct Buffer {
  char bytes[16 * 1024];
  ~Buffer() { ::explicit_bzero(bytes, sizeof bytes); }  // it may be a key
};

}  // namespace

Result<UniqueFd> sealed_copy(const std::string& path, std::size_t most) {
  const UniqueFd from(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!from.valid()) return fail("cannot read {}: {}", path, errno_text(errno));
  UniqueFd copy(::memfd_create("fanfetch-tls", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!copy.valid()) return fail("cannot keep {} in memory: {}", path, errno_text(errno));
  Buffer buffer;
  for (std::size_t copied = 0;;) {
    const ssize_t count = ::read(from.get(), buffer.bytes, sizeof buffer.bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail("cannot read {}: {}", path, errno_text(errno));
    if (count == 0) break;
    copied += static_cast<std::size_t>(count);
    if (copied > most) return fail("{} holds more than {} bytes: it is no such file", path, most);
    const std::string_view piece(buffer.bytes, static_cast<std::size_t>(count));
    if (const int error = write_all(copy.get(), piece).second; error != 0) {
      return fail("cannot keep {} in memory: {}{}", path, errno_text(error),
                  error == EFBIG ? " (see ulimit -f)" : "");
    }
  }
  if (::fcntl(copy.get(), F_ADD_SEALS, kSeals) != 0) {
    return fail("cannot keep {} in memory: {}", path, errno_text(errno));
  }
  return copy;
}

}  // namespace fanfetch
