#pragma once

#include <functional>

#include "coordinator/ledger/sqlite_ledger.h"
#include "coordinator/settle/placer.h"

namespace fanfetch {

/// Finishes the renames that a killed run had noted: a part that is still there gets its name, a
/// file that has its name is left alone, and a row that has neither becomes failed (`disk`), to be
/// fetched again. Call before anything else touches the parts. `sync` as in SettlerHooks.
/// `moved`: called for each of them.
/// Error: the output or the ledger cannot be written. Nothing is lost; the next run tries again.
[[nodiscard]] Result<> replay(SqliteLedger& ledger, const Placer& placer,
                              const std::function<int()>& sync,
                              const std::function<void()>& moved = {});

}  // namespace fanfetch
