#pragma once

#include <algorithm>
#include <cstddef>

#include "common/clock.h"

namespace fanfetch {

/// When the next batch is closed. Pure: time comes in.
class BatchPolicy {
 public:
  /// A killed coordinator loses at most so much work (design), or one sync's worth.
  static constexpr std::chrono::milliseconds kMaxAge{500};
  /// So many are worth a transaction of their own at once; more would only leave the CPU's cache.
  static constexpr std::size_t kFull = 512;
  /// The disk syncs at most a fifth of the time.
  static constexpr int kSyncPause = 4;

  /// `first`: when the oldest of the `count` came. REQUIRES: count > 0.
  [[nodiscard]] Instant close_at(Instant first, std::size_t count) const {
    return std::max(count >= kFull ? first : first + kMaxAge, not_before_);
  }
  /// A batch was settled, and its sync took so long.
  void note_sync(Duration took, Instant now) { not_before_ = now + kSyncPause * took; }

 private:
  Instant not_before_{};
};

}  // namespace fanfetch
