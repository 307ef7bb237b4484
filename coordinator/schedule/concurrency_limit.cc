#include "coordinator/schedule/concurrency_limit.h"

#include <algorithm>

namespace fanfetch {

ConcurrencyLimit::ConcurrencyLimit(unsigned allowed, bool adapts)
    : adapts_(adapts),
      limit_(adapts ? std::max(1u, allowed / 4) : allowed),
      ceiling_(allowed),
      knee_(limit_, allowed) {}

void ConcurrencyLimit::allow(unsigned allowed) {
  if (allowed <= ceiling_.allowed()) return;
  ceiling_.allow(allowed);
  knee_.allow(allowed);
  if (!adapts_) limit_ = allowed;
}

unsigned ConcurrencyLimit::goal() const { return std::min(knee_.level(), ceiling_.cap()); }

void ConcurrencyLimit::on_healthy(Instant began, unsigned at_start, unsigned at_end, double work,
                                  Instant now) {
  if (!adapts_) return;
  ceiling_.on_healthy(at_start);
  // Responses that come in one batch count as many requests as the first of them finds in flight.
  if (began > round_began_) {
    round_began_ = now;
    peak_ = 0;
  }
  peak_ = std::max({peak_, at_start, at_end});

  const bool in_use = 2 * peak_ > limit_;
  if (limit_ < goal() && in_use) ++limit_;
  if (limit_ > goal()) limit_ = goal();
  if (limit_ == goal()) knee_.on_level_reached(now);
  if (ceiling_.is_known() && limit_ >= ceiling_.cap()) ceiling_.raise_when_calm(now);

  const double seconds = std::chrono::duration<double>(now - began).count();
  const bool level_changed =
      knee_.measure({.began = began, .concurrent = peak_, .work = work, .seconds = seconds}, limit_,
                    ceiling_.cap(), now);
  if (!level_changed) return;
  limit_ = std::min(limit_, goal());
  peak_ = 0;  // of a number that is no longer in use
}

void ConcurrencyLimit::halve() {
  if (!adapts_) return;
  limit_ = std::max(1u, limit_ / 2);
  knee_.on_limit_halved();
}

void ConcurrencyLimit::on_refused(unsigned concurrent, Instant now) {
  if (!adapts_) return;
  ceiling_.on_refused(concurrent, now);
  limit_ = std::min(limit_, ceiling_.cap());
}

void ConcurrencyLimit::on_refused_too(unsigned concurrent) {
  if (!adapts_) return;
  ceiling_.on_refused_too(concurrent);
  limit_ = std::min(limit_, ceiling_.cap());
}

}  // namespace fanfetch
