#include "coordinator/commands/folder/folder.h"

#include <sys/stat.h>

#include <cerrno>

namespace fanfetch {

tl::expected<std::string, Exit> find_ledger(const RunFolder& folder) {
  std::string path = folder.ledger_path();
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

tl::expected<std::unique_ptr<History>, Exit> open_history(const RunFolder& folder) {
  const auto path = find_ledger(folder);
  if (!path) return tl::unexpected(path.error());
  auto history = History::open(*path);
  if (!history) return tl::unexpected(exit_with(kExitOutput, history.error().message));
  return std::move(*history);
}

}  // namespace fanfetch
