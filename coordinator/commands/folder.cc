#include "coordinator/commands/folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "common/unique_fd.h"
#include "coordinator/settle/run_ledger.h"

namespace fanfetch {

tl::expected<std::string, Exit> find_ledger(const FolderArguments& folder) {
  std::string path = ledger_path(folder.output, folder.ledger);
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) return path;
  if (errno != ENOENT && errno != ENOTDIR) {
    return tl::unexpected(exit_with(
        kExitOutput, fmt::format("cannot look for the ledger '{}': {}", path, errno_text(errno))));
  }
  if (::stat(folder.output.c_str(), &status) != 0) {
    return tl::unexpected(
        exit_with(kExitConfiguration,
                  fmt::format("there is no folder '{}': {}", folder.output, errno_text(errno))));
  }
  if (!folder.ledger.empty()) {
    return tl::unexpected(exit_with(
        kExitConfiguration, fmt::format("there is no ledger '{}' for '{}'", path, folder.output)));
  }
  return tl::unexpected(exit_with(
      kExitConfiguration,
      fmt::format("there is no ledger in '{}': no run has written there, or its ledger lies "
                  "elsewhere (--ledger FILE)",
                  folder.output)));
}

tl::expected<std::unique_ptr<History>, Exit> open_history(const FolderArguments& folder) {
  const auto path = find_ledger(folder);
  if (!path) return tl::unexpected(path.error());
  auto history = History::open(*path);
  if (!history) return tl::unexpected(exit_with(kExitOutput, history.error().message));
  return std::move(*history);
}

std::optional<Holder> holder_of(const std::string& output) {
  const std::string path = output + "/.fanfetch/lock";
  const UniqueFd lock(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  // A shared lock that is there for microseconds: a run that starts just then tries again.
  if (!lock.valid() || ::flock(lock.get(), LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK) {
    return std::nullopt;
  }
  char text[32] = {};
  const ssize_t size = ::pread(lock.get(), text, sizeof text, 0);
  Holder holder;
  int pid = 0;
  if (size > 0 && std::from_chars(text, text + size, pid).ec == std::errc()) holder.pid = pid;
  return holder;
}

}  // namespace fanfetch
