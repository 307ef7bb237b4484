#include "tests/support/fault_origin.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "tests/support/throw_errno.h"

namespace fanfetch::support {
namespace {

constexpr int kBacklog = 1024;

std::string_view without_query(std::string_view path) { return path.substr(0, path.find('?')); }

bool is_for(const Request& request, std::string_view path) {
  return path.empty() || request.path == path || without_query(request.path) == path;
}

}  // namespace

FaultOrigin::FaultOrigin(const std::string& address)
    : address_(address), stop_event_(::eventfd(0, EFD_CLOEXEC)) {
  const bool v6 = address.find(':') != std::string::npos;
  sockaddr_in6 name{};  // the port has the same offset in both families
  auto* v4_name = reinterpret_cast<sockaddr_in*>(&name);
  name.sin6_family = v6 ? AF_INET6 : AF_INET;
  void* bytes = v6 ? static_cast<void*>(&name.sin6_addr) : &v4_name->sin_addr;
  if (::inet_pton(name.sin6_family, address.c_str(), bytes) != 1) throw_errno("inet_pton");
  listener_.reset(::socket(name.sin6_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  socklen_t size = v6 ? sizeof name : sizeof *v4_name;
  auto* generic = reinterpret_cast<sockaddr*>(&name);
  if (::bind(listener_.get(), generic, size) != 0) throw_errno("bind");
  if (::listen(listener_.get(), kBacklog) != 0) throw_errno("listen");
  if (::getsockname(listener_.get(), generic, &size) != 0) throw_errno("getsockname");
  port_ = ntohs(name.sin6_port);
  accept_thread_ = std::thread([this] { accept_clients(); });
}

FaultOrigin::~FaultOrigin() { stop(); }

void FaultOrigin::stop() {
  ::eventfd_write(stop_event_.get(), 1);  // never drained, so that every wait sees it
  if (!accept_thread_.joinable()) return;
  accept_thread_.join();
  for (Client& client : clients_) client.thread.join();
  clients_.clear();
  listener_.reset();
}

void FaultOrigin::serve(const std::string& path, Reply reply) {
  serve(path, [reply = std::move(reply)](Connection& connection, const Request& request) {
    answer(connection, request, reply);
  });
}

void FaultOrigin::serve(const std::string& path, Handler handler) {
  const std::lock_guard lock(mutex_);
  routes_[path] = std::move(handler);
}

void FaultOrigin::serve_in_turn(const std::string& path, std::vector<Reply> replies) {
  auto next = std::make_shared<std::atomic<std::size_t>>(0);
  serve(path, [next, replies = std::move(replies)](Connection& connection, const Request& request) {
    const std::size_t turn = std::min(next->fetch_add(1), replies.size() - 1);
    answer(connection, request, replies[turn]);
  });
}

void FaultOrigin::serve_rest(Handler handler) {
  const std::lock_guard lock(mutex_);
  rest_ = std::move(handler);
}

std::string FaultOrigin::url(std::string_view path) const {
  const bool v6 = address_.find(':') != std::string::npos;
  return fmt::format("http://{}:{}{}", v6 ? '[' + address_ + ']' : address_, port_, path);
}

std::vector<Request> FaultOrigin::requests(std::string_view path) const {
  const std::lock_guard lock(mutex_);
  std::vector<Request> found;
  for (const Request& request : log_) {
    if (is_for(request, path)) found.push_back(request);
  }
  return found;
}

std::size_t FaultOrigin::count_locked(std::string_view path) const {
  return static_cast<std::size_t>(std::count_if(
      log_.begin(), log_.end(), [path](const Request& request) { return is_for(request, path); }));
}

std::size_t FaultOrigin::count(std::string_view path) const {
  const std::lock_guard lock(mutex_);
  return count_locked(path);
}

std::size_t FaultOrigin::at_once() const {
  const std::lock_guard lock(mutex_);
  return at_once_;
}

std::size_t FaultOrigin::most_at_once() const {
  const std::lock_guard lock(mutex_);
  return most_at_once_;
}

std::size_t FaultOrigin::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

bool FaultOrigin::wait_for_count(std::string_view path, std::size_t wanted,
                                 std::chrono::milliseconds limit) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, limit, [&] { return count_locked(path) >= wanted; });
}

bool FaultOrigin::wait_for_at_once(std::size_t wanted, std::chrono::milliseconds limit) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, limit, [&] { return at_once_ >= wanted; });
}

void FaultOrigin::accept_clients() {
  for (;;) {
    pollfd fds[] = {{stop_event_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    if (::poll(fds, 2, -1) < 0 && errno != EINTR) return;
    if (fds[0].revents != 0) return;
    if (fds[1].revents == 0) continue;
    UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket.valid()) continue;
    const int yes = 1;  // each piece is sent when the fault says so
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    std::erase_if(clients_, [](Client& client) {
      if (!client.done) return false;
      client.thread.join();
      return true;
    });
    std::uint64_t id = 0;
    {
      const std::lock_guard lock(mutex_);
      id = ++connections_;
    }
    Client& client = clients_.emplace_back();
    client.thread = std::thread(
        [this, &client](Connection connection) {
          serve_client(std::move(connection));
          client.done = true;
        },
        Connection(std::move(socket), stop_event_.get(), id));
  }
}

void FaultOrigin::serve_client(Connection connection) {
  while (const auto request = connection.read_request()) {
    Handler handler;
    {
      const std::lock_guard lock(mutex_);
      log_.push_back(*request);
      most_at_once_ = std::max(most_at_once_, ++at_once_);
      handler = handler_for(*request);
    }
    changed_.notify_all();
    connection.when_answered([this] {
      const std::lock_guard lock(mutex_);
      --at_once_;
    });
    handler(connection, *request);
    connection.mark_answered();
    if (!connection.is_open() || connection.last_answer()) break;
  }
  connection.close();
}

FaultOrigin::Handler FaultOrigin::handler_for(const Request& request) const {
  for (const std::string_view key : {std::string_view(request.path), without_query(request.path)}) {
    if (const auto route = routes_.find(key); route != routes_.end()) return route->second;
  }
  if (rest_) return rest_;
  return
      [](Connection& connection, const Request& asked) { answer(connection, asked, status(404)); };
}

}  // namespace fanfetch::support
