#include "worker/transport/direct/connection.h"

#include <sys/epoll.h>

#include <utility>

namespace fanfetch {

Connection::Connection(EventLoop& loop, std::string key, CurlEasy easy, CurlMulti& multi, bool tls)
    : loop_(loop), key_(std::move(key)), bytes_(std::move(easy), multi, tls) {}

bool Connection::watch(Interest interest) {
  const std::uint32_t events =
      EPOLLIN | EPOLLRDHUP | (interest == Interest::read_and_write ? EPOLLOUT : 0U);
  if (events == events_) return true;
  if (events_ != 0) {
    loop_.rewatch(bytes_.fd(), events);
  } else if (!loop_.try_watch(bytes_.fd(), events,
                              [this](std::uint32_t ready) { user_->on_ready(*this, ready); })) {
    return false;
  }
  events_ = events;
  return true;
}

void Connection::pause() {
  if (events_ == 0) return;
  loop_.unwatch(bytes_.fd());
  events_ = 0;
}

}  // namespace fanfetch
