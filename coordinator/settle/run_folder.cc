#include "coordinator/settle/run_folder.h"

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

}  // namespace fanfetch
