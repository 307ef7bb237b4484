#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "common/event_loop.h"
#include "worker/pace/byte_budget.h"
#include "worker/worker_channel.h"

namespace fanfetch {

/// Holds transfers back while this worker's share of --limit-rate is used up, and resumes them in
/// turn. The limit may begin, change and end at any time. Thread: the loop's.
class Pacer {
 public:
  /// Names a transfer; means nothing here.
  using Id = ByteBudget::Id;
  /// Hands over what a transfer was refused, through take(), and more if there is.
  using Resume = std::function<void(Id transfer)>;

  /// All is lent.
  Pacer(EventLoop& loop, WorkerChannel& channel, Resume resume);
  ~Pacer();
  Pacer(const Pacer&) = delete;
  Pacer& operator=(const Pacer&) = delete;

  /// No transfer should be handed more in one piece, in bytes: small pieces make an even flow.
  /// Without a limit there is none for pieces either.
  [[nodiscard]] std::size_t largest_piece() const;

  /// May it have these bytes at present? False: it has to pause until it is resumed.
  [[nodiscard]] bool take(Id transfer, std::size_t bytes);
  /// It has ended.
  void forget(Id transfer) { budget_.forget(transfer); }

  /// Once a batch: resumes each transfer whose turn it is.
  void turn();

 private:
  EventLoop& loop_;
  WorkerChannel& channel_;
  Resume resume_;
  ByteBudget budget_;
  std::size_t published_ = 0;                 // the number of those that wait
  std::optional<EventLoop::TimerKey> timer_;  // nullopt: nobody waits
};

}  // namespace fanfetch
