#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock.h"
#include "coordinator/ledger/database.h"
#include "coordinator/ledger/ledger.h"
#include "coordinator/ledger/open_ledger.h"
#include "coordinator/measure/host_table.h"
#include "coordinator/measure/run_samples.h"

namespace fanfetch {

struct LedgerStatements;

/// The ledger in SQLite. Takes about 0.4 KB a link on the disk; its memory is bounded.
class SqliteLedger : public Ledger {
 public:
  /// Pages of 4 KiB that the write-ahead log may have. Once the indexes are large, a batch changes
  /// about two pages a row. In a longer log, more of the pages that several batches changed are
  /// copied back only once.
  static constexpr int kMaxLogPages = 16'000;

  /// `database`: from open_ledger(); `path` is where it lies.
  SqliteLedger(std::unique_ptr<Database> database, std::string path,
               int max_log_pages = kMaxLogPages);
  /// A ledger that turned out to be damaged is moved aside or, if it may still be open elsewhere,
  /// marked so that the next start does that.
  ~SqliteLedger() override;

  /// What distinguishes this ledger from all others: 32 hexadecimal digits.
  [[nodiscard]] std::string identity();
  /// No run has used it yet.
  [[nodiscard]] bool is_new();
  /// A reader found it damaged.
  void note_damage() { damaged_ = true; }
  /// A reader may still have it open when this object ends: a thread that hangs.
  void note_lasting_reader() { lasting_reader_ = true; }

  /// The renames that an earlier run may not have made.
  [[nodiscard]] tl::expected<std::vector<UnfinishedRename>, Failure> pending();
  /// Begins a run: every row written from now on is its. `protections`: that its workers shall
  /// have. `command`: that started it, without secrets.
  [[nodiscard]] Done begin_run(WallTime now, int pid, const RunNaming& naming = {},
                               std::uint32_t protections = 0, std::string_view command = {});
  /// Notes a line of what the run is told in mid-run, for the record; not beyond 64 KiB of them.
  [[nodiscard]] Done note_told(WallTime now, std::string_view line);
  [[nodiscard]] std::int64_t run() const { return run_; }
  /// Replaces what was measured of the run so far. Of earlier runs only the last kMeasuredRuns keep
  /// theirs, so that a folder of many short runs does not grow by them.
  [[nodiscard]] Done write_measures(const RunSamples& samples, const HostTable& hosts);
  static constexpr std::int64_t kMeasuredRuns = 100;
  [[nodiscard]] Done end_run(const RunSummary& summary, WallTime now);

  /// Whether a link other than `link` has a file of that name (see Link::name_key). An error of the
  /// database is the next transaction's.
  [[nodiscard]] bool name_taken(std::uint64_t name_key, const LinkId& link);
  [[nodiscard]] Done write(std::span<LedgerEntry> batch) override;
  [[nodiscard]] Done rename(std::span<const NewName> names) override;
  [[nodiscard]] Done give_up(std::span<const Unplaced> parts) override;
  [[nodiscard]] Done clear_renames() override;

  /// The rows of these files become failed (`disk`), so that the next run fetches them again. Their
  /// names and stamps stay: a run replaces a file that still is as its row says.
  [[nodiscard]] Done mark_for_refetch(std::span<const Spoilt> files);
  /// The rows of these files become saved, whatever they were, and get their times.
  [[nodiscard]] Done confirm(std::span<const NewTime> files);

 private:
  void put(LedgerEntry& entry);
  void note_renames(std::span<const LedgerEntry> batch);
  [[nodiscard]] Done commit();
  [[nodiscard]] Done outcome();

  std::unique_ptr<Database> database_;
  std::string path_;
  std::unique_ptr<LedgerStatements> statements_;
  const int max_log_pages_;
  int checkpoint_at_;  // pages
  std::int64_t run_ = 0;
  bool damaged_ = false;
  bool lasting_reader_ = false;
};

}  // namespace fanfetch
