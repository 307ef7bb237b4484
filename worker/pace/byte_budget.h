#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "common/clock.h"

namespace fanfetch {

/// How many body bytes this worker may take, for all its transfers together: a token bucket, and
/// the queue of the transfers that wait for it. Pure: takes `now`, and pauses nobody itself.
///
/// It starts empty, and no piece that fits into it overdraws it. So in any time span no more than
/// rate × time and one bucketful is taken: what the rate allows in kBurst, or one piece if that is
/// more.
class ByteBudget {
 public:
  /// Names a transfer; means nothing here.
  using Id = void*;

  /// The longest time whose bytes are saved up while none are taken.
  static constexpr std::chrono::milliseconds kBurst{200};

  /// `now`: from when on it fills.
  explicit ByteBudget(Instant now) : filled_at_(now) {}

  /// Bytes a second from `now` on; with 0 nothing is given until the next call; nullopt: there is
  /// no limit. `largest_piece`: the most that one take() asks for, in bytes.
  void set_rate(std::optional<std::uint64_t> rate, std::size_t largest_piece, Instant now);

  /// `who` was handed a piece of its body. True: it may have it, and it is counted. False: it has
  /// to wait until next() names it. A transfer does not overtake those that wait.
  [[nodiscard]] bool take(Id who, std::size_t bytes, Instant now);

  /// Whose turn it is: its next take() succeeds, for the piece that it was refused. nullopt: nobody
  /// waits, or there is not enough yet. Each turn is one piece, so that all advance in parallel.
  [[nodiscard]] std::optional<Id> next(Instant now);

  /// When next() may name somebody; nullopt: not before set_rate() or take() is called.
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
  /// Tokens that a piece waits for; one that is larger than the bucket must not wait for ever.
  [[nodiscard]] double needed(double bytes) const;

  bool unlimited_ = true;
  double largest_piece_ = 0;
  double rate_ = 0;    // bytes a second
  double tokens_ = 0;  // bytes that may be taken without waiting
  Instant filled_at_;
  std::deque<Waiting> waiting_;
  std::optional<Id> turn_;
};

}  // namespace fanfetch
