#include "coordinator/commands/web/token.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "common/ascii.h"
#include "common/sha256.h"
#include "common/unique_fd.h"

namespace fanfetch {
namespace {

constexpr std::size_t kShortest = 16, kLongest = 256;

bool is_token(std::string_view text) {
  return text.size() >= kShortest && text.size() <= kLongest &&
         std::ranges::all_of(text, [](char c) {
           return is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
         });
}

}  // namespace

std::string random_token() {
  std::array<std::uint8_t, 24> bytes;
  // At this size it is never cut short.
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw std::system_error(errno, std::generic_category(), "getrandom");
  }
  return to_hex(bytes);
}

Result<std::string> read_token_file(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!fd.valid() || ::fstat(fd.get(), &status) != 0) {
    return fail("cannot read '{}': {}", path, errno_text(errno));
  }
  if (!S_ISREG(status.st_mode)) return fail("'{}' is no file", path);
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return fail("others may read or write '{}': chmod 600 {}", path, path);
  }
  std::array<char, kLongest + 2> buffer;
  const ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
  if (count < 0) return fail("cannot read '{}': {}", path, errno_text(errno));
  std::string_view text(buffer.data(), static_cast<std::size_t>(count));
  text = trimmed(text.substr(0, text.find('\n')));
  if (!is_token(text)) {
    return fail("the first line of '{}' is no token of {} to {} letters, digits and -._~", path,
                kShortest, kLongest);
  }
  return std::string(text);
}

}  // namespace fanfetch
