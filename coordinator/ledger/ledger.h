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

/// A part that is to get its final name: written down before the rename, so that a run that follows
/// a kill can finish it.
struct Placing {
  std::string part;  ///< Its name in `part/`.
  std::uint64_t inode = 0;
  std::optional<FileStamp> replaces;  ///< The file that may lie under the final name already.
};

/// One row of the ledger: a link, how it was settled, and the file that it became.
struct LedgerRow {
  std::int64_t row = 0;  ///< Its number, dense and stable; 0: not written yet.
  std::int64_t run = 0;  ///< The run that wrote it.
  LinkId link{};
  Record record;
  std::uint64_t name_key = 0;     ///< Of record.file_name, see Link::name_key.
  std::optional<FileStamp> file;  ///< What lies, or is about to lie, under that name.
};

/// A row to write, and the rename that is still to come.
struct LedgerEntry {
  LedgerRow row;
  std::optional<Placing> placing;
};

/// What a killed run may have left between its transaction and its renames.
struct PendingPlacing {
  std::int64_t row = 0;
  Placing placing;
  std::string name;  ///< The final name.
  FileStamp file;
  Sha256Digest hash{};  ///< Of the link, for other names.
};

/// A name that turned out to be taken.
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

/// A file that is not what was saved.
struct Spoilt {
  std::int64_t row = 0;
  std::string message;
};

/// A file that is what was saved, but has another time by now.
struct NewTime {
  std::int64_t row = 0;
  std::int64_t mtime_ns = 0;
};

/// How a run went, for those who look at the folder later.
struct RunSummary {
  std::uint64_t saved = 0, kept = 0, skipped = 0, failed = 0, bytes = 0;
  std::string ending;  ///< `finished`, `stopped` …
};

/// What every run of a folder has settled. Abstract so that tests see the order of its steps and
/// let them fail; the real one is SqliteLedger. Every call is a transaction of its own: whole on
/// the disk when it returns, or without effect. Thread: one at a time, the ledger's while it runs.
class Ledger {
 public:
  struct Failure {
    bool full = false;  ///< The disk is: it may work once something was freed.
    std::string message;
  };
  using Done = tl::expected<void, Failure>;

  virtual ~Ledger() = default;

  /// Puts the rows of a batch, in place of older ones for the same links, fills in their numbers,
  /// and notes what is to be placed. Forgets what earlier batches had noted.
  /// REQUIRES: the earlier batches' renames are on the disk (synced).
  [[nodiscard]] virtual Done write(std::span<LedgerEntry> batch) = 0;
  /// The rows of parts that are to be placed get other names.
  [[nodiscard]] virtual Done rename(std::span<const NewName> names) = 0;
  /// The rows of parts that are not to be placed any more become failed (`disk`), without a file.
  [[nodiscard]] virtual Done give_up(std::span<const Unplaced> parts) = 0;
  /// Nothing is to be placed any more. REQUIRES: as write().
  [[nodiscard]] virtual Done clear_placing() = 0;
};

}  // namespace fanfetch
