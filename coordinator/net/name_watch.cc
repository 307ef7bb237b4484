#include "coordinator/net/name_watch.h"

#include <utility>

#include "common/event_loop.h"
#include "coordinator/process/stop_wait.h"

namespace fanfetch {

NameWatch::NameWatch(NameFiles files, std::chrono::milliseconds interval)
    : files_(std::move(files)),
      interval_(interval),
      stop_(make_eventfd()),
      changed_(make_eventfd()),
      thread_([this] { run(); }) {}

NameWatch::~NameWatch() {
  post_eventfd(stop_.get());
  thread_.join();
}

std::optional<SystemNames> NameWatch::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(latest_, std::nullopt);
}

void NameWatch::run() {
  while (wait_unless_stopped(stop_.get(), interval_)) {
    auto names = files_.read_if_changed();
    if (!names) continue;
    {
      const std::lock_guard lock(mutex_);
      latest_ = std::move(names);
    }
    post_eventfd(changed_.get());
  }
}

}  // namespace fanfetch
