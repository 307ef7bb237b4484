#include "tests/support/cutting_relay.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <utility>

#include "common/event_loop.h"
#include "tests/support/loopback.h"

namespace fanfetch::support {
namespace {

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

}  // namespace

CuttingRelay::CuttingRelay(std::string address, std::uint16_t port)
    : address_(std::move(address)),
      server_port_(port),
      listener_(listen_on_loopback(port_)),
      stop_event_(::eventfd(0, EFD_CLOEXEC)),
      accept_thread_([this] { accept_clients(); }) {}

CuttingRelay::~CuttingRelay() {
  post_eventfd(stop_event_.get());
  accept_thread_.join();
  for (std::thread& client : clients_) client.join();
}

void CuttingRelay::cut(std::string text, unsigned times) {
  const std::lock_guard lock(mutex_);
  text_ = std::move(text);
  left_ = times;
}

void CuttingRelay::accept_clients() {
  for (;;) {
    UniqueFd client = accept_unless(listener_.get(), stop_event_.get());
    if (!client.valid()) return;
    clients_.emplace_back([this, client = std::move(client)] { serve(client.get()); });
  }
}

void CuttingRelay::serve(int client) {
  const UniqueFd server = connect_to(address_, server_port_);
  if (!server.valid()) return;
  std::string buffer(256 * 1024, '\0');
  for (;;) {
    const int from = wait_for_either(client, server.get(), stop_event_.get());
    if (from < 0) return;
    const ssize_t got = ::recv(from, buffer.data(), buffer.size(), 0);
    if (got <= 0) return;
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
    if (from == server.get() && is_to_be_cut(bytes)) return;
    if (!send_all(from == client ? server.get() : client, bytes)) return;
  }
}

bool CuttingRelay::is_to_be_cut(std::string_view answer) {
  const std::lock_guard lock(mutex_);
  if (left_ == 0 || answer.find(text_) == answer.npos) return false;
  --left_;
  return true;
}

}  // namespace fanfetch::support
