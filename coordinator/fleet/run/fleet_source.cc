#include "coordinator/fleet/run/fleet_source.h"

#include <poll.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace fanfetch {

void FleetDoor::push(std::vector<ListedItem> items) {
  const std::lock_guard lock(mutex_);
  if (closed_ || items.empty()) return;
  if (items_.empty()) {
    items_ = std::move(items);
    post_eventfd(filled_.get());
  } else {
    std::ranges::move(items, std::back_inserter(items_));
  }
}

void FleetDoor::close(std::optional<Error> why) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(closed_, true)) return;
  why_ = std::move(why);
  post_eventfd(filled_.get());
}

FleetDoor::Taken FleetDoor::take_all() {
  drain_eventfd(filled_.get());
  const std::lock_guard lock(mutex_);
  return {.items = std::exchange(items_, {}), .is_closed = closed_, .why = why_};
}

Result<std::optional<ListedItem>> FleetSource::next() {
  for (;;) {
    if (next_ < taken_.items.size()) return std::optional(std::move(taken_.items[next_++]));
    if (taken_.is_closed && taken_.why) return tl::unexpected(*taken_.why);
    if (taken_.is_closed) return std::nullopt;
    taken_ = door_.take_all();
    next_ = 0;
    if (!taken_.items.empty() || taken_.is_closed) continue;
    before_waiting_();
    pollfd waited[] = {{.fd = door_.filled_fd(), .events = POLLIN, .revents = 0},
                       {.fd = stop_fd_, .events = POLLIN, .revents = 0}};
    (void)::poll(waited, 2, -1);
    if ((waited[1].revents & POLLIN) != 0) return std::nullopt;
  }
}

}  // namespace fanfetch
