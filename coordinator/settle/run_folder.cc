#include "coordinator/settle/run_folder.h"

#include <algorithm>
#include <filesystem>

namespace fanfetch {

bool is_own_file(const std::string& path, const RunFolder& folder) {
  const std::string ledger = folder.ledger_path();
  std::error_code none;  // what is not there is not the same
  const std::string state = folder.state_path() + "/";
  for (const auto& own : {ledger, ledger + "-wal", ledger + "-shm", ledger + "-damaged",
                          folder.lock_path(), state + "control", state + "ledger-id",
                          state + "output", state + "node", state + "spool"}) {
    if (std::filesystem::equivalent(path, own, none)) return true;
  }
  return false;
}

bool has_other_nodes(const RunFolder& folder) {
  if (folder.node.empty()) return false;
  const std::filesystem::path own = folder.work_path();
  std::error_code error;
  const std::filesystem::directory_iterator entries(own.parent_path(), error);
  return std::any_of(begin(entries), end(entries), [&own](const auto& entry) {
    const std::string name = entry.path().filename();
    return name.starts_with("node-") && name != own.filename();
  });
}

}  // namespace fanfetch
