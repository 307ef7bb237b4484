#include "coordinator/sources/open_list.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "common/ascii.h"
#include "coordinator/sources/streams/fd_stream.h"

namespace fanfetch {
namespace {

std::string_view advice(int error) {
  switch (error) {
    case ENOENT: return "check the path (a URL begins with http:// or https://)";
    case EACCES: return "check who may read it";
    default: return "check the path";
  }
}

/// Removes `ending` (lower case) from the end of `path`, ignoring case. False: it is not there.
bool take_ending(std::string_view& path, std::string_view ending) {
  if (path.size() < ending.size()) return false;
  const std::size_t begin = path.size() - ending.size();
  for (std::size_t i = 0; i < ending.size(); ++i) {
    const char c = path[begin + i];
    if (to_lower(c) != ending[i]) return false;
  }
  path.remove_suffix(ending.size());
  return true;
}

}  // namespace

ListEnding ending_of(std::string_view path) {
  ListEnding ending;
  if (take_ending(path, ".gz")) {
    ending.compression = Compression::gzip;
  } else if (take_ending(path, ".zst")) {
    ending.compression = Compression::zstd;
  }
  for (const auto& [name, format] : kListFormats) {
    std::string_view stem = path;
    if (take_ending(stem, name) && stem.ends_with('.')) ending.format = format;
  }
  return ending;
}

Result<ListText> open_list(const std::string& path, int stop_fd,
                           std::function<void()> before_waiting) {
  UniqueFd fd;
  std::string name = "standard input";
  if (path == "-") {
    fd.reset(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!fd.valid()) return fail("cannot read {}: {}", name, errno_text(errno));
  } else {
    name = "'" + path + "'";
    do {
      fd.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    } while (!fd.valid() && errno == EINTR);
    const int error = errno;
    if (!fd.valid()) {
      return fail("cannot open {}: {}; {}", name, errno_text(error), advice(error));
    }
    struct stat status {};
    if (::fstat(fd.get(), &status) == 0 && S_ISDIR(status.st_mode)) {
      return fail("{1} is a folder: -o {0} puts files there; fanfetch status {0} looks at it", path,
                  name);
    }
  }
  struct stat status {};
  const bool is_file = ::fstat(fd.get(), &status) == 0 && S_ISREG(status.st_mode);
  auto raw = std::make_unique<FdStream>(std::move(fd), stop_fd, name, std::move(before_waiting));
  auto text = std::make_unique<DecodedStream>(std::move(raw), name, ending_of(path).compression);
  return ListText{.bytes = std::move(text),
                  .name = std::move(name),
                  .beginning = is_file ? Beginning::full : Beginning::first_read};
}

}  // namespace fanfetch
