#pragma once

#include "common/boot_clock.h"
#include "coordinator/link/link.h"

namespace fanfetch {

/// Which links may be asked for at the moment, where that is not the run's alone to say. The real
/// one is FleetNode, whose hosts may become another node's. Thread: the loop's.
struct LinkGuard {
  virtual ~LinkGuard() = default;

  /// A request for the link is about to begin. False: it does not, and the link is skipped. True:
  /// on_back() follows once nothing moves for it any more.
  [[nodiscard]] virtual bool may_begin(const Link& link) = 0;
  virtual void on_back(const Link& link) = 0;
  /// When the transfer that has begun for it has to have ended; it may change while that runs.
  [[nodiscard]] virtual BootInstant stop_by(const Link& link) const = 0;
};

}  // namespace fanfetch
