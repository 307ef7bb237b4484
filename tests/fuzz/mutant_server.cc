#include "tests/fuzz/mutant_server.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

namespace fanfetch::fuzz {
namespace {

constexpr int kBacklog = 4096;
constexpr std::string_view kGood = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood";

void watch(int epoll, int fd, std::uint32_t events, int how = EPOLL_CTL_ADD) {
  epoll_event event{.events = events, .data = {.fd = fd}};
  ::epoll_ctl(epoll, how, fd, &event);
}

}  // namespace

MutantServer::MutantServer(const std::vector<std::string>& mutants)
    : mutants_(mutants),
      requests_(mutants.size()),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      stop_event_(::eventfd(0, EFD_CLOEXEC)) {
  sockaddr_in name{};
  name.sin_family = AF_INET;  // any address, any port
  auto* generic = reinterpret_cast<sockaddr*>(&name);
  socklen_t size = sizeof name;
  if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), kBacklog) != 0 ||
      ::getsockname(listener_.get(), generic, &size) != 0) {
    throw std::system_error(errno, std::generic_category(), "listen");
  }
  port_ = ntohs(name.sin_port);
  watch(epoll_.get(), listener_.get(), EPOLLIN);
  watch(epoll_.get(), stop_event_.get(), EPOLLIN);
  thread_ = std::thread([this] { serve(); });
}

MutantServer::~MutantServer() {
  ::eventfd_write(stop_event_.get(), 1);
  thread_.join();
}

std::string MutantServer::url(std::size_t i, std::string_view kind) const {
  return fmt::format("http://127.2.{}.{}:{}/{}{}", i / 250, i % 250 + 1, port_, kind, i);
}

void MutantServer::serve() {
  std::array<epoll_event, 256> events;
  for (;;) {
    const int ready = ::epoll_wait(epoll_.get(), events.data(), events.size(), -1);
    for (int i = 0; i < ready; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd == stop_event_.get()) return;
      if (fd == listener_.get()) {
        accept_clients();
        continue;
      }
      const auto client = clients_.find(fd);
      if (client == clients_.end()) continue;
      const std::uint32_t what = events[static_cast<std::size_t>(i)].events;
      bool goes_on = true;
      if ((what & ~std::uint32_t{EPOLLOUT}) != 0) goes_on = receive(client->second);
      if (goes_on && (what & EPOLLOUT) != 0) goes_on = send(client->second);
      if (!goes_on) clients_.erase(client);
    }
  }
}

void MutantServer::accept_clients() {
  for (;;) {
    UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!fd.valid()) return;
    const int yes = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    watch(epoll_.get(), fd.get(), EPOLLIN);
    const int number = fd.get();
    clients_.insert_or_assign(number, Client{.fd = std::move(fd)});
  }
}

bool MutantServer::receive(Client& client) {
  std::array<char, 16384> buffer;
  const ssize_t got = ::recv(client.fd.get(), buffer.data(), buffer.size(), 0);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got == 0) return false;
  client.received.append(buffer.data(), static_cast<std::size_t>(got));
  const std::size_t end = client.received.find("\r\n\r\n");
  if (end == client.received.npos || client.ends) return true;
  const bool goes_on = respond(client);
  client.received.erase(0, end + 4);
  return goes_on;
}

bool MutantServer::respond(Client& client) {
  constexpr std::string_view kMutant = "GET /mutant";
  if (!client.received.starts_with(kMutant)) {
    client.to_send = kGood;
    return send(client);
  }
  std::size_t i = 0;
  const char* const begin = client.received.data();
  std::from_chars(begin + kMutant.size(), begin + client.received.size(), i);
  if (i >= mutants_.size()) return false;
  ++requests_[i];
  client.to_send = mutants_[i];
  client.ends = true;
  return send(client);
}

bool MutantServer::send(Client& client) {
  while (!client.to_send.empty()) {
    // In two pieces, wherever the first ends; the client may read them apart.
    const std::size_t piece = client.to_send.size() / 2 + 1;
    const ssize_t sent =
        ::send(client.fd.get(), client.to_send.data(), piece, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EAGAIN) {
      watch(epoll_.get(), client.fd.get(), EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
      return true;
    }
    if (sent < 0) return false;
    client.to_send.erase(0, static_cast<std::size_t>(sent));
  }
  watch(epoll_.get(), client.fd.get(), EPOLLIN, EPOLL_CTL_MOD);
  // What the client has sent is read, so that closing resets nothing.
  if (client.ends) ::shutdown(client.fd.get(), SHUT_WR);
  return true;
}

}  // namespace fanfetch::fuzz
