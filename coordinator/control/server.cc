#include "coordinator/control/server.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "coordinator/control/answer.h"

namespace fanfetch {
namespace {

/// Whom the run listens to: its user, and root.
bool may_steer(int fd) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == ::geteuid() || peer.uid == 0;
}

}  // namespace

ControlServer::ControlServer(EventLoop& loop, UniqueFd listener, LiveRun& run)
    : loop_(loop), listener_(std::move(listener)), run_(run) {
  loop_.watch(listener_.get(), EPOLLIN, [this](std::uint32_t) { accept_some(); });
}

ControlServer::~ControlServer() {
  while (!clients_.empty()) drop(clients_.begin());
  if (timer_) loop_.cancel(*timer_);
  if (rest_) loop_.cancel(*rest_);
  loop_.unwatch(listener_.get());
}

void ControlServer::accept_some() {
  for (int accepted = 0; accepted < kAcceptsPerTurn; ++accepted) {
    UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd.valid()) {
      add(std::move(fd));
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
      // Transfers need descriptors more than those who look on.
      return clients_.empty() ? rest() : drop_most_silent();
    } else if (errno != ECONNABORTED && errno != EINTR) {
      return;
    }
  }
}

/// Who waits to be let in stays in the kernel's queue, and would wake the loop without end.
void ControlServer::rest() {
  loop_.rewatch(listener_.get(), 0);
  rest_ = loop_.call_at(loop_.now() + kRest, [this] {
    rest_.reset();
    loop_.rewatch(listener_.get(), EPOLLIN);
  });
}

void ControlServer::add(UniqueFd fd) {
  if (clients_.size() >= kMaxClients) drop_most_silent();
  const int number = fd.get();
  const auto watched =
      loop_.try_watch(number, EPOLLIN, [this, number](std::uint32_t) { serve(number); });
  if (!watched) return;
  Client& client = clients_.try_emplace(number, Client{std::move(fd), ControlSession(loop_.now())})
                       .first->second;
  if (!may_steer(number)) {
    client.session.refuse(
        refusal(Refusal::not_allowed, "the run belongs to another user, and obeys root besides"));
    return serve(number);
  }
  arm();
}

void ControlServer::serve(int fd) {
  const auto found = clients_.find(fd);
  if (found == clients_.end()) return;
  Client& client = found->second;
  if (!write_to(client) || !read_from(client)) return drop(found);
  const bool answered = client.session.answer_next(run_);
  if (!write_to(client) || client.session.is_over()) return drop(found);
  if (client.ended && !answered && client.session.unsent().empty()) return drop(found);
  watch_for(client);
  // One request at a time: more of them may have come at once, and no event will tell.
  if (answered && client.session.unsent().empty() && !client.again) {
    client.again = loop_.call_at(loop_.now() + std::chrono::milliseconds(1), [this, fd] {
      const auto still = clients_.find(fd);
      if (still == clients_.end()) return;
      still->second.again.reset();
      serve(fd);
    });
  }
  arm();
}

/// False: it is gone.
bool ControlServer::read_from(Client& client) {
  std::array<char, 16 * 1024> buffer;
  const std::size_t most = std::min(buffer.size(), client.session.room());
  if (most == 0) return true;
  const ssize_t count = ::recv(client.fd.get(), buffer.data(), most, 0);
  if (count > 0) {
    client.session.received({buffer.data(), static_cast<std::size_t>(count)}, loop_.now());
    return true;
  }
  client.ended = client.ended || count == 0;
  return count == 0 || errno == EAGAIN || errno == EINTR;
}

/// False: it is gone.
bool ControlServer::write_to(Client& client) {
  const std::string_view unsent = client.session.unsent();
  if (unsent.empty()) return true;
  const ssize_t count = ::send(client.fd.get(), unsent.data(), unsent.size(), MSG_NOSIGNAL);
  if (count >= 0) {
    client.session.sent(static_cast<std::size_t>(count), loop_.now());
    return true;
  }
  return errno == EAGAIN || errno == EINTR;
}

void ControlServer::watch_for(Client& client) {
  loop_.rewatch(client.fd.get(), client.session.unsent().empty() ? EPOLLIN : EPOLLOUT);
}

void ControlServer::drop(Clients::iterator client) {
  if (client->second.again) loop_.cancel(*client->second.again);
  loop_.unwatch(client->first);
  clients_.erase(client);
}

void ControlServer::drop_most_silent() {
  drop(std::ranges::min_element(
      clients_, {}, [](const auto& client) { return client.second.session.heard_at(); }));
}

void ControlServer::drop_overdue() {
  for (auto client = clients_.begin(); client != clients_.end();) {
    const auto next = std::next(client);
    if (client->second.session.due() <= loop_.now()) drop(client);
    client = next;
  }
}

/// A timer for all: a second more or less does not matter.
void ControlServer::arm() {
  if (timer_ || clients_.empty()) return;
  timer_ = loop_.call_at(loop_.now() + std::chrono::seconds(1), [this] {
    timer_.reset();
    drop_overdue();
    arm();
  });
}

}  // namespace fanfetch
