#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "common/clock.h"
#include "coordinator/ledger/ledger.h"
#include "coordinator/link/finished_link.h"
#include "coordinator/names/name_claims.h"
#include "coordinator/names/name_limits.h"
#include "coordinator/settle/placer.h"

namespace fanfetch {

/// What the ledger's thread writes and reports: a link that needed workers, here or on another
/// machine, or a row that needed none.
using Settled = std::variant<FinishedLink, LedgerRow, FetchedElsewhere>;

/// What a batch is settled with.
struct SettlerHooks {
  /// The final name of a saved link: the planned one or, now that the body is known, another one,
  /// which is then claimed until on_settled (NameClaims::claim_for_content).
  std::function<ClaimedName(const Link& link, const Saved& saved)> claim_name;
  /// A file has got another name than the claimed one, with that key.
  std::function<void(std::uint64_t name)> on_other_name;
  /// Brings everything in the output folder's file system to the disk (syncfs). 0 or an errno
  /// value. After an error it is not called again: the kernel reports an error only once.
  std::function<int()> sync;
  /// Why the output folder is not what it was when the run began; nullopt: it is.
  std::function<std::optional<std::string>()> output_lost;
  /// Makes room for the last batch on a full disk. False: there was nothing to free.
  std::function<bool()> free_reserve;
  /// A line of the list is settled, and its file, if it has one, has its final name. Not called for
  /// one that is handed over.
  std::function<void(const Record&)> on_record;
  /// The ledger has the link's row now, or will not get one in this run. `planned_name` and
  /// `final_name` are name keys.
  std::function<void(const LinkId& link, std::uint64_t planned_name, std::uint64_t final_name)>
      on_settled;
  /// The same link once more, when nothing is left to be done for it, with what was reported of it.
  /// `lasts`: that is on the disk, or needs not to be. Null: nobody wants to know.
  std::function<void(const LinkId& link, const Record& record, bool lasts)> on_done = nullptr;
};

/// Settles links, a batch at a time, in an order that no kill and no power cut can break:
///
///     (a) the batch is closed   (b) sync: its parts are on the disk
///     (c) one transaction: its rows, and its pending renames
///     (d) renames               (e) the pending renames are cleared by the first transaction that
///                                   a sync after the renames precedes
///
/// Every shorter order lost files when it was tried. Thread: one at a time.
class BatchSettler {
 public:
  /// All three are lent.
  BatchSettler(Ledger& ledger, const Placer& placer, SettlerHooks hooks);
  BatchSettler(BatchSettler&&) noexcept;
  ~BatchSettler();

  /// Does (a) to (d), then reports each link, and empties `settled`. Returns how long its syncs
  /// took. Once there is an output_error(), nothing is written any more, and each link is reported
  /// as failed (`disk`).
  Duration settle(std::vector<Settled>& settled);
  /// Does (e) for the last batch. Call at the end of the run.
  void finish();
  /// Why the output cannot be written any more; nullopt: it can.
  [[nodiscard]] const std::optional<std::string>& output_error() const { return output_error_; }

 private:
  struct Batch;

  [[nodiscard]] Duration settle_slice(std::span<Settled> settled);
  void begin(Settled settled, Batch& batch) const;
  void begin_finished(FinishedLink&& finished, Batch& batch) const;
  void begin_elsewhere(FetchedElsewhere&& fetched, Batch& batch) const;
  [[nodiscard]] Result<> settle_batch(Batch& batch, Duration& sync_took);
  [[nodiscard]] Result<> sync(Duration& took);
  [[nodiscard]] Result<> write(Batch& batch);
  [[nodiscard]] Result<> place(Batch& batch);
  void report(Batch& batch) const;

  Ledger& ledger_;
  const Placer& placer_;
  SettlerHooks hooks_;
  std::unique_ptr<Batch> batch_;  // empty between two calls; its memory is used again
  NameLimits name_limits_;
  bool renames_unsynced_ = false;
  std::optional<std::string> output_error_;
};

}  // namespace fanfetch
