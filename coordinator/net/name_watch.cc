#include "coordinator/net/name_watch.h"

#include <poll.h>

#include <utility>

#include "common/event_loop.h"
#include "coordinator/process/stop_wait.h"

namespace fanfetch {
namespace {

constexpr int kJoinTimeoutMs = 1000;

}  // namespace

NameWatch::NameWatch(Look look, std::chrono::milliseconds interval)
    : shared_(new Shared{.look = std::move(look),
                         .interval = interval,
                         .stop = make_eventfd(),
                         .changed = make_eventfd(),
                         .done = make_eventfd()}),
      thread_([shared = shared_] {
        run(*shared);
        post_eventfd(shared->done.get());
      }) {}

NameWatch::~NameWatch() {
  post_eventfd(shared_->stop.get());
  pollfd done{.fd = shared_->done.get(), .events = POLLIN, .revents = 0};
  if (::poll(&done, 1, kJoinTimeoutMs) == 1) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

std::optional<SystemNames> NameWatch::take() {
  const std::lock_guard lock(shared_->mutex);
  return std::exchange(shared_->latest, std::nullopt);
}

void NameWatch::run(Shared& shared) {
  while (wait_unless_stopped(shared.stop.get(), shared.interval)) {
    auto names = shared.look();
    if (!names) continue;
    {
      const std::lock_guard lock(shared.mutex);
      shared.latest = std::move(names);
    }
    post_eventfd(shared.changed.get());
  }
}

}  // namespace fanfetch
