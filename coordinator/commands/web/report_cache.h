#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "common/clock.h"
#include "common/result.h"

namespace fanfetch {

/// What the ledger says of its newest run, as far as a report is outdated by another one.
struct RunMark {
  std::int64_t run = 0;  ///< 0: none has begun.
  std::optional<WallTime> ended_at;
  std::string state;  ///< `running`, `killed`, or how it ended.

  bool operator==(const RunMark&) const = default;
};

/// Where reports come from. Abstract so that tests say when a reading ends and what it brings; the
/// real one is LedgerReport. Thread: one at a time.
class ReportSource {
 public:
  virtual ~ReportSource() = default;
  /// Takes some milliseconds. Error: the ledger cannot be read.
  [[nodiscard]] virtual Result<RunMark> look() = 0;
  /// The report as JSON for the page; takes half a minute for a ledger of ten million rows. Error:
  /// the ledger cannot be read.
  [[nodiscard]] virtual Result<std::string> read() = 0;
};

/// The latest report, so that a page that asks for it does not make fanfetch read the ledger each
/// time. It is read again once the newest run is another or has ended, and at the latest after
/// twenty times as long as the reading took: a run goes on, or a `fanfetch verify` has changed
/// rows. One thread reads at a time, and no other waits for it. Thread-safe.
class ReportCache {
 public:
  static constexpr int kRest = 20;
  /// A ledger that is locked or damaged is left alone for so long, or for as long as it took to
  /// find that out, if that is longer.
  static constexpr std::chrono::seconds kErrorRest{5};

  struct Answer {
    /// Null: the first one is being read.
    std::shared_ptr<const std::string> json;
    /// Another thread looks for a newer one.
    bool may_be_old = false;
  };

  /// `source` is lent. `clock`: tests move it.
  explicit ReportCache(ReportSource& source,
                       std::function<Instant()> clock = std::chrono::steady_clock::now)
      : source_(source), clock_(std::move(clock)) {}

  /// What there is if another thread is reading; else one that is as new as the ledger, within the
  /// rest above, for which this thread may have to read. Error: the ledger cannot be read, or could
  /// not a short time ago.
  [[nodiscard]] Result<Answer> get();

 private:
  using Report = std::shared_ptr<const std::string>;

  /// REQUIRES: reading_ is held.
  [[nodiscard]] Result<Answer> look();
  [[nodiscard]] Result<Report> read_unless_good();

  ReportSource& source_;
  const std::function<Instant()> clock_;

  std::mutex reading_;
  // Under it:
  RunMark mark_;          // of last_, from before it was read
  Instant good_until_{};  // last_, unless the mark changes

  std::mutex mutex_;
  // Under it:
  Report last_;
  std::optional<Error> error_;  // of the latest look or reading
  Instant error_until_{};
};

}  // namespace fanfetch
