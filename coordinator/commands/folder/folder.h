#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "coordinator/ledger/history.h"
#include "coordinator/process/exit.h"
#include "coordinator/settle/run_folder.h"

namespace fanfetch {

/// Where the folder's ledger is. Exit: there is none (status 2), or none that this user may look
/// for (4).
[[nodiscard]] tl::expected<std::string, Exit> find_ledger(const RunFolder& folder);

/// The same, opened to be read, also while a run writes it.
[[nodiscard]] tl::expected<std::unique_ptr<History>, Exit> open_history(const RunFolder& folder);

}  // namespace fanfetch
