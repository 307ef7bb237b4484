#pragma once

#include <span>
#include <string>

#include "coordinator/ledger/database.h"

namespace fanfetch {

/// The SQL that leads from one format of the ledger to the next, oldest first. A ledger's format
/// (PRAGMA user_version) is the number of steps that were taken. Steps that were released never
/// change; a new format is a new step at the end.
[[nodiscard]] std::span<const char* const> ledger_steps();

/// What a database turns out to be.
enum class Format {
  current,
  older,    ///< To be brought up by migrate(); an empty database is the oldest.
  newer,    ///< Of a later fanfetch.
  foreign,  ///< Another program's.
  unknown,  ///< It cannot be read: see the database's error.
};
[[nodiscard]] Format format_of(Database& database, std::span<const char* const> steps);

/// Takes the steps that are missing, all in one transaction. On an error nothing was changed; the
/// error is the database's. REQUIRES: format_of() is older.
void migrate(Database& database, std::span<const char* const> steps);

}  // namespace fanfetch
