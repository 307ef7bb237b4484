#pragma once

#include <chrono>
#include <optional>

#include "common/clock.h"
#include "common/timings.h"

namespace fanfetch {

/// Where the time of a link goes, from the reader until it is finished. It either waits (for its
/// host's turn, for a retry to be due, for room) or works (a request of it has begun, and has no
/// outcome yet). Of its attempts only the last one's work is kept, its redirects together. Pure.
class LinkTimes {
 public:
  explicit LinkTimes(Instant now) : since_(now) {}

  /// A request of it has its turn. `first`: of an attempt, whose work begins here.
  void begin(Instant now, bool first) {
    waited_ += now - since_;
    works_ = true;
    since_ = now;
    if (!first) return;
    worked_ = {};
    dns_.reset();
    timings_ = {};
  }
  /// The addresses of its host are here, which had to be asked for.
  void resolved(Instant now) { add(dns_, rounded(now - since_)); }
  /// The request has an outcome, or is lost. Without a begin() before, it has been waiting.
  void end(Instant now, const Timings& timings) {
    (works_ ? worked_ : waited_) += now - since_;
    works_ = false;
    since_ = now;
    add(timings_, timings);
  }

  [[nodiscard]] std::chrono::milliseconds waited() const { return rounded(waited_); }
  [[nodiscard]] std::chrono::milliseconds worked() const { return rounded(worked_); }
  [[nodiscard]] std::optional<std::chrono::milliseconds> dns() const { return dns_; }
  [[nodiscard]] const Timings& timings() const { return timings_; }

 private:
  static std::chrono::milliseconds rounded(Duration time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time);
  }

  bool works_ = false;
  Instant since_;  // when it began to wait, or to work
  Duration waited_{0};
  Duration worked_{0};
  std::optional<std::chrono::milliseconds> dns_;
  Timings timings_;
};

}  // namespace fanfetch
