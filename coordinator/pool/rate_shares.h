#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/clock.h"

namespace fanfetch {

/// Divides a limit of bytes a second among the workers by need: equal shares for those that could
/// use more, and what one does not use goes to the others. The sum never exceeds the limit,
/// whatever a worker says. Pure: no clock, no I/O.
class RateShares {
 public:
  /// The caller updates this often, and whenever an idle worker gets work.
  static constexpr std::chrono::milliseconds kInterval{100};

  struct Worker {
    bool has_work = false;
    bool held_back = false;      ///< Some of its transfers wait for their share.
    std::uint64_t bytes_in = 0;  ///< In total; starts again at 0 with a new process.
  };

  /// `limit`: bytes a second of all workers together.
  RateShares(std::uint64_t limit, std::size_t workers);

  /// Bytes a second for each of `workers`, whose number never changes. The result is lent until the
  /// next call.
  [[nodiscard]] std::span<const std::uint64_t> update(std::span<const Worker> workers, Instant now);

 private:
  struct Known {
    std::uint64_t bytes_in = 0;
    double speed = 0;  // bytes a second, averaged over about half a second
    Instant hungry_until{};
    bool had_work = false;
    double demand = 0;  // bytes a second
  };

  void observe(std::span<const Worker> workers, Instant now);
  void fill_up();

  double limit_;
  std::vector<Known> known_;
  std::vector<std::uint64_t> shares_;
  Instant observed_at_{};
};

}  // namespace fanfetch
