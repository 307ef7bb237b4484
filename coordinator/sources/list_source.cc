#include "coordinator/sources/list_source.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <string_view>
#include <utility>

namespace fanfetch {
namespace {

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::string_view advice(int error) {
  switch (error) {
    case ENOENT: return "check the path (a URL begins with http:// or https://)";
    case EACCES: return "check who may read it";
    default: return "check the path";
  }
}

}  // namespace

Result<std::optional<ListedItem>> ListSource::next() {
  for (;;) {
    const auto line = lines_.next();
    if (!line) return tl::unexpected(line.error());
    if (!*line) return std::nullopt;
    const std::string_view text = trim((*line)->text);
    if (text.starts_with('#')) continue;

    ListedItem item;
    if ((*line)->too_long) {
      item.problem = fmt::format("its line is over {} KiB long", LineReader::kMaxLineBytes / 1024);
    } else if (text.empty()) {
      continue;
    } else if (text.find('\0') != std::string_view::npos) {
      item.problem = "its line has a NUL byte";
    }
    item.url = item.problem.empty() ? text : text.substr(0, LineReader::kShownBytes);
    return item;
  }
}

Result<std::unique_ptr<Source>> open_list(const std::string& path, int stop_fd,
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
  }
  return std::make_unique<ListSource>(
      LineReader(std::move(fd), stop_fd, std::move(name), std::move(before_waiting)));
}

}  // namespace fanfetch
