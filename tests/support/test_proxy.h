#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/unique_fd.h"

namespace fanfetch::support {

/// A proxy on loopback for CONNECT, SOCKS4, 4a and 5 that connects every client to one server,
/// whatever host is requested; so unknown names work. Other requests are forwarded unchanged, so
/// that a FaultOrigin behind it acts as an http proxy. One thread for each connection.
class TestProxy {
 public:
  /// What a client requested, and by which protocol.
  struct Asked {
    std::string how;   ///< `connect`, `socks4`, `socks5`.
    std::string host;  ///< A name if the client left its lookup to the proxy, else an address.
    std::uint16_t port = 0;
    std::string login;  ///< `user:password` with SOCKS, the header's value with CONNECT.
    std::string head;   ///< All of a CONNECT request.
  };
  struct Setup {
    std::string login = {};    ///< SOCKS5: the only user accepted; empty: any.
    int connect_status = 200;  ///< The response to CONNECT; others than 200 open no tunnel.
    int socks_reply = 0;       ///< RFC 1928, 6; others than 0 open none.
  };

  explicit TestProxy(std::uint16_t server_port) : TestProxy(server_port, Setup{}) {}
  TestProxy(std::uint16_t server_port, Setup setup);
  TestProxy(const TestProxy&) = delete;
  TestProxy& operator=(const TestProxy&) = delete;
  ~TestProxy();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// `scheme://LOGIN@127.0.0.1:PORT`.
  [[nodiscard]] std::string url(const std::string& scheme, const std::string& login = "") const;
  [[nodiscard]] std::vector<Asked> asked() const;

 private:
  void accept_clients();
  void serve(int client);
  [[nodiscard]] bool open_socks5(int client, Asked& asked);
  [[nodiscard]] bool let_in(int client, Asked& asked);
  [[nodiscard]] bool open_socks4(int client, Asked& asked);
  [[nodiscard]] bool open_tunnel(int client, Asked& asked);

  const Setup setup_;
  const std::uint16_t server_port_;
  std::uint16_t port_ = 0;
  UniqueFd listener_;
  UniqueFd stop_event_;
  mutable std::mutex mutex_;
  std::vector<Asked> asked_;        // under the mutex
  std::list<std::thread> clients_;  // used by the accept thread only, until it is joined
  std::thread accept_thread_;
};

}  // namespace fanfetch::support
