#include "worker/transport/loop_multi.h"

#include <sys/epoll.h>

namespace fanfetch {
namespace {

std::uint32_t to_epoll(CurlEvents::Interest interest) {
  switch (interest) {
    case CurlEvents::Interest::read: return EPOLLIN;
    case CurlEvents::Interest::write: return EPOLLOUT;
    case CurlEvents::Interest::both: break;
  }
  return EPOLLIN | EPOLLOUT;
}

}  // namespace

void LoopMulti::watch(int fd, Interest interest) noexcept {
  // Where the kernel has no room for it, libcurl waits in vain, and its time-out ends the transfer.
  (void)loop_.try_watch(fd, to_epoll(interest), [this, fd](std::uint32_t events) {
    multi_.on_ready(fd, {.read = (events & (EPOLLIN | EPOLLHUP)) != 0,
                         .write = (events & EPOLLOUT) != 0,
                         .error = (events & EPOLLERR) != 0});
  });
}

void LoopMulti::rewatch(int fd, Interest interest) noexcept {
  loop_.rewatch(fd, to_epoll(interest));
}

void LoopMulti::unwatch(int fd) noexcept { loop_.unwatch(fd); }

void LoopMulti::set_timer(std::optional<std::chrono::milliseconds> time) noexcept {
  loop_.cancel(timer_);
  if (time) timer_ = loop_.call_at(loop_.now() + *time, [this] { multi_.on_timer(); });
}

}  // namespace fanfetch
