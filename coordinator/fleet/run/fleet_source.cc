#include "coordinator/fleet/run/fleet_source.h"

#include <poll.h>

#include <utility>

namespace fanfetch {

void FleetDoor::push(ListedItem item) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  items_.push_back(std::move(item));
  if (items_.size() == 1) post_eventfd(filled_.get());
}

void FleetDoor::close(std::optional<Error> why) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(closed_, true)) return;
  why_ = std::move(why);
  post_eventfd(filled_.get());
}

std::optional<Result<std::optional<ListedItem>>> FleetDoor::take() {
  const std::lock_guard lock(mutex_);
  if (!items_.empty()) {
    ListedItem item = std::move(items_.front());
    items_.pop_front();
    return Result<std::optional<ListedItem>>(std::move(item));
  }
  if (!closed_) {
    drain_eventfd(filled_.get());
    return std::nullopt;
  }
  if (why_) return Result<std::optional<ListedItem>>(tl::unexpected(*why_));
  return Result<std::optional<ListedItem>>(std::nullopt);
}

Result<std::optional<ListedItem>> FleetSource::next() {
  for (;;) {
    if (auto taken = door_.take()) return std::move(*taken);
    before_waiting_();
    pollfd waited[] = {{.fd = door_.filled_fd(), .events = POLLIN, .revents = 0},
                       {.fd = stop_fd_, .events = POLLIN, .revents = 0}};
    (void)::poll(waited, 2, -1);
    if ((waited[1].revents & POLLIN) != 0) return std::nullopt;
  }
}

}  // namespace fanfetch
