#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/event_loop.h"
#include "coordinator/redis/redis_address.h"
#include "coordinator/redis/redis_connection.h"
#include "coordinator/redis/redis_trouble.h"

namespace fanfetch {

/// What a Sentinel says of the server that it knows by a name: `SENTINEL GET-MASTER-ADDR-BY-NAME`.
/// Error: it knows none, or its reply is none. Pure.
[[nodiscard]] tl::expected<RedisHost, RedisTrouble> parse_master(const RedisAnswer& answer,
                                                                 const std::string& master,
                                                                 const std::string& sentinel);

/// How many replicas of it might be the next one, `SENTINEL REPLICAS`: all that the Sentinel hears.
/// One that has left its master counts: it may be on its way to take its place. Error: it does not
/// say. Pure.
[[nodiscard]] tl::expected<unsigned, RedisTrouble> count_replicas(const RedisAnswer& answer);
/// One that a Sentinel has no connection to, and has not heard for so long, is gone: when it is
/// made the master, that connection ends, and there is a new one a moment later.
inline constexpr auto kReplicaIsGone = std::chrono::seconds(2);

/// What a Sentinel knows of a master.
struct KnownMaster {
  RedisHost host;
  /// As count_replicas() says. Error: the Sentinel does not say; or it hears fewer others than
  /// decide upon a fail-over, and may be cut off from those that have made another one the master.
  tl::expected<unsigned, RedisTrouble> replicas;
};

/// Asks Sentinels, one after the other, who the master is: the one that answered last time first. A
/// Sentinel is shown a password only if it wants one. Thread: the loop's.
class MasterFinder final : public RedisConnection::Handler {
 public:
  using Found = tl::expected<KnownMaster, RedisTrouble>;
  /// Called from the loop, never from within find(). It may call find() again.
  using Done = std::function<void(Found)>;

  /// For one Sentinel: three that are silent are not to hold up a fail-over for half a minute.
  static constexpr auto kSentinelTimeout = std::chrono::seconds(2);

  /// `address` names Sentinels, and is lent as `access` is.
  MasterFinder(EventLoop& loop, const RedisAddress& address, const RedisAccess& access, Done done);
  ~MasterFinder() override = default;
  MasterFinder(const MasterFinder&) = delete;
  MasterFinder& operator=(const MasterFinder&) = delete;

  /// REQUIRES: the last search is over, or was stopped.
  void find();
  void stop() { connection_.reset(); }

 private:
  void on_ready(const RedisServer& server) override;
  void on_end(const RedisTrouble& trouble) override;

  void ask_next();
  void ask(const std::string& command, std::function<void(const RedisAnswer&)> done);
  [[nodiscard]] const RedisHost& current() const { return address_.hosts[current_]; }

  EventLoop& loop_;
  const RedisAddress& address_;
  RedisAccess with_password_, without_password_;
  const Done done_;
  std::size_t current_ = 0;  // of address_.hosts
  std::size_t asked_ = 0;    // in this search
  bool shows_password_ = false;
  std::optional<Found> found_;          // of the current Sentinel
  std::optional<RedisTrouble> reason_;  // of those that were asked in this search
  std::unique_ptr<RedisConnection> connection_;
};

}  // namespace fanfetch
