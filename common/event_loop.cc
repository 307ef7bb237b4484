#include "common/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace fanfetch {
namespace {

[[noreturn]] void throw_errno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

std::uint64_t pack(int fd, std::uint32_t generation) {
  return std::uint64_t{generation} << 32 | static_cast<std::uint32_t>(fd);
}

}  // namespace

EventLoop::EventLoop()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)), now_(std::chrono::steady_clock::now()) {
  if (!epoll_.valid()) throw_errno("epoll_create1");
}

void EventLoop::watch(int fd, std::uint32_t events, FdCallback callback) {
  if (const auto watched = try_watch(fd, events, std::move(callback)); !watched) {
    throw std::runtime_error(watched.error().message);
  }
}

Result<> EventLoop::try_watch(int fd, std::uint32_t events, FdCallback callback) {
  const auto index = static_cast<std::size_t>(fd);
  if (index >= watches_.size()) watches_.resize(index + 1);
  assert(!watches_[index]);
  auto watch = std::make_shared<Watch>(Watch{std::move(callback), next_generation_++});
  epoll_event event{.events = events, .data = {.u64 = pack(fd, watch->generation)}};
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    return fail("cannot watch a descriptor: {}", errno_text(errno));
  }
  watches_[index] = std::move(watch);
  return {};
}

void EventLoop::rewatch(int fd, std::uint32_t events) {
  const auto index = static_cast<std::size_t>(fd);
  if (index >= watches_.size() || !watches_[index]) return;
  const auto& watch = watches_[index];
  epoll_event event{.events = events, .data = {.u64 = pack(fd, watch->generation)}};
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) != 0) throw_errno("epoll_ctl mod");
}

void EventLoop::unwatch(int fd) {
  const auto index = static_cast<std::size_t>(fd);
  if (index >= watches_.size() || !watches_[index]) return;
  watches_[index].reset();
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

EventLoop::TimerKey EventLoop::call_at(Instant when, TimerCallback callback) {
  const TimerKey key{when, next_timer_++};
  timers_.emplace(key, std::move(callback));
  return key;
}

void EventLoop::cancel(TimerKey key) { timers_.erase(key); }

int EventLoop::timeout_ms() const {
  if (timers_.empty()) return -1;
  const auto left = timers_.begin()->first.first - std::chrono::steady_clock::now();
  // Rounded up: waking a millisecond early would make the loop spin.
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::clamp<std::int64_t>(ms, 0, 60'000));
}

void EventLoop::run_timers() {
  while (running_ && !timers_.empty() && timers_.begin()->first.first <= now_) {
    auto timer = timers_.extract(timers_.begin());
    timer.mapped()();
  }
}

void EventLoop::run(const std::function<void()>& after_batch) {
  running_ = true;
  std::array<epoll_event, 256> events;
  while (running_) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), timeout_ms());
    if (count < 0 && errno != EINTR) throw_errno("epoll_wait");
    now_ = std::chrono::steady_clock::now();
    for (int i = 0; i < count && running_; ++i) {
      const auto index = static_cast<std::size_t>(events[i].data.u64 & 0xffffffff);
      // A copy: the callback may unwatch itself. An earlier callback of this batch may have
      // unwatched the descriptor, and its number may already belong to another watch.
      const std::shared_ptr<Watch> watch = index < watches_.size() ? watches_[index] : nullptr;
      if (watch && watch->generation == events[i].data.u64 >> 32) watch->callback(events[i].events);
    }
    run_timers();
    if (running_) after_batch();
  }
}

Result<UniqueFd> open_eventfd() {
  UniqueFd fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!fd.valid()) return fail("cannot make an eventfd: {}", errno_text(errno));
  return fd;
}

UniqueFd make_eventfd() {
  auto fd = open_eventfd();
  if (!fd) throw std::runtime_error(fd.error().message);
  return std::move(*fd);
}

void post_eventfd(int fd) { ::eventfd_write(fd, 1); }

void drain_eventfd(int fd) {
  eventfd_t count = 0;
  ::eventfd_read(fd, &count);
}

}  // namespace fanfetch
