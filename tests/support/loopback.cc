#include "tests/support/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace fanfetch::support {
namespace {

constexpr int kLoopbackBacklog = 128;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return name;
}

}  // namespace

UniqueFd listen_on_loopback(std::uint16_t& port) {
  UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in name = loopback(0);
  socklen_t size = sizeof name;
  auto* generic = reinterpret_cast<sockaddr*>(&name);
  if (::bind(listener.get(), generic, size) != 0 ||
      ::listen(listener.get(), kLoopbackBacklog) != 0 ||
      ::getsockname(listener.get(), generic, &size) != 0) {
    throw std::system_error(errno, std::generic_category(), "listen on loopback");
  }
  port = ntohs(name.sin_port);
  return listener;
}

UniqueFd connect_to_loopback(std::uint16_t port) {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in name = loopback(port);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) fd.reset();
  return fd;
}

int wait_for_either(int one, int other, int stop_fd) {
  pollfd fds[] = {{stop_fd, POLLIN, 0}, {one, POLLIN, 0}, {other, POLLIN, 0}};
  while (::poll(fds, 3, -1) < 0) {
    if (errno != EINTR) return -1;
  }
  if (fds[0].revents != 0) return -1;
  return fds[1].revents != 0 ? one : other;
}

UniqueFd accept_unless(int listener, int stop_fd) {
  for (;;) {
    if (wait_for_either(listener, -1, stop_fd) != listener) return UniqueFd();
    UniqueFd client(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
    if (client.valid()) return client;
  }
}

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void carry(int one, int other, int stop_fd) {
  char buffer[16384];
  for (;;) {
    const int from = wait_for_either(one, other, stop_fd);
    if (from < 0) return;
    const ssize_t got = ::recv(from, buffer, sizeof buffer, 0);
    const int to = from == one ? other : one;
    if (got <= 0 || !send_all(to, {buffer, static_cast<std::size_t>(got)})) return;
  }
}

}  // namespace fanfetch::support
