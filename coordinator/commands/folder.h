#pragma once

#include <memory>
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

}  // namespace fanfetch
