#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/clock.h"
#include "coordinator/ledger/database.h"
#include "coordinator/ledger/ledger.h"
#include "coordinator/ledger/open_ledger.h"

namespace fanfetch {

/// The ledger in SQLite. About 0.4 KB a link on the disk, whatever it holds in memory is bounded.
class SqliteLedger : public Ledger {
 public:
  /// `database`: from open_ledger(); `path` is where it lies.
  SqliteLedger(std::unique_ptr<Database> database, std::string path);
  /// A ledger that turned out to be damaged is moved aside.
  ~SqliteLedger() override;

  /// What an earlier run was about to place. Empty after an error; the next call tells it.
  [[nodiscard]] std::vector<PendingPlacing> pending();
  /// Begins a run: every row written from now on is its.
  [[nodiscard]] Done begin_run(WallTime now, int pid);
  [[nodiscard]] std::int64_t run() const { return run_; }
  [[nodiscard]] Done end_run(const RunSummary& summary, WallTime now);

  [[nodiscard]] Done write(std::span<LedgerEntry> batch) override;
  [[nodiscard]] Done rename(std::span<const NewName> names) override;
  [[nodiscard]] Done give_up(std::span<const Unplaced> parts) override;
  [[nodiscard]] Done clear_placing() override;

  /// The rows of these files become failed (`disk`), so that the next run fetches them again. They
  /// keep what is known of the file: a run replaces it if it still is as the row says.
  [[nodiscard]] Done mark_for_refetch(std::span<const Spoilt> files);
  /// The rows of these files are saved, whatever they were, and know their times.
  [[nodiscard]] Done confirm(std::span<const NewTime> files);

 private:
  /// The statements, prepared once.
  struct Statements;

  void put(LedgerEntry& entry);
  [[nodiscard]] Done commit();
  [[nodiscard]] Done outcome();

  std::unique_ptr<Database> database_;
  std::string path_;
  std::unique_ptr<Statements> statements_;
  std::int64_t run_ = 0;
  bool damaged_ = false;
};

}  // namespace fanfetch
