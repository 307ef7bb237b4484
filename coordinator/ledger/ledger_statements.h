#pragma once

#include <cstddef>
#include <cstdint>

#include "common/clock.h"
#include "coordinator/ledger/database.h"
#include "coordinator/ledger/ledger.h"

namespace fanfetch {

/// What SqliteLedger runs for each batch, prepared once. `database` is lent.
struct LedgerStatements {
  explicit LedgerStatements(Database& database);

  /// Rows that `place_many` takes: half the time of as many statements.
  static constexpr std::size_t kPlacedAtOnce = 32;

  Statement insert, update, place, place_many, clear, rename, give_up, no_place, mark, confirm,
      note_failing, name_taken;
};

/// As the ledger's columns have it: since 1970.
[[nodiscard]] std::int64_t milliseconds(WallTime time);

/// Binds all parameters of `insert` or `update`. Texts are lent until the statement is reset.
void bind_row(Statement& to, const LedgerRow& row);
/// Binds a row of `place` or `place_many`. The same. REQUIRES: the entry has a rename.
void bind_rename(Statement& to, const LedgerEntry& entry);

}  // namespace fanfetch
