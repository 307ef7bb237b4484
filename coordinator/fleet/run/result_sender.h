#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/event_loop.h"
#include "coordinator/fleet/held_links.h"
#include "coordinator/fleet/run/done_links.h"
#include "coordinator/fleet/run/entry_queue.h"
#include "coordinator/fleet/run/fleet_line.h"
#include "coordinator/fleet/run/lease_keeper.h"
#include "coordinator/fleet/unrecorded_results.h"
#include "coordinator/link/link.h"
#include "coordinator/link/record.h"

namespace fanfetch {

/// A node's results on their way from its ledger into Redis, each in its link's place. Thread: the
/// loop's, unless said otherwise.
class ResultSender {
 public:
  /// Called from the loop.
  struct Events {
    /// A link of the partition is held no more and has no result: it is to be delivered again.
    std::function<void(unsigned partition)> on_lost;
    /// Redis has said something to a report.
    std::function<void(bool was_taken)> on_answer;
  };

  /// `node`: its name. `held`: the links that have no result; lent.
  ResultSender(const FleetJob& job, std::string node, HeldLinks& held, Events events);
  ~ResultSender();
  ResultSender(const ResultSender&) = delete;
  ResultSender& operator=(const ResultSender&) = delete;

  /// Lends all three.
  void start(EventLoop& loop, FleetLine& line, const LeaseKeeper& keeper);

  // Any thread:
  /// Nothing is left to be done for a link, as SettlerHooks::on_done says.
  void on_done(const LinkId& link, const Record& record, bool lasts) {
    done_.push({.link = link, .record = record, .lasts = lasts});
  }
  /// A record of the planner's own.
  void on_planned(const Record& record);

  // From the loop:
  /// The link, which is not held, is not fetched any more: see LinkReader::Events::on_dead.
  void bury(const Link& link, unsigned partition, std::string entry, unsigned gone);
  /// The process does not work on the partition any more, and lives: at once, nothing that it holds
  /// of it counts against the link.
  void acquit(unsigned partition);
  /// See UnrecordedResults.
  void on_first(std::string_view id) { unrecorded_.on_first(id); }
  enum class Again : std::uint8_t {
    files,  ///< Redis may have lost some results: whoever has a host by now may have asked again.
    all,    ///< It has lost everything, and nobody has got a host since.
  };
  /// Redis may have lost results that it had taken: sends those again that the driver may not have
  /// recorded. That there is no file is for its host's owner to say.
  void send_again(Again which);
  /// Takes what was told until now. By itself, too.
  void take_done();
  /// Sends what has gathered. Call last in each wake-up.
  void flush() {
    queue_.flush();
    again_.flush();
    buried_.flush();
    acquitted_.flush();
  }
  /// What Redis has not taken.
  [[nodiscard]] std::size_t size() const {
    return queue_.size() + again_.size() + buried_.size() + acquitted_.size();
  }
  /// Results of a partition's links that Redis has not taken. Whoever gets the partition fetches
  /// these links again.
  [[nodiscard]] std::size_t size(unsigned partition) const {
    return queue_.size(partition) + again_.size(partition) + buried_.size(partition);
  }

 private:
  void take(const DoneLink& done);
  void on_put(std::span<EntryQueue::Entry> taken, const RedisReply& ids);
  [[nodiscard]] bool says_nothing(const DoneLink& done);

  const std::string node_;
  HeldLinks& held_;
  const Events events_;
  DoneLinks done_;
  EntryQueue queue_, again_, buried_, acquitted_;
  UnrecordedResults unrecorded_;
  std::unordered_map<LinkId, unsigned, HashOfId> disk_failures_;  // of held links
  EventLoop* loop_ = nullptr;
  const LeaseKeeper* keeper_ = nullptr;
};

}  // namespace fanfetch
