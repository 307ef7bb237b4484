#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "common/clock.h"
#include "coordinator/ledger/database.h"

namespace fanfetch {

/// The SQL that converts each format of the ledger into the next, oldest first. A ledger's format
/// (PRAGMA user_version) is the number of steps that it has taken. Released steps never change; a
/// new format is a new step at the end.
[[nodiscard]] std::span<const char* const> ledger_steps();

/// The time of a ledger's number, milliseconds since 1970. One that is damaged, or a stranger's,
/// may hold any number; the time is between 1970 and 2200.
[[nodiscard]] WallTime ledger_time(std::int64_t milliseconds);

/// What a database turns out to be.
enum class Format {
  current,
  older,    ///< migrate() converts it. An empty database is the oldest.
  newer,    ///< A later fanfetch wrote it.
  foreign,  ///< Another program's.
  unknown,  ///< It cannot be read; the database has the error.
};
[[nodiscard]] Format format_of(Database& database, std::span<const char* const> steps);

/// Takes the missing steps, all in one transaction. After an error, which the database has, nothing
/// is changed. REQUIRES: format_of() is older.
void migrate(Database& database, std::span<const char* const> steps);

/// Lets a connection that only reads see an older format as the current one: the columns that its
/// tables lack are null, and the tables that it lacks are empty. Costs nothing a row; the file
/// stays as it is. After an error the database has it. REQUIRES: format_of() is older, and the
/// missing steps add nothing but columns and tables.
void show_as_current(Database& database, std::span<const char* const> steps);

}  // namespace fanfetch
