#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "common/event_loop.h"
#include "coordinator/fleet/fleet_job.h"
#include "coordinator/fleet/fleet_window.h"
#include "coordinator/fleet/link_spool.h"
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
  void flush() { queue_.flush(); }

  /// See SentLinks.
  [[nodiscard]] SentLinks::Answer on_result(const LinkId& link, const std::string& entry) {
    return sent_.on_result(link, entry);
  }
  /// The ledger has the link's result. Returns what that is called in Redis; nullopt: see
  /// SentLinks. Call refill() after several.
  [[nodiscard]] std::optional<std::string> on_recorded(const LinkId& link);
  /// Sends parked links in the place of those that have their results.
  void refill();

  /// `links`, `results`: as FleetWindow::Carried says. Sends all again that has no result, if Redis
  /// has lost it.
  void find_lost(std::uint64_t links, std::uint64_t results);

  /// Links that have no result yet, wherever they are; and those of them that were sent.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::uint64_t outstanding() const { return window_.outstanding(); }

 private:
  [[nodiscard]] bool place(Link& link);
  void send(Link link, unsigned partition, FleetFields fields);
  [[nodiscard]] bool park(const Link& link, unsigned partition, FleetFields fields);
  [[nodiscard]] Result<> unpark(unsigned partition);
  void refuse(Link link, std::string why);

  const unsigned partitions_;
  const unsigned attempts_;
  const SpreadHosts spread_;
  FleetWindow window_;
  LinkSpool spool_;
  SentLinks sent_;
  EntryQueue queue_;
  std::deque<Link> held_back_;  // there is no room for the first one, not even in the spool
  EventLoop* loop_ = nullptr;
  Events events_;
  Instant next_spool_word_{};
  bool is_damaged_ = false;  // the spool
};

}  // namespace fanfetch
