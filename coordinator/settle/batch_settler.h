#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/clock.h"
#include "coordinator/ledger/ledger.h"
#include "coordinator/link/finished_link.h"
#include "coordinator/settle/placement.h"

namespace fanfetch {

/// What the ledger's thread writes and reports: a link that needed workers, or a row that needed
/// none.
using Settled = std::variant<FinishedLink, LedgerRow>;

/// The name that a saved part is to get.
struct FinalName {
  std::string name;
  std::uint64_t key = 0;  ///< See Link::name_key.
};

/// What a batch is settled with.
struct SettlerHooks {
  NameRules names;
  /// The planned name, or another one now that the body is known: then it is taken, so that nobody
  /// else gets it before on_settled.
  std::function<FinalName(const Link& link, const Saved& saved)> final_name;
  /// Brings everything in the output folder's file system on the disk (syncfs). 0 or an errno
  /// value. After an error it is not called again: the kernel tells it only once.
  std::function<int()> sync;
  /// Why the output folder is not what it was when the run began; none: it is.
  std::function<std::optional<std::string>()> output_lost;
  /// Makes room for a last batch on a full disk. False: there was nothing to free.
  std::function<bool()> free_reserve;
  /// One line of the list is settled, and its file (if any) has its final name.
  std::function<void(const Record&)> on_record;
  /// The ledger knows the link now, or will not in this run.
  std::function<void(const LinkId& link, std::uint64_t planned_name, std::uint64_t final_name)>
      on_settled;
};

/// Makes what came settled, a batch at a time, in an order that no kill and no power cut can break:
///
///     (a) the batch is closed   (b) sync: its parts are on the disk
///     (c) one transaction: its rows, and what is about to be placed
///     (d) renames               (e) "placed" is noted by the next transaction behind a sync
///
/// A shorter order lost files when it was tried. Thread: one at a time.
class BatchSettler {
 public:
  /// All three are lent.
  BatchSettler(Ledger& ledger, const Placer& placer, SettlerHooks hooks)
      : ledger_(ledger), placer_(placer), hooks_(std::move(hooks)) {}

  /// (a) to (d), then reports each. Returns how long the sync took. After output_error() nothing is
  /// written any more, and all that comes is reported as failed (`disk`).
  Duration settle(std::vector<Settled> batch);
  /// The end of the run: (e) for the last batch.
  void finish();
  /// Why the output cannot be written any more; none: it can.
  [[nodiscard]] const std::optional<std::string>& output_error() const { return output_error_; }

 private:
  struct Batch;

  void begin(Settled settled, Batch& batch) const;
  void begin_finished(const FinishedLink& finished, Batch& batch) const;
  [[nodiscard]] Result<> settle_batch(Batch& batch, Duration& sync_took);
  [[nodiscard]] Result<> sync(Duration& took);
  [[nodiscard]] Result<> write(Batch& batch);
  [[nodiscard]] Result<> place(Batch& batch);
  void report(Batch& batch) const;

  Ledger& ledger_;
  const Placer& placer_;
  const SettlerHooks hooks_;
  bool renames_unsynced_ = false;
  std::optional<std::string> output_error_;
};

}  // namespace fanfetch
