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
  /// Pages of 4 KiB that the write-ahead log may have. A batch changes about two pages a row once
  /// the indexes are large; the longer the log, the more often a page that several batches changed
  /// is copied back only once.
  static constexpr int kMaxLogPages = 16'000;

  /// `database`: from open_ledger(); `path` is where it lies.
  SqliteLedger(std::unique_ptr<Database> database, std::string path,
               int max_log_pages = kMaxLogPages);
  /// A ledger that turned out to be damaged is moved aside or, if it may still be open elsewhere,
  /// marked so that the next start does that.
  ~SqliteLedger() override;

  /// Tells this ledger from all others.
  [[nodiscard]] std::string identity();
  /// No run has used it yet.
  [[nodiscard]] bool is_new();
  /// A reader found it damaged.
  void note_damage() { damaged_ = true; }
  /// A reader may still have it open when this object ends: a thread that hangs.
  void note_lasting_reader() { lasting_reader_ = true; }

  /// What an earlier run was about to place.
  [[nodiscard]] tl::expected<std::vector<PendingPlacing>, Failure> pending();
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
  const int max_log_pages_;
  int checkpoint_at_;  // pages
  std::int64_t run_ = 0;
  bool damaged_ = false;
  bool lasting_reader_ = false;
};

}  // namespace fanfetch
