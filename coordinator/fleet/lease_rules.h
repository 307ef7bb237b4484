#pragma once

#include <algorithm>
#include <cassert>
#include <chrono>

#include "common/boot_clock.h"

namespace fanfetch {

/// The times of a fleet's partition leases, by BootClock. All nodes of a job have the same.
///
/// Two nodes never work on one partition as long as
///
///     (usable + stop) × drift ≤ takeover
///
/// where `drift` is how much faster one machine's clock runs than another's. The owner counts from
/// before its request was sent, and has no transfer left after usable + stop. Whoever takes the
/// partition without its having been handed back has waited for `takeover` since it saw that the
/// lease was lost, which was later than that request. One whole lease alone would be too short:
/// with a lease of three times `stop`, usable + stop are 1.13 leases.
struct LeaseRules {
  Duration lease{};   ///< For which Redis keeps the lease's key, since the last renewal.
  Duration stop{};    ///< Within this time transfers have stopped that have to.
  Duration usable{};  ///< For which a node believes in its lease: less 20 %.
  /// Wait before a partition is taken that was not handed back.
  Duration takeover{};
  Duration renew_every{};
  /// How often a node that has too few partitions looks whether there are others to have.
  Duration look_every{};
  /// A look that took longer says too little about the present.
  Duration look_takes_at_most{};
  /// How long a node has to hold too many before it hands some back: the list of nodes may waver.
  Duration settle{};
  /// How often a node gives a sign of life, and learns who else has given one.
  Duration beat_every{};
  /// A node that gave no sign of life for so long has no share of the partitions: what others hand
  /// back for it would have no owner until it is forgotten. It keeps those that it has. With
  /// `beat_every` it is less than `settle`: for one that joins and goes down at once, nothing is
  /// handed back.
  Duration silence{};

  /// The least lease: else the time that transfers take to stop would outweigh it.
  static constexpr int kStopsOfLease = 3;

  /// REQUIRES: `lease` is at least kStopsOfLease times `stop`.
  [[nodiscard]] static constexpr LeaseRules of(Duration lease, Duration stop) {
    assert(lease >= kStopsOfLease * stop);
    return {.lease = lease,
            .stop = stop,
            .usable = lease - lease / 5,
            .takeover = lease + stop,
            .renew_every = lease / 3,
            .look_every = lease / 6,
            .look_takes_at_most = lease / 10,
            .settle = lease / 3,
            .beat_every = std::min<Duration>(lease / 16, std::chrono::seconds(1)),
            .silence = lease / 4};
  }
};

/// Of every job.
inline constexpr LeaseRules kLeaseRules =
    LeaseRules::of(std::chrono::seconds(30), std::chrono::seconds(10));

}  // namespace fanfetch
