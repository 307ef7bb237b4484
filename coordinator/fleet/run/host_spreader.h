#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/clock.h"
#include "coordinator/fleet/big_partitions.h"
#include "coordinator/fleet/fleet_job.h"
#include "coordinator/fleet/run/link_sender.h"
#include "coordinator/fleet/spread_hosts.h"
#include "coordinator/schedule/host_governor.h"

namespace fanfetch {

/// Has a driver spread a host in mid-run that is too big for one node (BigPartitions), one at a
/// time. Its links of before and those that have pieces may not be under way together, as both
/// kinds would have all of the host's limits. So:
///
///     hold    Nothing is sent to the host's partitions, until all that was sent has its result
///             and Redis has no link there. If that takes too long, as a link may, they go on as
///             before, unless the plan may be in Redis already, and it is tried again.
///     write   Redis, and a replica of it, has how hosts are spread from now on: a driver that is
///             started again goes by that, or by the old plan as long as nothing has gone by
///             another.
///     move    Parked links go to the partitions of their pieces; see LinkSender.
///
/// Two things are not seen, and such links are asked for beside the host's limits: a node that was
/// cut off may report a link after another one has got it, which may still be at work on it when
/// nothing is outstanding any more; and nodes may have links from a driver that was killed which
/// the list of this one has no more.
///
/// Thread: the loop's.
class HostSpreader {
 public:
  enum class Written : std::uint8_t {
    lasts,    ///< It is there, whichever server is the next master.
    nothing,  ///< Redis has not written it: there are links, it refuses, or it was not asked.
    unknown,
  };
  struct Events {
    /// Has Redis know `spread`, a FleetJob::spread, if it has no link in any of the partitions
    /// `empty`. `done` is called once, at any time.
    std::function<void(const std::string& spread, const std::vector<unsigned>& empty,
                       std::function<void(Written)> done)>
        write;
    std::function<void(std::string text)> on_notice;
  };

  /// Both are lent: `job`, whose `spread` follows, and `links`. `usual`: concurrent requests to a
  /// host of which the rules say nothing.
  HostSpreader(FleetJob& job, LinkSender& links, unsigned usual);

  void start(Events events) { events_ = std::move(events); }

  /// What a driver sees once a second.
  struct Look {
    std::uint64_t nodes = 0;  ///< That live.
    std::string spread;       ///< FleetJob::spread, as Redis has it.
  };
  /// Does what is due. `rules`: that hold for hosts at present.
  void on_look(const Look& look, const HostRules& rules, Instant now);

  /// All hosts that are spread, with the one that is about to be.
  [[nodiscard]] SpreadHosts hosts() const;

 private:
  [[nodiscard]] bool begin(unsigned partition, std::uint64_t nodes, const HostRules& rules,
                           Instant now);
  void restore();
  void write();
  void give_up();
  void move();

  struct Coming {
    SpreadHost host;
    unsigned found_in = 0;             // the partition that was too big
    std::vector<unsigned> partitions;  // that the host's links were sent to until now
    Instant held_since{};
    bool may_be_written = false;  // then there is no way back
  };

  FleetJob& job_;
  LinkSender& links_;
  const unsigned usual_;
  BigPartitions big_;
  Events events_;
  std::optional<Coming> coming_;
  bool is_writing_ = false;  // an answer is due
  bool is_unsure_ = false;   // whether FleetJob::spread lasts in Redis
};

}  // namespace fanfetch
