#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/event_loop.h"
#include "coordinator/fleet/fleet_fields.h"
#include "coordinator/fleet/fleet_job.h"
#include "coordinator/fleet/run/fleet_line.h"

namespace fanfetch {

/// Entries on their way into Redis by a script, many at once: links of a driver, results of a node.
/// What Redis did not take, or may not have taken, waits again, in its place. Thread: the loop's.
class EntryQueue {
 public:
  struct Entry {
    unsigned partition = 0;
    std::string replaces;  ///< The entry whose place it takes (kReport); empty: none (kSend).
    std::string token;     ///< With that: as the script says.
    FleetFields fields;
  };

  /// Called from the loop with each answer to a script: to which entries, which it may have. None:
  /// Redis has not taken them, as far as is known.
  using OnAnswer = std::function<void(std::span<Entry> taken, const RedisReply& reply)>;

  /// `job`: whose entries they are. `script`: its arguments are the prefix of the job's keys, its
  /// ID, and for each entry its partition, what it replaces, if that is not empty, and the fields
  /// behind their count. `most_sending`: entries on their way; the rest waits for answers.
  /// `on_answer`: may be null.
  EntryQueue(const FleetJob& job, std::string_view script, std::size_t most_sending,
             OnAnswer on_answer);
  ~EntryQueue();
  EntryQueue(const EntryQueue&) = delete;
  EntryQueue& operator=(const EntryQueue&) = delete;

  /// Lends both. Nothing is sent before.
  void start(EventLoop& loop, FleetLine& line);

  void push(Entry entry);
  /// Sends what can be sent. Call last in each wake-up.
  void flush();

  /// Forgets what was not sent yet.
  void forget_waiting();

  /// Entries that Redis has not taken, as far as is known.
  [[nodiscard]] std::size_t size() const { return waiting_.size() + sending_; }
  /// The same of a partition.
  [[nodiscard]] std::size_t size(unsigned partition) const {
    return partition < counts_.size() ? counts_[partition] : 0;
  }

 private:
  void take_back(std::vector<Entry>& entries);

  const std::string prefix_, job_;
  const std::string_view script_;
  const std::size_t most_sending_;
  const OnAnswer on_answer_;
  EventLoop* loop_ = nullptr;
  FleetLine* line_ = nullptr;
  std::deque<Entry> waiting_;
  std::size_t sending_ = 0;
  std::vector<std::size_t> counts_;  // what size() is of each partition, as far as there was any
  std::optional<EventLoop::TimerKey> again_timer_;  // set: Redis refused some
};

}  // namespace fanfetch
