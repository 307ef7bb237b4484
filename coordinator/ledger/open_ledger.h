#pragma once

#include <memory>
#include <optional>
#include <string>

#include "common/result.h"
#include "coordinator/ledger/database.h"

namespace fanfetch {

/// A ledger's database, of the current format and ready to be written.
struct OpenedLedger {
  std::unique_ptr<Database> database;
  std::optional<std::string> notice;  ///< What the user should know: a damaged one was moved aside.
};

enum class OnDamage {
  move_aside,  ///< And begin a new one.
  refuse,
};

/// Opens the ledger at `path`, makes it if it is missing, brings an older one up to date. Errors,
/// for exit status 4: it cannot be written, is of a later fanfetch, or another program's database.
/// Nothing else may have it open for writing.
[[nodiscard]] Result<OpenedLedger> open_ledger(const std::string& path,
                                               OnDamage on_damage = OnDamage::move_aside);

/// False: what lies there is a file that never was a database, and thus the user's.
[[nodiscard]] bool may_be_ledger(const std::string& path);

/// Renames the database and its -wal and -shm files; never deletes. Returns the new path, or
/// nullopt: see errno. REQUIRES: nobody has it open.
[[nodiscard]] std::optional<std::string> move_ledger_aside(const std::string& path);

/// For a damaged ledger that somebody still has open: leaves a note (PATH-damaged), by which the
/// next open_ledger() takes it for damaged. Returns 0 or an errno value.
[[nodiscard]] int mark_ledger_damaged(const std::string& path);

}  // namespace fanfetch
