#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "common/clock.h"

namespace fanfetch {

/// Ends a transfer that takes too long or is too slow, without counting the time that we hold it
/// back. Pure.
class TransferDeadlines {
 public:
  enum class Verdict { in_time, timeout, stall };

  struct Limits {
    std::chrono::milliseconds timeout{0};   ///< For the whole; 0: no limit.
    std::chrono::seconds stall_timeout{0};  ///< Slower than min_speed for this long; 0: no limit.
    std::uint32_t min_speed = 0;            ///< Bytes a second.
  };

  TransferDeadlines(Limits limits, Instant now) : limits_(limits), counted_until_(now) {}

  /// Its request went out: from now on it may be too slow.
  void request(Instant now);
  /// A piece came and was taken.
  void received(std::uint64_t bytes) { bytes_ += bytes; }
  /// A piece came, and has to wait until resume().
  void hold(Instant now);
  void resume(Instant now);

  /// REQUIRES: is called about once a second, and at due().
  [[nodiscard]] Verdict judge(Instant now);
  /// When the whole may have taken too long; nullopt: not as long as nothing changes.
  [[nodiscard]] std::optional<Instant> due() const;
  /// Nothing has come since it was last fast enough.
  [[nodiscard]] bool is_silent() const { return bytes_ == 0; }
  /// It has been held back so far, or is.
  [[nodiscard]] bool was_held() const { return was_held_; }

 private:
  void count_time(Instant now);

  Limits limits_;
  Instant counted_until_;
  bool requested_ = false;
  bool held_ = false;
  bool was_held_ = false;
  Duration taken_{0};        // not held back
  Duration slow_{0};         // not held back, since it was last fast enough
  std::uint64_t bytes_ = 0;  // received in slow_
};

}  // namespace fanfetch
