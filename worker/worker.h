#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>

#include "common/event_loop.h"
#include "worker/pace/pacer.h"
#include "worker/pace/transfer_deadlines.h"
#include "worker/store/file_store.h"
#include "worker/transfer.h"
#include "worker/transports.h"
#include "worker/worker_channel.h"

namespace fanfetch {

/// The worker's loop: takes jobs from the channel, runs them in parallel, reports how each ended.
/// It decides nothing about other links. One thread.
class Worker : private Transfer::Supervisor {
 public:
  /// Runs as many jobs in parallel as the channel has slots.
  Worker(WorkerChannel channel, FileStore& store, const TlsBytes& tls);

  /// Returns when the coordinator says finish and all jobs are done, or when it says cut.
  void run();

  [[nodiscard]] WorkerChannel& channel() { return channel_; }

 private:
  struct Running {
    SlotUse use;
    std::unique_ptr<Transfer> transfer;
    std::optional<TransferDeadlines> deadlines;  // nullopt: nothing was asked yet
    JobProgress progress;                        // what the coordinator is to know of it,
    JobProgress published;                       // and what it was told
  };

  void on_request(Transfer& transfer) noexcept override;
  [[nodiscard]] bool may_take(Transfer& transfer, std::size_t bytes,
                              Transfer::HeldBy held_by) noexcept override;

  void take_jobs();
  [[nodiscard]] std::uint64_t publish_progress();
  void begin(Transfer& transfer);
  void start(Transfer& transfer);
  void check_parts();
  void resume(Transfer& transfer);
  void judge();
  void judge_in_time(const Running& running);
  [[nodiscard]] bool is_to_be_given_up(const Running& running) const;
  void finish(Transfer& transfer, const ExchangeEnd& end);
  void give_up(Transfer& transfer);
  void report(Transfer& transfer, Outcome outcome);
  void after_batch();
  void leave();
  void beat();

  EventLoop loop_;
  WorkerChannel channel_;
  FileStore& store_;
  Transports transports_;
  Pacer pacer_;
  std::unordered_map<Transfer*, Running> running_;
  std::deque<Transfer*> checking_;  // of them, those whose old part is still being read
  std::optional<EventLoop::TimerKey> judge_timer_;  // before the next beat; nullopt: not needed
};

}  // namespace fanfetch
