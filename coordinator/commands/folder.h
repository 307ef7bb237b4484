#pragma once

#include <memory>
#include <optional>
#include <string>

#include "coordinator/commands/command_line.h"
#include "coordinator/ledger/history.h"
#include "coordinator/process/exit.h"

namespace fanfetch {

/// Where the folder's ledger is. Exit: there is none (status 2), or none that this user may look
/// for (4).
[[nodiscard]] tl::expected<std::string, Exit> find_ledger(const FolderArguments& folder);

/// The same, opened to be read, also while a run writes it.
[[nodiscard]] tl::expected<std::unique_ptr<History>, Exit> open_history(
    const FolderArguments& folder);

/// Who holds a folder.
struct Holder {
  std::optional<int> pid;  ///< nullopt if it has not said.
};

/// Whose run or repair holds `output` at this moment; nullopt if nobody's does. Takes no lock that
/// a run would not wait for.
[[nodiscard]] std::optional<Holder> holder_of(const std::string& output);

}  // namespace fanfetch
