#include "coordinator/commands/web/clients.h"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace fanfetch {

Clients::Clients(EventLoop& loop, const Listener& listener, Serve serve)
    : loop_(loop), listener_(listener), serve_(std::move(serve)), gone_event_(make_eventfd()) {
  loop_.watch(gone_event_.get(), EPOLLIN, [this](std::uint32_t) { join_gone(); });
  listen();
}

Clients::~Clients() {
  loop_.unwatch(gone_event_.get());
  if (rest_) loop_.cancel(*rest_);
  stop_listening();
  for (const auto& client : clients_) client->connection.cut();
  for (const auto& client : clients_) client->thread.join();
}

void Clients::listen() {
  if (std::exchange(listens_, true)) return;
  loop_.watch(listener_.fd(), EPOLLIN, [this](std::uint32_t) { accept_some(); });
}

void Clients::stop_listening() {
  if (std::exchange(listens_, false)) loop_.unwatch(listener_.fd());
}

void Clients::accept_some() {
  if (clients_.size() >= kMost) return make_room();
  auto fd = listener_.accept();
  if (!fd) {
    const int error = fd.error();
    if (error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS) rest();
    return;
  }
  auto& client = clients_.emplace_back(std::make_unique<Client>(std::move(*fd)));
  try {
    client->thread = std::thread([this, one = client.get()] {
      serve_(one->connection);
      const std::lock_guard lock(mutex_);
      gone_.push_back(one);
      post_eventfd(gone_event_.get());
    });
  } catch (const std::system_error&) {
    clients_.pop_back();  // no thread is to be had: the browser tries again
  }
}

/// Who waits to be let in stays in the kernel's queue, and would wake the loop without end.
void Clients::rest() {
  stop_listening();
  if (rest_) loop_.cancel(*rest_);
  rest_ = loop_.call_at(loop_.now() + kRest, [this] {
    rest_.reset();
    if (clients_.size() < kMost) listen();
  });
}

void Clients::make_room() {
  const auto longest = std::ranges::min_element(
      clients_, {}, [](const auto& client) { return client->connection.waits_since(); });
  if ((*longest)->connection.waits_since() != Instant::max()) (*longest)->connection.cut();
  stop_listening();  // until one has gone
}

void Clients::join_gone() {
  drain_eventfd(gone_event_.get());
  std::vector<const Client*> gone;
  {
    const std::lock_guard lock(mutex_);
    gone.swap(gone_);
  }
  for (const Client* one : gone) {
    const auto found = std::ranges::find(
        clients_, one, [](const auto& client) { return static_cast<const Client*>(client.get()); });
    (*found)->thread.join();
    clients_.erase(found);
  }
  if (clients_.size() < kMost) listen();
}

}  // namespace fanfetch
