#include "coordinator/process/wall_alarm.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <utility>

namespace fanfetch {

WallAlarm::WallAlarm(EventLoop& loop, std::function<void()> on_time)
    : loop_(loop), on_time_(std::move(on_time)) {}

WallAlarm::~WallAlarm() {
  if (look_) loop_.cancel(*look_);
  if (timer_.valid()) loop_.unwatch(timer_.get());
}

void WallAlarm::set(std::optional<WallTime> when) {
  if (look_) loop_.cancel(*std::exchange(look_, std::nullopt));
  if (!when && !timer_.valid()) return;
  itimerspec setting{};
  if (when) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*when);
    setting.it_value.tv_sec = seconds.time_since_epoch().count();
  }
  constexpr int kFlags = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;
  const bool is_set = open() && ::timerfd_settime(timer_.get(), kFlags, &setting, nullptr) == 0;
  if (when && !is_set) look_later();
}

/// False: there is no descriptor, or no memory to watch it.
bool WallAlarm::open() {
  if (timer_.valid()) return true;
  UniqueFd timer(::timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC));
  if (!timer.valid()) return false;
  if (!loop_.try_watch(timer.get(), EPOLLIN, [this](std::uint32_t) { on_timer(); })) return false;
  timer_ = std::move(timer);
  return true;
}

void WallAlarm::on_timer() {
  std::uint64_t expirations = 0;
  const ssize_t count = ::read(timer_.get(), &expirations, sizeof expirations);
  // ECANCELED: the clock was set.
  if (count > 0 || errno == ECANCELED) on_time_();
}

void WallAlarm::look_later() {
  look_ = loop_.call_at(loop_.now() + kLook, [this] {
    look_.reset();
    on_time_();
  });
}

}  // namespace fanfetch
