#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "common/clock.h"

namespace fanfetch {

/// How many body bytes this worker may take, of all its transfers together: a token bucket, and the
/// queue of those who wait for it. Pure: takes `now`, and pauses nobody itself.
///
/// It starts empty and is never overdrawn by what fits into it, so that in any time span no more
/// comes than rate × time and one bucketful: kBurst's worth of the rate, or one piece if that is
/// more.
class ByteBudget {
 public:
  /// Names a transfer; means nothing here.
  using Id = void*;

  /// What is saved up for at most, while nothing comes.
  static constexpr std::chrono::milliseconds kBurst{200};

  /// `largest_piece`: what is taken at once at most, in bytes.
  ByteBudget(std::size_t largest_piece, Instant now)
      : largest_piece_(static_cast<double>(largest_piece)), filled_at_(now) {}

  /// Bytes a second from now on; 0: nothing for the time being.
  void set_rate(std::uint64_t rate, Instant now);

  /// `who` has a piece of its body. True: it may have it, and it is counted. False: it has to wait
  /// until next() names it. Nobody overtakes those who wait.
  [[nodiscard]] bool take(Id who, std::size_t bytes, Instant now);

  /// Whose turn it is: its next take() succeeds, for the piece that it was refused. None: nobody
  /// waits, or there is not enough yet. Each turn is one piece, so all get on side by side.
  [[nodiscard]] std::optional<Id> next(Instant now);

  /// When next() may have somebody; none: not before set_rate() or take() is called.
  [[nodiscard]] std::optional<Instant> next_due() const;

  /// `who` has ended, and waits no longer.
  void forget(Id who);

  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

 private:
  struct Waiting {
    Id who;
    double bytes;
  };

  void fill(Instant now);
  [[nodiscard]] double capacity() const;
  /// What has to be there for a piece; one that is larger than the bucket must not wait for ever.
  [[nodiscard]] double needed(double bytes) const;

  double largest_piece_;
  double rate_ = 0;    // bytes a second
  double tokens_ = 0;  // bytes that may be taken at once
  Instant filled_at_;
  std::deque<Waiting> waiting_;
  std::optional<Id> turn_;
};

}  // namespace fanfetch
