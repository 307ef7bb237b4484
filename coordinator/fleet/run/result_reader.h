#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/event_loop.h"
#include "coordinator/fleet/early_results.h"
#include "coordinator/fleet/result_entry.h"
#include "coordinator/fleet/run/done_links.h"
#include "coordinator/fleet/run/fleet_line.h"
#include "coordinator/fleet/run/link_sender.h"
#include "coordinator/settle/batch_settler.h"

namespace fanfetch {

/// A driver's results on their way from Redis into its ledger, and out of Redis once that has them.
/// Thread: the loop's, unless said otherwise.
class ResultReader {
 public:
  /// Called from the loop.
  struct Events {
    std::function<void(Settled)> settle;
    std::function<void(std::string text)> on_notice;
  };

  /// `prefix`: of the job's keys. `sender`: has the links; lent.
  ResultReader(const std::string& prefix, LinkSender& sender);
  ~ResultReader();
  ResultReader(const ResultReader&) = delete;
  ResultReader& operator=(const ResultReader&) = delete;

  /// Lends `loop` and `line`.
  void start(EventLoop& loop, FleetLine& line, Events events);
  /// Reads from the beginning: the line is new.
  void on_up();
  /// See SettlerHooks::on_done. Any thread.
  void on_done(const LinkId& link, const Record& record, bool lasts) {
    done_.push({.link = link, .record = record, .lasts = lasts});
  }
  /// If the link has its result already, from before this run of the driver, that is recorded, and
  /// the link moved from. False: it is to be sent.
  [[nodiscard]] bool settle_early(Link& link);
  /// No link follows: what is left belongs to none.
  void on_list_end();
  /// Links with such results that the ledger takes.
  [[nodiscard]] std::size_t settling_early() const { return settling_early_.size(); }
  /// Of `results` in Redis, those that are for links which were sent, at least.
  [[nodiscard]] std::uint64_t beside_early(std::uint64_t results) const {
    return results - std::min<std::uint64_t>(results, early_.size() + settling_early_.size());
  }
  /// Takes what on_done() was told until now. By itself, too.
  void take_done();
  /// Removes from Redis what the ledger has. Call last in each wake-up.
  void acknowledge();
  /// Reads nothing any more; acknowledge() goes on.
  void stop() { is_stopped_ = true; }

  /// Body bytes of all that was saved.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  /// Results that the ledger takes and has not.
  [[nodiscard]] std::size_t settling() const { return settling_; }
  /// Whether a result has come since the last call.
  [[nodiscard]] bool take_news() { return std::exchange(has_news_, false); }

 private:
  void ask_for_last();
  void read();
  void read_in(Duration wait);
  void on_read(const RedisReply& reply);
  void take(const RedisReply& entry);
  void settle(Link link, ResultEntry result);
  [[nodiscard]] std::optional<std::string> on_recorded(const LinkId& link);

  const std::string stream_;
  LinkSender& sender_;
  DoneLinks done_;
  EventLoop* loop_ = nullptr;
  FleetLine* line_ = nullptr;
  Events events_;
  EarlyResults early_;
  std::unordered_map<LinkId, std::string, HashOfId> settling_early_;  // their entries
  bool list_is_read_ = false;
  /// The last result that may be one of before this run. Later ones of links that it does not know
  /// are reported twice, or come again once the link is sent and the same node has its host.
  /// nullopt: not known yet.
  std::optional<std::string> last_early_;
  std::string last_read_;  // empty: read from the beginning
  Duration wait_{};        // after an answer
  bool is_reading_ = false;
  bool is_stopped_ = false;
  bool has_news_ = false;
  std::size_t settling_ = 0;  // results that the ledger takes
  std::vector<std::string> to_acknowledge_;
  std::size_t acknowledging_ = 0;
  Instant rests_until_{};  // acknowledge(), after a refusal
  std::optional<EventLoop::TimerKey> read_timer_;
  std::uint64_t bytes_ = 0;
  std::uint64_t bad_results_ = 0;
};

}  // namespace fanfetch
