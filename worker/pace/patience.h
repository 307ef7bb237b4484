#pragma once

#include <chrono>
#include <cstdint>

#include "common/clock.h"

namespace fanfetch {

/// How long a transfer may take, and how slow it may be, where it is also held back on our side:
/// that time counts for neither. libcurl's own limits cannot tell the two apart. Pure.
class Patience {
 public:
  enum class Verdict { go_on, timeout, stall };

  struct Limits {
    std::chrono::milliseconds timeout{0};   ///< For the whole; 0: none.
    std::chrono::seconds stall_timeout{0};  ///< Slower than min_speed for so long; 0: none.
    std::uint32_t min_speed = 0;            ///< Bytes a second.
  };

  Patience(Limits limits, Instant now) : limits_(limits), looked_(now) {}

  /// A piece came and was taken.
  void received(std::uint64_t bytes) { bytes_ += bytes; }
  /// A piece came, and has to wait until go_on().
  void hold(Instant now);
  void go_on(Instant now);

  /// To be asked about once a second.
  [[nodiscard]] Verdict judge(Instant now);

 private:
  void count_time(Instant now);

  Limits limits_;
  Instant looked_;
  bool held_ = false;
  Duration taken_{0};        // not held back
  Duration slow_{0};         // the same, since it was last fast enough
  std::uint64_t bytes_ = 0;  // in that time
};

}  // namespace fanfetch
