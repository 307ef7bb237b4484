#pragma once

#include <algorithm>
#include <cstddef>

#include "common/clock.h"

namespace fanfetch {

/// Decides when the next batch is closed. Pure: time is passed in.
class BatchPolicy {
 public:
  /// A killed coordinator loses at most the work of this time or, where the disk is slow, of six
  /// syncs: the one before, the pause behind it, and the batch's own.
  static constexpr std::chrono::milliseconds kMaxAge{500};
  /// A batch of this size is closed immediately; a larger one would only outgrow the CPU's cache.
  static constexpr std::size_t kFull = 512;
  /// Pause after a sync, in times of its duration: the disk syncs at most a fifth of the time.
  static constexpr int kSyncPause = 4;

  /// When to close a batch of `count` links whose oldest came at `first`. REQUIRES: count > 0.
  [[nodiscard]] Instant close_at(Instant first, std::size_t count) const {
    return std::max(count >= kFull ? first : first + kMaxAge, not_before_);
  }
  /// When to close one that nothing more will come for soon.
  [[nodiscard]] Instant close_early_at() const { return std::max(not_before_, not_early_before_); }
  /// Whether the last of `count` links changes what whoever closes their batch waits for: the first
  /// one opens it, and one fills it. A wake-up for each would cost more than to settle it.
  [[nodiscard]] static constexpr bool wakes(std::size_t count) {
    return count == 1 || count == kFull;
  }
  /// Call after a batch was settled, with the duration of its sync.
  void note_sync(Duration took, Instant now) { not_before_ = now + kSyncPause * took; }
  /// The same with the duration of all of it. Batches that are closed early may be many and small:
  /// they take the disk and the CPU at most a fifth of the time.
  void note_batch(Duration took, Instant now) { not_early_before_ = now + kSyncPause * took; }

 private:
  Instant not_before_{};
  Instant not_early_before_{};
};

}  // namespace fanfetch
