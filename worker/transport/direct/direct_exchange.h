#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock.h"
#include "common/http/response_reader.h"
#include "worker/transport/direct/connection.h"
#include "worker/transport/direct/connector.h"
#include "worker/transport/direct/outgoing.h"
#include "worker/transport/transport.h"

namespace fanfetch {

class DirectTransport;

/// One request and its response over a connection of our own.
///
///     state \ event | connected    | bytes          | the connection ends      | resume()
///     --------------+--------------+----------------+--------------------------+-----------
///     connecting    | → responding | –              | → ended                  | –
///     responding    | –            | head, pieces;  | by the reader; a dead    | –
///                   |              | → held, ended  | old one → connecting     |
///     held          | –            | none are read  | not looked at            | → responding
///     ended         | –            | –              | –                        | –
class DirectExchange final : public Exchange, private Connection::User, private Connector::Client {
 public:
  /// All is lent, but the request.
  DirectExchange(DirectTransport& transport, const Job& job, const HttpRequest& request,
                 Repeat repeat, ResponseTaker& taker);
  ~DirectExchange() override;
  DirectExchange(const DirectExchange&) = delete;
  DirectExchange& operator=(const DirectExchange&) = delete;

  void resume() override;
  [[nodiscard]] const ResponseHead& head() const override;
  [[nodiscard]] Timings timings() const override { return timings_; }

  // For the transport:
  void begin();
  /// Takes what the connection has, a bounded amount.
  void receive();
  [[nodiscard]] ResponseTaker& taker() const { return taker_; }

 private:
  enum class State : std::uint8_t { connecting, responding, held, ended };

  void on_connected(std::unique_ptr<Connection> connection, const Timings& took) override;
  void on_not_connected(ExchangeEnd end, const Timings& took) override;
  void on_ready(Connection& connection, std::uint32_t events) noexcept override;

  void connect();
  void use(std::unique_ptr<Connection> connection);
  void send();
  void take(std::span<const std::byte> bytes);
  [[nodiscard]] bool hand_over(std::span<const std::byte> piece, std::span<const std::byte> rest);
  void hold(std::span<const std::byte> piece, std::span<const std::byte> rest);
  void on_closed();
  void on_broken(std::string_view problem);
  void on_bad_response();
  [[nodiscard]] bool repeat();
  void end(ExchangeEnd end);
  void keep_connection();

  DirectTransport& transport_;
  const Job& job_;
  ResponseTaker& taker_;
  Outgoing request_;
  std::string key_;
  Repeat repeat_;
  State state_ = State::connecting;
  bool reused_ = false;        // the connection had an exchange before
  bool is_wanted_ = true;      // the body
  bool peer_is_gone_ = false;  // it sends nothing more than what is in the socket
  Instant requested_at_{};     // when the last request began to be sent
  Timings timings_;
  std::unique_ptr<Connector::Attempt> connecting_;
  std::unique_ptr<Connection> connection_;
  ResponseReader reader_;
  std::vector<std::byte> held_;  // a piece that was taken `later`, and what came behind it
  std::size_t held_piece_ = 0;   // size of the piece in it
};

}  // namespace fanfetch
