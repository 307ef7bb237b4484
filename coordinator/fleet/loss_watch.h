#pragma once

#include <optional>

#include "common/clock.h"

namespace fanfetch {

/// A driver's decision when to send again what Redis has lost. Pure. Thread: one at a time.
///
/// Not at once: nodes have results of such links, which they put into Redis again once they learn
/// of the loss, and transfers that end soon. A link that was sent again before its result came
/// would be fetched twice. Where leases were lost, too, nobody is given a host meanwhile, so that
/// the wait costs nothing.
class LossWatch {
 public:
  explicit LossWatch(Duration wait) : wait_(wait) {}

  /// It was found at `now` that links are lost; possibly more of them, for which the wait begins
  /// anew.
  void on_loss(Instant now) { due_ = now + wait_; }
  [[nodiscard]] bool is_waiting() const { return due_.has_value(); }
  /// Whether to send them again: true once.
  [[nodiscard]] bool take_due(Instant now) {
    if (!due_ || now < *due_) return false;
    due_.reset();
    return true;
  }

 private:
  const Duration wait_;
  std::optional<Instant> due_;
};

}  // namespace fanfetch
