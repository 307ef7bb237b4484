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

#include "common/unique_fd.h"
#include "coordinator/settle/batch_policy.h"
#include "coordinator/settle/batch_settler.h"

namespace fanfetch {

/// The thread that may touch the disk: collects finished links into batches, and runs other tasks
/// immediately. The loop only hands work over and never waits for it.
class LedgerThread {
 public:
  /// `settler` and `on_idle` are used on this thread only. `on_idle` is called when all work that
  /// had come is done: the time to flush.
  LedgerThread(BatchSettler settler, std::function<void()> on_idle);
  /// Does finish().
  ~LedgerThread();
  LedgerThread(const LedgerThread&) = delete;
  LedgerThread& operator=(const LedgerThread&) = delete;

  // These hand work over and never block. Thread: the loop's.

  void settle(Settled settled);
  /// Nothing more comes before what was handed over is settled, or not soon: the open batch does
  /// not wait for its time, though for the disk's rest.
  void settle_early();
  /// Runs `task` on the thread; it may overtake links that wait for their batch. `weight`: what it
  /// counts in backlog().
  void post(std::function<void()> task, std::size_t weight = 1);

  /// Work that was handed over and is not done yet; the loop starts no new jobs while it is much.
  [[nodiscard]] std::size_t backlog() const { return backlog_.load(std::memory_order_relaxed); }
  /// Grows each time that something was done.
  [[nodiscard]] std::uint64_t moves() const { return moves_.load(std::memory_order_relaxed); }
  /// Readable after something was done, and when output_error() has appeared.
  [[nodiscard]] int progress_fd() const { return progress_.get(); }
  /// Why the output cannot be written any more; nullopt: it can.
  [[nodiscard]] std::optional<std::string> output_error() const;

  /// No more links will come: the open batch does not wait for its time.
  void settle_rest();
  /// No more work will come: the thread does what it has without waiting for a batch to fill, and
  /// then is finished(). Does not wait for that.
  void close();
  /// All is done, or nothing more can be, which output_error() explains; progress_fd() becomes
  /// readable then.
  [[nodiscard]] bool finished() const { return finished_; }
  /// close(), and waits until all is done.
  void finish();

 private:
  struct Task {
    std::function<void()> run;
    std::size_t weight;
  };
  /// What is to be done now.
  struct Work {
    std::vector<Task> tasks;
    std::vector<Settled> batch;
    bool ending = false;
  };

  void run();
  void do_all_work();
  void wait_for_work(Work& work);
  void settle_batch(std::vector<Settled>& batch);
  void note_output_error(std::optional<std::string> error);

  BatchSettler settler_;
  const std::function<void()> on_idle_;
  BatchPolicy policy_;

  UniqueFd progress_;
  std::atomic<std::size_t> backlog_{0};
  std::atomic<std::uint64_t> moves_{0};
  std::atomic<bool> finished_{false};

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable arrived_;
  std::vector<Task> tasks_;
  std::vector<Settled> batch_;  // the open one,
  Instant batch_since_{};       // when its first link came,
  bool closes_early_ = false;   // and whether settle_early() was called
  bool no_more_links_ = false;
  bool closed_ = false;
  std::optional<std::string> output_error_;

  std::thread thread_;  // it uses all of the above
};

}  // namespace fanfetch
