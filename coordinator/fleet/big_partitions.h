#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>

#include "common/clock.h"
#include "coordinator/fleet/fleet_window.h"

namespace fanfetch {

/// Finds the partition that is too big for one node. Pure. Thread: one at a time.
///
/// One node has all of a partition. Where one has more than its share of all links, an n-th with n
/// live nodes, its node has work when the others have none left. It counts once that has lasted for
/// some time without a break, as the beginning of a list that is sorted by host looks the same, and
/// nodes come and go. It has to have parked links, too: what is in its window is soon done.
///
/// Fewer than n partitions have more than an n-th, so what is remembered is little.
class BigPartitions {
 public:
  /// `lasts`: for which a partition has to be too big.
  explicit BigPartitions(Duration lasts) : lasts_(lasts) {}

  /// Whether `links` of `all` are more than one of `nodes` is to have. One node shares with nobody.
  [[nodiscard]] static constexpr bool is_more_than_share(std::uint64_t links, std::uint64_t all,
                                                         std::uint64_t nodes) {
    return nodes >= 2 && links > all / nodes;
  }

  /// Call at regular times: what lay between two looks is a break if they are further apart than
  /// kLongestGap. `full`: the partitions that have parked links. `all`: links of all partitions.
  void on_look(std::uint64_t nodes, std::span<const FleetWindow::Load> full, std::uint64_t all,
               Instant now);
  static constexpr std::chrono::seconds kLongestGap{10};

  /// The partition that has been too big for longest, if that is long enough.
  [[nodiscard]] std::optional<unsigned> due(Instant now) const;
  /// It counts from now on, as if it had been of the right size: it is spread, or cannot be at
  /// present.
  void forget(unsigned partition) { big_since_.erase(partition); }
  void forget_all() { big_since_.clear(); }

 private:
  Duration lasts_;
  std::map<unsigned, Instant> big_since_;  // by partition
  std::optional<Instant> last_look_;
};

}  // namespace fanfetch
