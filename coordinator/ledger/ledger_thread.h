#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "common/clock.h"
#include "common/link.h"
#include "common/record.h"
#include "common/unique_fd.h"
#include "coordinator/ledger/placer.h"

namespace fanfetch {

/// A link that is done with: whole in its part file, or failed for good.
struct Settlement {
  Link link;
  Outcome outcome;        ///< Saved or Failed.
  std::string final_url;  ///< The last URL asked for, after redirects; empty: none was.
  int attempts = 0;
  WallTime started_at{};  ///< Of the first attempt.
  std::chrono::milliseconds duration{0};
};

/// What the ledger's thread works with; all of it is called on that thread.
struct LedgerHooks {
  /// The n-th other name like `name` for this link.
  std::function<std::string(const Link& link, const std::string& name, unsigned n)> other_name;
  /// One line of the list is settled, and its file (if any) has its final name.
  std::function<void(const Record&)> on_record;
  /// All that had come is done: the time to flush.
  std::function<void()> on_idle;
};

/// The thread that may touch the disk: renames whole parts into place, then reports each link as
/// settled. In order of arrival. The loop only hands things over and never waits for it.
class LedgerThread {
 public:
  LedgerThread(Placer placer, LedgerHooks hooks);
  /// Finishes what it was given.
  ~LedgerThread();
  LedgerThread(const LedgerThread&) = delete;
  LedgerThread& operator=(const LedgerThread&) = delete;

  /// Hand work over. Thread: the loop's. They never block.
  void settle(Settlement settlement);
  void record(Record record);
  /// Runs `task` on the thread, in its turn.
  void post(std::function<void()> task);

  /// What was handed over and is not done yet: the loop gives no new jobs while it is much.
  [[nodiscard]] std::size_t backlog() const { return backlog_.load(std::memory_order_relaxed); }
  /// Readable after each batch that was done, and when output_error() has appeared.
  [[nodiscard]] int progress_fd() const { return progress_.get(); }
  /// Why the output folder cannot be written any more; none: it can.
  [[nodiscard]] std::optional<std::string> output_error() const;

  /// Does all that was handed over, and ends the thread.
  void finish();

 private:
  using Work = std::variant<Settlement, Record, std::function<void()>>;

  void push(Work work);
  void run();
  void handle(Settlement& settlement);
  void note_output_error(const std::string& message);

  const Placer placer_;
  const LedgerHooks hooks_;
  UniqueFd progress_;
  std::atomic<std::size_t> backlog_{0};

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable arrived_;
  std::vector<Work> inbox_;
  bool closed_ = false;
  std::optional<std::string> output_error_;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace fanfetch
