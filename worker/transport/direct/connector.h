#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/curl/curl_easy.h"
#include "common/event_loop.h"
#include "worker/transport/curl_setup.h"
#include "worker/transport/direct/connection.h"
#include "worker/transport/job_addresses.h"
#include "worker/transport/loop_multi.h"

namespace fanfetch {

/// Makes connections, by libcurl: addresses one after the other, proxies, tunnels, TLS and its
/// sessions. Outlives them. Thread: the loop's.
class Connector {
 public:
  /// Takes what became of one. Neither is called from within connect().
  class Client {
   public:
    virtual ~Client() = default;
    /// `took`: Timings::connect and tls.
    virtual void on_connected(std::unique_ptr<Connection> connection, const Timings& took) = 0;
    /// `end`: why there is none, and never `complete`.
    virtual void on_not_connected(ExchangeEnd end, const Timings& took) = 0;
  };

  /// A connection that is being made; its end gives it up.
  class Attempt;

  /// All is lent.
  Connector(EventLoop& loop, const CurlSetup& setup);
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;
  ~Connector();

  /// `job`: the way; lent until the client is called, or the attempt ends. `key`: see
  /// connection_key(). `client` is lent, and may end the attempt.
  [[nodiscard]] std::unique_ptr<Attempt> connect(const Job& job, std::string key, Client& client);
  /// Calls the clients whose connections were made, or failed, since the last call.
  void collect();

 private:
  struct Multi;

  [[nodiscard]] Multi& multi_with_room();

  EventLoop& loop_;
  const CurlSetup& setup_;
  std::vector<std::unique_ptr<Multi>> multis_;
};

/// Defined here because whoever holds one must be able to end it.
class Connector::Attempt {
 public:
  Attempt(Connector& connector, const Job& job, std::string key, Client& client);
  ~Attempt();
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

 private:
  friend class Connector;

  void on_end(ExchangeEnd end);

  Connector& connector_;
  Multi& multi_;
  const Job& job_;
  std::string key_;
  Client& client_;
  JobAddresses addresses_;
  std::optional<CurlEasy> easy_;  // nullopt: the connection has it
};

}  // namespace fanfetch
