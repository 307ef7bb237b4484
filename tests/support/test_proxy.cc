#include "tests/support/test_proxy.h"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "tests/support/loopback.h"

namespace fanfetch::support {
namespace {

using namespace std::string_literals;

/// Reads exactly that many bytes; fewer if the client is gone.
std::string take(int fd, std::size_t count) {
  std::string bytes(count, '\0');
  const ssize_t got = ::recv(fd, bytes.data(), count, MSG_WAITALL);
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

std::size_t take_byte(int fd) {
  const std::string byte = take(fd, 1);
  return byte.empty() ? 0 : static_cast<unsigned char>(byte[0]);
}

/// Reads up to and including `end`; returns what precedes it.
std::string take_until(int fd, std::string_view end) {
  std::string text;
  while (!text.ends_with(end)) {
    const std::string byte = take(fd, 1);
    if (byte.empty()) break;
    text += byte;
  }
  text.resize(text.size() - std::min(text.size(), end.size()));
  return text;
}

std::uint16_t take_port(int fd) {
  const std::size_t high = take_byte(fd);
  return static_cast<std::uint16_t>(high << 8 | take_byte(fd));
}

std::string dotted(const std::string& bytes) {
  std::string text;
  for (const char byte : bytes) {
    text += fmt::format("{}{}", text.empty() ? "" : ".", static_cast<unsigned char>(byte));
  }
  return text;
}

}  // namespace

TestProxy::TestProxy(std::uint16_t server_port, Setup setup)
    : setup_(std::move(setup)),
      server_port_(server_port),
      listener_(listen_on_loopback(port_)),
      stop_event_(::eventfd(0, EFD_CLOEXEC)) {
  accept_thread_ = std::thread([this] { accept_clients(); });
}

TestProxy::~TestProxy() {
  ::eventfd_write(stop_event_.get(), 1);
  accept_thread_.join();
  for (std::thread& client : clients_) client.join();
}

std::string TestProxy::url(const std::string& scheme, const std::string& login) const {
  return fmt::format("{}://{}{}127.0.0.1:{}", scheme, login, login.empty() ? "" : "@", port_);
}

std::vector<TestProxy::Asked> TestProxy::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

void TestProxy::accept_clients() {
  for (;;) {
    UniqueFd client = accept_unless(listener_.get(), stop_event_.get());
    if (!client.valid()) return;
    clients_.emplace_back([this](UniqueFd fd) { serve(fd.get()); }, std::move(client));
  }
}

void TestProxy::serve(int client) {
  const timeval patience{10, 0};  // for a client that stops in the middle of its request
  ::setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  char first = 0;
  if (wait_for_either(client, -1, stop_event_.get()) < 0 ||
      ::recv(client, &first, 1, MSG_PEEK) != 1) {
    return;
  }
  Asked asked;
  bool open = true;
  if (first == 5) {
    open = open_socks5(client, asked);
  } else if (first == 4) {
    open = open_socks4(client, asked);
  } else if (first == 'C') {
    open = open_tunnel(client, asked);
  }
  if (!asked.how.empty()) {
    const std::lock_guard lock(mutex_);
    asked_.push_back(std::move(asked));
  }
  const UniqueFd server = open ? connect_to_loopback(server_port_) : UniqueFd();
  if (!server.valid()) return;
  if (first == 5) send_all(client, "\5\0\0\1\0\0\0\0\0\0"s);
  if (first == 4) send_all(client, "\0\x5a\0\0\0\0\0\0"s);
  if (first == 'C') send_all(client, "HTTP/1.1 200 Connected\r\n\r\n");
  carry(client, server.get(), stop_event_.get());
}

bool TestProxy::open_socks5(int client, Asked& asked) {
  asked.how = "socks5";
  (void)take(client, 1);
  const std::string methods = take(client, take_byte(client));
  const char wanted = setup_.login.empty() ? 0 : 2;
  const bool offered = methods.find(wanted) != std::string::npos;
  send_all(client, {offered ? "\5"s + wanted : "\5\xff"s});
  if (!offered || (wanted == 2 && !let_in(client, asked))) return false;
  const std::string head = take(client, 4);
  const char kind = head.size() == 4 ? head[3] : '\0';
  asked.host = kind == 3   ? take(client, take_byte(client))
               : kind == 1 ? dotted(take(client, 4))
                           : take(client, 16);
  asked.port = take_port(client);
  if (setup_.socks_reply == 0) return true;
  send_all(client, "\5"s + static_cast<char>(setup_.socks_reply) + "\0\1\0\0\0\0\0\0"s);
  return false;
}

/// RFC 1929.
bool TestProxy::let_in(int client, Asked& asked) {
  (void)take(client, 1);
  asked.login = take(client, take_byte(client));
  asked.login += ':' + take(client, take_byte(client));
  const bool known = asked.login == setup_.login;
  send_all(client, known ? "\1\0"s : "\1\1"s);
  return known;
}

bool TestProxy::open_socks4(int client, Asked& asked) {
  asked.how = "socks4";
  (void)take(client, 2);
  asked.port = take_port(client);
  const std::string address = take(client, 4);
  asked.login = take_until(client, "\0"s);
  const bool by_name = address.starts_with("\0\0\0"s);  // SOCKS4a
  asked.host = by_name ? take_until(client, "\0"s) : dotted(address);
  if (setup_.socks_reply == 0) return true;
  send_all(client, "\0\x5b\0\0\0\0\0\0"s);
  return false;
}

bool TestProxy::open_tunnel(int client, Asked& asked) {
  asked.how = "connect";
  asked.head = take_until(client, "\r\n\r\n");
  const std::string target = asked.head.substr(8, asked.head.find(' ', 8) - 8);
  asked.host = target.substr(0, target.rfind(':'));
  asked.port = static_cast<std::uint16_t>(std::stoul(target.substr(target.rfind(':') + 1)));
  static constexpr std::string_view kLogin = "Proxy-Authorization: ";
  if (const auto at = asked.head.find(kLogin); at != std::string::npos) {
    const auto begin = at + kLogin.size();
    asked.login = asked.head.substr(begin, asked.head.find("\r\n", begin) - begin);
  }
  if (setup_.connect_status == 200) return true;
  send_all(client, fmt::format("HTTP/1.1 {} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                               setup_.connect_status));
  return false;
}

}  // namespace fanfetch::support
