#pragma once

#include <functional>

#include "coordinator/ledger/sqlite_ledger.h"
#include "coordinator/settle/placement.h"

namespace fanfetch {

/// Finishes what a killed run was about to place: a part that is still there gets its name, one
/// that has it is left, and a row that has lost both becomes failed (`disk`), to be fetched again.
/// Comes before anything else touches the parts. `sync` as in SettlerHooks.
/// Error: the output or the ledger cannot be written; nothing is lost, and the next run tries anew.
[[nodiscard]] Result<> replay(SqliteLedger& ledger, const Placer& placer, const NameRules& names,
                              const std::function<int()>& sync);

}  // namespace fanfetch
