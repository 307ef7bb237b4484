#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/result.h"
#include "coordinator/link/file_stamp.h"
#include "coordinator/link/link.h"
#include "coordinator/link/record.h"

namespace fanfetch {

/// A rename that is still to come: a part gets its final name. The ledger notes it before the
/// rename, so that the run after a kill can finish it.
struct PendingRename {
  std::string part;  ///< Its name in `part/`.
  std::uint64_t inode = 0;
  std::optional<FileStamp> replaces;  ///< The earlier file under the final name, to be replaced.
};

/// One row of the ledger: a link, how it was settled, and the file that it became.
struct LedgerRow {
  std::int64_t row = 0;  ///< Its number; numbers are dense and never change. 0: not written yet.
  std::int64_t run = 0;  ///< The run that wrote it.
  LinkId link{};
  Record record;
  std::uint64_t name_key = 0;     ///< Of record.file_name, see Link::name_key.
  std::optional<FileStamp> file;  ///< What lies, or is about to lie, under that name.
  /// Of a failed link: the name that was planned for its file. Empty: none, or not known.
  std::string planned_name = {};
  bool named_by_list = false;  ///< Of a failed link: that name is one that its list gave it.
  bool had_headers = false;    ///< Of a failed link: its list gave it headers, which are not kept.
  /// The run since which every run that asked for the link has failed, 0: the last one has not. One
  /// that skipped it leaves this as it was. The row may be that of a saved file. Read only: the
  /// ledger keeps it.
  std::int64_t failed_since = 0;
};

/// A row to write, and the rename of its part, if it has one.
struct LedgerEntry {
  LedgerRow row;
  std::optional<PendingRename> rename;
  /// The link keeps the row that it has, and its file; of `row`, only whether it has failed is
  /// noted.
  bool file_stays = false;
};

/// A rename that an earlier run has noted and may not have made: it was killed in between.
struct UnfinishedRename {
  std::int64_t row = 0;
  PendingRename rename;
  std::string name;  ///< The final name.
  FileStamp file;
  Sha256Digest hash{};  ///< Of the link, for other names.
};

/// Another name for a row, because the one that was noted turned out to be taken.
struct NewName {
  std::int64_t row = 0;
  std::string name;
  std::uint64_t name_key = 0;
};

/// A part that could not get its name.
struct Unplaced {
  std::int64_t row = 0;
  std::string message;
};

/// A file whose content is not what was saved.
struct Spoilt {
  std::int64_t row = 0;
  std::string message;
};

/// A file whose content is what was saved, but whose time has changed.
struct NewTime {
  std::int64_t row = 0;
  std::int64_t mtime_ns = 0;
};

/// What of a run's options decides how its files are called and what is kept of their rows.
struct RunNaming {
  std::string name_template;
  bool keep_columns = false;
  std::string slice;  ///< `--slice` as Slice's to_text() writes it; empty: the whole list.

  bool operator==(const RunNaming&) const = default;
};

/// How a run went, for later looks at the folder.
struct RunSummary {
  std::uint64_t saved = 0, kept = 0, skipped = 0, failed = 0, bytes = 0;
  std::uint64_t stood = 0;  ///< Of `failed`: see Record::stood.
  /// What held all of the workers back (common/sandbox/sandbox_rules.h); nullopt: none has worked.
  std::optional<std::uint32_t> protections = {};
  std::string ending;  ///< `finished`, `stopped` …
  /// Both nullopt: not known. A run that dies of a signal has that, and no status.
  std::optional<int> exit_status = {}, signal = {};
};

/// What all runs of a folder have settled, as settling writes it. Abstract so that tests see the
/// order of the steps and make them fail; the real one is SqliteLedger. Every call is one
/// transaction: on the disk as a whole when it returns, or without effect. Thread: one at a time;
/// during a run the ledger's.
class Ledger {
 public:
  struct Failure {
    bool full = false;  ///< The disk is full: the call may succeed once something was freed.
    std::string message;
  };
  using Done = tl::expected<void, Failure>;

  virtual ~Ledger() = default;

  /// Writes the rows of a batch in place of older ones for the same links, fills in their numbers,
  /// and notes their pending renames. Removes the notes of earlier batches.
  /// REQUIRES: the renames of earlier batches are on the disk (synced).
  [[nodiscard]] virtual Done write(std::span<LedgerEntry> batch) = 0;
  /// Changes the names of rows whose renames are still pending.
  [[nodiscard]] virtual Done rename(std::span<const NewName> names) = 0;
  /// Rows whose parts can get no name become failed (`disk`), without a file and a pending rename.
  [[nodiscard]] virtual Done give_up(std::span<const Unplaced> parts) = 0;
  /// Removes all notes of pending renames. REQUIRES: as write().
  [[nodiscard]] virtual Done clear_renames() = 0;
};

}  // namespace fanfetch
