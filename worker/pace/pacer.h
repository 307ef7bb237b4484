#pragma once

#include <curl/curl.h>

#include <functional>
#include <string>
#include <unordered_map>

#include "common/event_loop.h"
#include "worker/pace/byte_budget.h"
#include "worker/pace/patience.h"
#include "worker/worker_channel.h"

namespace fanfetch {

/// Holds transfers back while this worker's share of --limit-rate is used up, and lets them go on
/// in turn. Watches over the time that they take too, as libcurl would count the time it holds.
/// Thread: the loop's.
class Pacer {
 public:
  /// Ends a transfer that libcurl has not finished; `why`: for people, or empty.
  using End = std::function<void(CURL* easy, CURLcode code, const std::string& why)>;

  /// All is lent.
  Pacer(EventLoop& loop, WorkerChannel& channel, End end);
  ~Pacer() { loop_.cancel(timer_); }
  Pacer(const Pacer&) = delete;
  Pacer& operator=(const Pacer&) = delete;

  [[nodiscard]] bool limits() const { return channel_.byte_limit() > 0; }
  /// No transfer may be handed more at once: small pieces make an even flow.
  [[nodiscard]] std::size_t largest_piece() const;

  /// libcurl gets it now.
  void begin(CURL* easy, Patience::Limits limits);
  /// May it have these bytes now? False: it is to pause until it is let go on.
  [[nodiscard]] bool take(CURL* easy, std::size_t bytes);
  /// It has ended.
  void forget(CURL* easy);

  /// Once a batch: lets go on whoever may.
  void turn();

 private:
  void judge();

  EventLoop& loop_;
  WorkerChannel& channel_;
  End end_;
  ByteBudget budget_;
  std::unordered_map<CURL*, Patience> running_;
  Instant judged_at_;
  EventLoop::TimerKey timer_{};
};

}  // namespace fanfetch
