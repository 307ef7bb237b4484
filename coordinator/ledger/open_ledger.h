#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/result.h"
#include "coordinator/ledger/database.h"

namespace fanfetch {

/// A ledger's database, in the current format and ready to be written.
struct OpenedLedger {
  std::unique_ptr<Database> database;
  std::optional<std::string> notice;  ///< For the user, if a damaged ledger was moved aside.
};

/// What becomes of a ledger that a run finds damaged, behind the words that say how.
inline constexpr std::string_view kMovedAside =
    "; it is damaged and will be moved aside: the next run begins a new one, and --adopt takes the "
    "files that are already there as saved";

/// Whether those words are in `message`, which then says what to do.
[[nodiscard]] inline bool says_moved_aside(std::string_view message) {
  return message.find(kMovedAside) != message.npos;
}

enum class OnDamage {
  move_aside,  ///< Keep it under another name and begin a new one.
  refuse,      ///< Leave it as it is: an error.
};

/// Opens the ledger at `path`. Creates it if it is missing, and converts an older format. Errors,
/// for exit status 4: it cannot be written, a later fanfetch wrote it, or it is another program's
/// database. `moved`: called now and then while an older format is converted, see
/// Database::report_moves(). REQUIRES: nobody else has it open for writing.
[[nodiscard]] Result<OpenedLedger> open_ledger(const std::string& path,
                                               OnDamage on_damage = OnDamage::move_aside,
                                               const std::function<void()>& moved = {});

/// False: the file there was never a database, so it is the user's.
[[nodiscard]] bool may_be_ledger(const std::string& path);

/// Renames the database and its -wal and -shm files; never deletes. Returns the new path, or
/// nullopt: see errno. REQUIRES: nobody has it open.
[[nodiscard]] std::optional<std::string> move_ledger_aside(const std::string& path);

/// For a damaged ledger that somebody still has open: leaves a note (PATH-damaged), by which the
/// next open_ledger() takes it for damaged. Returns 0 or an errno value.
[[nodiscard]] int mark_ledger_damaged(const std::string& path);

}  // namespace fanfetch
