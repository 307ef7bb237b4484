#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "coordinator/ledger/history.h"
#include "coordinator/process/exit.h"

namespace fanfetch {

/// The folder that a command looks at.
struct FolderArguments {
  std::string output;  ///< DIR, as the user named it.
  std::string ledger;  ///< `--ledger`; empty: in the folder.
};

/// Where the folder's ledger is. Exit: there is none (status 2), or none that this user may look
/// for (4).
[[nodiscard]] tl::expected<std::string, Exit> find_ledger(const FolderArguments& folder);

/// The same, opened to be read, also while a run writes it.
[[nodiscard]] tl::expected<std::unique_ptr<History>, Exit> open_history(
    const FolderArguments& folder);

}  // namespace fanfetch
