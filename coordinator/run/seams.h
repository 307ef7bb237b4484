#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/clock.h"
#include "coordinator/link/record.h"
#include "coordinator/reading/reader.h"
#include "coordinator/report/progress_state.h"
#include "coordinator/settle/batch_settler.h"

namespace fanfetch {

/// The reader's thread, as the loop sees it: planned links and what else a list brings. Abstract so
/// that the loop is tested without a thread; the real one is in run_threads.h, and so is that
/// of the next seam.
struct LinkSupply {
  virtual ~LinkSupply() = default;
  /// What is next; nullopt: nothing yet, an event of the loop will tell.
  [[nodiscard]] virtual std::optional<ReaderItem> take() = 0;
  /// Wakes the loop again: more may be taken now, though nothing new has come.
  virtual void wake_again() = 0;
  /// The run needs no more: the rest is dropped, and the reader ends where it can.
  virtual void cancel() = 0;
};

/// The ledger's thread, as the loop sees it: takes what is finished, and messages for the user.
/// No call waits for the disk.
struct LedgerInbox {
  virtual ~LedgerInbox() = default;

  virtual void settle(Settled settled) = 0;
  /// Records of lines that need no row in the ledger. REQUIRES: at least one.
  virtual void report(std::vector<Record> records) = 0;
  virtual void error(std::string text) = 0;
  virtual void notice(std::string text) = 0;
  /// Shown with -v alone.
  virtual void detail(std::string text) = 0;
  virtual void progress(const ProgressState& state, Instant now) = 0;
  /// No more links come, but messages may: what waits for a full batch is settled.
  virtual void settle_rest() = 0;
  /// Nothing more comes.
  virtual void close() = 0;

  /// What was handed over and is not done yet.
  [[nodiscard]] virtual std::size_t backlog() const = 0;
  /// All that was handed over before close() is done.
  [[nodiscard]] virtual bool is_finished() const = 0;
  /// Why the output folder or the ledger cannot be written any more; nullopt: they can.
  [[nodiscard]] virtual std::optional<std::string> output_error() const = 0;
  /// The errno of results that cannot be written any more; 0: they can.
  [[nodiscard]] virtual int results_error() const = 0;
  [[nodiscard]] virtual bool results_go_to_stdout() const = 0;

  /// Asks how much is free where the run writes.
  virtual void measure_free() = 0;
  /// What was measured is too old to be judged by.
  virtual void forget_free() = 0;
  /// Bytes, as last measured; nullopt: not yet, or its file system does not say.
  [[nodiscard]] virtual std::optional<std::uint64_t> free_bytes() const = 0;
};

}  // namespace fanfetch
