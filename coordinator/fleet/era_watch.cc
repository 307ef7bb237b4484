#include "coordinator/fleet/era_watch.h"

#include <utility>

namespace fanfetch {

void EraWatch::on_seen(const ServerId& server, const std::optional<Era>& recorded,
                       BootInstant now) {
  is_stale_ = false;
  if (seen_since_ && server == server_ && recorded == recorded_) return;
  server_ = server;
  recorded_ = recorded;
  seen_since_ = now;
}

std::optional<BootInstant> EraWatch::record_from() const {
  if (!seen_since_ || is_stale_ || may_take()) return std::nullopt;
  return opens() ? *seen_since_ + wait_ : *seen_since_;
}

Era EraWatch::to_record(std::string nonce) const {
  if (!opens()) return {.server = server_, .nonce = std::move(nonce), .is_open = false};
  Era era = *recorded_;
  era.is_open = true;
  return era;
}

}  // namespace fanfetch
