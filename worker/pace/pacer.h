#pragma once

#include <functional>
#include <string>
#include <unordered_map>

#include "common/event_loop.h"
#include "worker/pace/byte_budget.h"
#include "worker/pace/transfer_deadlines.h"
#include "worker/worker_channel.h"

namespace fanfetch {

/// Holds transfers back while this worker's share of --limit-rate is used up, and resumes them in
/// turn. Watches over the time that they take, too, because libcurl would count the time that they
/// are held back. Thread: the loop's.
class Pacer {
 public:
  /// Names a transfer; means nothing here.
  using Id = ByteBudget::Id;

  /// What the pacer makes transfers do.
  struct Actions {
    /// Hands over what a transfer was refused, through take(), and more if there is.
    std::function<void(Id transfer)> resume;
    /// A transfer's time is over: calls forget(). `why`: for people.
    std::function<void(Id transfer, const std::string& why)> time_out;
  };

  /// All is lent.
  Pacer(EventLoop& loop, WorkerChannel& channel, Actions actions);
  ~Pacer() { loop_.cancel(timer_); }
  Pacer(const Pacer&) = delete;
  Pacer& operator=(const Pacer&) = delete;

  [[nodiscard]] bool limits() const { return channel_.byte_limit() > 0; }
  /// No transfer may be handed more in one piece: small pieces make an even flow. Bytes.
  [[nodiscard]] std::size_t largest_piece() const;

  /// The transport begins with it.
  void begin(Id transfer, TransferDeadlines::Limits limits);
  /// May it have these bytes at present? False: it has to pause until it is resumed.
  [[nodiscard]] bool take(Id transfer, std::size_t bytes);
  /// It has ended.
  void forget(Id transfer);

  /// Once a batch: resumes each transfer whose turn it is.
  void turn();

 private:
  void judge();

  EventLoop& loop_;
  WorkerChannel& channel_;
  Actions actions_;
  ByteBudget budget_;
  std::unordered_map<Id, TransferDeadlines> running_;
  Instant judged_at_;
  EventLoop::TimerKey timer_{};
};

}  // namespace fanfetch
