#include "tests/support/unruly_relay.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

#include "common/event_loop.h"
#include "tests/support/loopback.h"

namespace fanfetch::support {
namespace {

using Clock = std::chrono::steady_clock;

UniqueFd connect_to(const std::string& address, std::uint16_t port) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in there{};
  there.sin_family = AF_INET;
  there.sin_port = htons(port);
  ::inet_pton(AF_INET, address.c_str(), &there.sin_addr);
  const auto* generic = reinterpret_cast<const sockaddr*>(&there);
  if (::connect(socket.get(), generic, sizeof there) != 0) return {};
  return socket;
}

/// Bytes on their way, and when they arrive.
struct OnTheWay {
  Clock::time_point due;
  int to;
  std::string bytes;
};

/// For poll(): until then, and never earlier.
int time_until(std::optional<Clock::time_point> due) {
  if (!due) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*due - Clock::now());
  return static_cast<int>(std::max<std::chrono::milliseconds::rep>(left.count(), 0));
}

}  // namespace

UnrulyRelay::UnrulyRelay(std::string address, std::uint16_t port)
    : address_(std::move(address)),
      server_port_(port),
      listener_(listen_on_loopback(port_)),
      stop_event_(::eventfd(0, EFD_CLOEXEC)),
      accept_thread_([this] { accept_clients(); }) {}

UnrulyRelay::~UnrulyRelay() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
    for (const int socket : open_)
      ::shutdown(socket, SHUT_RDWR);  // whoever waits to send waits no more
  }
  thawed_.notify_all();
  post_eventfd(stop_event_.get());
  accept_thread_.join();
  for (std::thread& client : clients_) client.join();
}

void UnrulyRelay::cut(std::string text, unsigned times) {
  const std::lock_guard lock(mutex_);
  text_ = std::move(text);
  left_ = times;
}

void UnrulyRelay::cut_all() {
  const std::lock_guard lock(mutex_);
  for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
}

void UnrulyRelay::freeze() {
  const std::lock_guard lock(mutex_);
  is_frozen_ = true;
}

void UnrulyRelay::thaw() {
  {
    const std::lock_guard lock(mutex_);
    is_frozen_ = false;
  }
  thawed_.notify_all();
}

bool UnrulyRelay::wait_for_thaw() {
  std::unique_lock lock(mutex_);
  thawed_.wait(lock, [this] { return !is_frozen_ || is_over_; });
  return !is_over_;
}

void UnrulyRelay::accept_clients() {
  for (;;) {
    UniqueFd client = accept_unless(listener_.get(), stop_event_.get());
    if (!client.valid()) return;
    clients_.emplace_back([this, client = std::move(client)] {
      const UniqueFd server = connect_to(address_, server_port_);
      if (!server.valid()) return;
      std::unique_lock lock(mutex_);
      const auto at = open_.insert(open_.end(), {client.get(), server.get()});
      lock.unlock();
      serve(client.get(), server.get());
      lock.lock();
      open_.erase(at, std::next(at, 2));
    });
  }
}

void UnrulyRelay::serve(int client, int server) {
  std::string buffer(256 * 1024, '\0');
  std::deque<OnTheWay> on_the_way;  // of both directions, as they are to arrive
  for (;;) {
    pollfd waited[] = {{.fd = client, .events = POLLIN, .revents = 0},
                       {.fd = server, .events = POLLIN, .revents = 0},
                       {.fd = stop_event_.get(), .events = POLLIN, .revents = 0}};
    const auto due = on_the_way.empty() ? std::nullopt : std::optional(on_the_way.front().due);
    if (::poll(waited, 3, time_until(due)) < 0 || waited[2].revents != 0) return;
    if (!wait_for_thaw()) return;
    for (const int side : {0, 1}) {
      if (waited[side].revents == 0) continue;
      const ssize_t got = ::recv(waited[side].fd, buffer.data(), buffer.size(), 0);
      if (got <= 0) return;
      std::string bytes(buffer.data(), static_cast<std::size_t>(got));
      if (side == 1 && is_to_be_cut(bytes)) return;
      const Clock::time_point arrives = Clock::now() + delay_.load();
      // The delay may have become shorter meanwhile: nothing overtakes what was sent before.
      on_the_way.push_back({on_the_way.empty() ? arrives : std::max(arrives, on_the_way.back().due),
                            side == 1 ? client : server, std::move(bytes)});
    }
    for (; !on_the_way.empty() && on_the_way.front().due <= Clock::now(); on_the_way.pop_front()) {
      if (!send_all(on_the_way.front().to, on_the_way.front().bytes)) return;
    }
  }
}

bool UnrulyRelay::is_to_be_cut(std::string_view answer) {
  const std::lock_guard lock(mutex_);
  if (left_ == 0 || answer.find(text_) == answer.npos) return false;
  --left_;
  return true;
}

}  // namespace fanfetch::support
