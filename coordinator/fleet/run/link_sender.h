#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/event_loop.h"
#include "coordinator/fleet/fleet_job.h"
#include "coordinator/fleet/fleet_window.h"
#include "coordinator/fleet/link_spool.h"
#include "coordinator/fleet/loss_watch.h"
#include "coordinator/fleet/run/entry_queue.h"
#include "coordinator/fleet/run/fleet_line.h"
#include "coordinator/fleet/sent_links.h"
#include "coordinator/fleet/spread_hosts.h"
#include "coordinator/link/link.h"
#include "coordinator/settle/batch_settler.h"

namespace fanfetch {

/// A driver's links on their way from its reader into Redis: sends as many as FleetWindow says,
/// parks the others in the spool, and keeps those that were sent until they have their results.
/// Thread: the loop's.
class LinkSender {
 public:
  /// Called from the loop.
  struct Events {
    std::function<void(Settled)> settle;  ///< A link that cannot be sent to anybody.
    std::function<void(std::string why)> on_gone;
    std::function<void(std::string text)> on_notice;
  };

  /// `attempts`: of a link, by a node. `spread`: the hosts that several nodes share.
  LinkSender(const FleetJob& job, LinkSpool spool, unsigned attempts, SpreadHosts spread);

  /// Lends `loop` and `line`.
  void start(EventLoop& loop, FleetLine& line, Events events);

  void add(Link link);
  /// How many more links it is to be given now.
  [[nodiscard]] std::size_t room() const;
  /// Tries again what there was no room for.
  void place_held_back();
  /// Sends what has gathered. Call last in each wake-up.
  void flush() {
    queue_.flush();
    again_.flush();
  }

  /// See SentLinks.
  [[nodiscard]] SentLinks::Answer on_result(const LinkId& link, const std::string& entry) {
    return sent_.on_result(link, entry);
  }
  /// The ledger has the link's result. Returns what that is called in Redis; nullopt: see
  /// SentLinks. Call refill() after several.
  [[nodiscard]] std::optional<std::string> on_recorded(const LinkId& link);
  /// Sends parked links in the place of those that have their results.
  void refill();

  // --- A host that is spread in mid-run: HostSpreader says when ---

  /// The hosts that several nodes share.
  [[nodiscard]] const SpreadHosts& spread_hosts() const { return spread_; }
  [[nodiscard]] const FleetWindow& window() const { return window_; }
  /// See SentLinks.
  [[nodiscard]] std::optional<SentLinks::BigHost> biggest_host(unsigned partition) {
    return sent_.biggest_host(partition);
  }
  /// Nothing of these partitions is sent until spread() is done with them, or release().
  void hold(const std::vector<unsigned>& partitions);
  void release(const std::vector<unsigned>& partitions);
  /// All that was sent of them has its result, and nothing of them is still to be sent again.
  [[nodiscard]] bool is_drained(const std::vector<unsigned>& partitions) const;
  /// `host` is spread from now on. What is parked in `partitions` at this moment goes to where it
  /// belongs now, by move_parked(). REQUIRES: these are held and drained, and have all links of the
  /// host that are sent or parked.
  void spread(SpreadHost host, const std::vector<unsigned>& partitions);
  [[nodiscard]] bool is_moving() const { return !moves_.empty(); }
  /// Moves some of these links. Returns whether more can be moved at once: call in each wake-up.
  [[nodiscard]] bool move_parked();

  /// `links`, `results`: as FleetWindow::Carried says. Calls on_lost() if that says so.
  void find_lost(std::uint64_t links, std::uint64_t results);
  /// Redis has lost all links that were sent and have no result. Those on their way may come
  /// twice.
  void on_lost();
  /// Sends those again that have none by now, if LossWatch says so. Call often.
  void send_lost();

  /// Links that have no result yet, wherever they are; and those of them that were sent.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::uint64_t outstanding() const { return window_.outstanding(); }

 private:
  [[nodiscard]] bool place(Link& link);
  void send(Link link, unsigned partition, FleetFields fields);
  [[nodiscard]] bool park(const Link& link, unsigned partition, FleetFields fields);
  [[nodiscard]] bool write(const Link& link, unsigned partition, FleetFields fields);
  struct Parked {
    Link link;
    FleetFields fields;
  };
  [[nodiscard]] Result<Parked> unpark(unsigned partition);
  [[nodiscard]] bool take_to_move(unsigned partition);
  [[nodiscard]] bool move(Parked& parked, unsigned from);
  void fail_spool(const Error& error);
  void refuse(Link link, std::string why);

  const unsigned partitions_;
  const unsigned attempts_;
  SpreadHosts spread_;
  FleetWindow window_;
  LinkSpool spool_;
  SentLinks sent_;
  LossWatch loss_;
  EntryQueue queue_, again_;    // the second one: what was lost
  std::deque<Link> held_back_;  // there is no room for the first one, not even in the spool
  /// Links that were parked before their host was spread, or another one of their partition.
  struct Move {
    unsigned partition = 0;
    std::uint64_t left = 0;
  };
  std::deque<Move> moves_;        // one after the other; all are held
  std::optional<Parked> moving_;  // taken from the spool, and still counted as parked
  bool is_stuck_ = false;         // there is no room for that one
  EventLoop* loop_ = nullptr;
  Events events_;
  Instant next_spool_word_{};
  bool is_damaged_ = false;  // the spool
};

}  // namespace fanfetch
