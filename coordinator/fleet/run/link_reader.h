#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/event_loop.h"
#include "coordinator/fleet/fleet_job.h"
#include "coordinator/fleet/held_links.h"
#include "coordinator/fleet/read_plan.h"
#include "coordinator/fleet/run/fleet_line.h"
#include "coordinator/fleet/run/fleet_source.h"
#include "coordinator/fleet/run/lease_keeper.h"
#include "coordinator/fleet/suspects.h"

namespace fanfetch {

/// A node's links on their way from Redis to its run's reader: those of the partitions that it
/// works on, each once. Thread: the loop's.
class LinkReader {
 public:
  /// Called from the loop.
  struct Events {
    /// A link of the partition that is not to be fetched: so many are gone that had it. It is not
    /// held, and waits in `entry` for its result.
    std::function<void(const Link& link, unsigned partition, std::string entry, unsigned gone)>
        on_dead;
    std::function<void(std::string text)> on_notice;  ///< For the user.
  };

  /// `held`: the links that were read; lent.
  LinkReader(const FleetJob& job, HeldLinks& held);
  ~LinkReader();
  LinkReader(const LinkReader&) = delete;
  LinkReader& operator=(const LinkReader&) = delete;

  /// Where the links come out.
  [[nodiscard]] FleetDoor& door() { return door_; }

  /// Lends all three.
  void start(EventLoop& loop, FleetLine& line, const LeaseKeeper& keeper, Events events);
  /// The line is new. What may be lost is the report of a link that was then held no more, so that
  /// all that was delivered and has no result is delivered again: the ledger answers for it.
  void on_up(RedisData data);
  /// Its links are read from now on: first those that others got and did not report. `was_lost`:
  /// whoever had it last did not hand it back.
  void begin(unsigned partition, bool was_lost);
  /// They are not read any more.
  void end(unsigned partition);
  [[nodiscard]] bool reads(unsigned partition) const { return cursors_[partition].has_value(); }
  /// Has all links of the partition delivered again, soon, that were delivered and have no result.
  void look_again(unsigned partition);
  /// HeldLinks has more room than it had.
  void on_room();
  /// Reads nothing any more.
  void stop();

 private:
  void read();
  void read_in(Duration wait);
  void on_read(const RedisReply& reply);
  void read_from_the_beginning(unsigned partition);
  void read_anew(unsigned partition);
  [[nodiscard]] bool is_to_wait(unsigned partition, const Suspects::Suspect& suspect) const;
  void look_later(unsigned partition);
  void read_suspects();
  void read_suspects(unsigned partition, const std::vector<std::string>& entries);
  void on_suspects(unsigned partition, const RedisReply& reply);
  void take(unsigned partition, const RedisReply& entry, std::vector<ListedItem>& items);
  [[nodiscard]] std::optional<Link> decode(unsigned partition, const RedisReply& entry);
  void drop(unsigned partition, const std::string& entry, const std::string& why);

  const std::string prefix_, job_;
  const Duration lease_;
  HeldLinks& held_;
  FleetDoor door_;
  EventLoop* loop_ = nullptr;
  FleetLine* line_ = nullptr;
  const LeaseKeeper* keeper_ = nullptr;
  Events events_;
  std::vector<std::optional<std::string>> cursors_;  // by partition, see kRead; nullopt: not read
  std::vector<bool> was_lost_;                       // by partition, when it began
  std::vector<Instant> began_;                       // by partition
  Suspects suspects_;
  ReadPlan plan_;
  bool is_reading_ = false;
  bool is_stopped_ = false;
  std::vector<unsigned> to_look_at_again_, to_look_at_later_;
  std::optional<EventLoop::TimerKey> read_timer_, again_timer_, later_timer_;
  std::uint64_t bad_entries_ = 0;
};

}  // namespace fanfetch
