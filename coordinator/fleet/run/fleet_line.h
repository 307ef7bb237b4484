#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/event_loop.h"
#include "coordinator/net/resolver.h"
#include "coordinator/net/tls_files.h"
#include "coordinator/redis/redis_client.h"

namespace fanfetch {

/// How a fleet's Redis is reached.
struct FleetAccess {
  RedisAddress address;
  RedisAuth auth;
  TlsMaterial::Part authorities;  ///< Those to trust; nothing, without TLS.
  ResolverOptions resolver;
  std::chrono::milliseconds max_away{0};  ///< It may be out of reach for so long; 0: for ever.
  std::string client_name;                ///< For CLIENT LIST.
};

/// What to trust in a server at `address`: the certificates of `ca_file` (--fleet-cacert; empty:
/// the system's), nothing without TLS. Error: they cannot be read; a sentence that names the
/// option.
[[nodiscard]] Result<TlsMaterial::Part> fleet_authorities(const RedisAddress& address,
                                                          const std::string& ca_file);

/// How long after a refusal Redis is asked again.
constexpr std::chrono::milliseconds kAskAgain{500};
/// The user is told of what lasts so often at most.
constexpr std::chrono::seconds kTellEvery{60};

/// As the scripts have it, in whole milliseconds.
[[nodiscard]] std::string script_time(Duration time);

/// A run's line to the Redis of its fleet, over restarts and fail-overs: looks its host up, keeps a
/// client, and says when the line has been dead for too long. Thread: the loop's.
class FleetLine final : public RedisClient::User {
 public:
  /// Called from the loop. May be null, but for on_up and on_gone.
  struct Events {
    /// Commands can be sent, for the first time or again. `data`: whether the server may lack
    /// what it, or the one before it, has said yes to.
    std::function<void(RedisData data)> on_up;
    std::function<void()> on_down = nullptr;  ///< After all commands got their answers.
    /// It has been out of reach for longer than it may, or will be until a person changes
    /// something. `is_hopeless`: the latter. Called once.
    std::function<void(std::string why, bool is_hopeless)> on_gone;
    std::function<void(std::string text)> on_notice = nullptr;  ///< For the user.
  };

  /// Lends both.
  FleetLine(EventLoop& loop, const FleetAccess& access, Events events);
  ~FleetLine() override;
  FleetLine(const FleetLine&) = delete;
  FleetLine& operator=(const FleetLine&) = delete;

  void start();
  [[nodiscard]] bool is_up() const { return client_ && client_->is_ready(); }
  /// It was given up: on_gone() has said why.
  [[nodiscard]] bool is_gone() const { return is_gone_; }
  /// `redis.test:6379`, for sentences.
  [[nodiscard]] std::string where() const;

  /// As RedisClient::send().
  [[nodiscard]] bool send(const std::vector<std::string>& words, RedisDone done);
  /// One of *_scripts.h, with its arguments.
  [[nodiscard]] bool run(std::string_view script, std::vector<std::string> arguments,
                         RedisDone done);
  /// Whether what was sent outlives a fail-over.
  enum class Safe : std::uint8_t {
    yes,  ///< A replica has it, or no other server might be the next master.
    no,   ///< None has it after the limit; or Sentinels know of replicas that this server lacks.
    unknown,  ///< Nobody says: the line is down, or the user was told why.
  };
  /// Finds out about what was sent before. What is sent meanwhile waits behind WAIT, and not behind
  /// Sentinels, for whom there is no limit but their own. Returns as send() does.
  [[nodiscard]] bool confirm(Duration limit, std::function<void(Safe safe)> done);
  /// Says what trouble of a command there is, not more than once in a while.
  void tell(const RedisTrouble& trouble);

  /// As RedisClient::finish(). What is due and does not come within `limit` is given up.
  void finish(Duration limit, std::function<void()> closed);

 private:
  void on_ready(const RedisServer& server) override;
  void on_restored(const RedisServer& server, RedisData data) override;
  void on_lost(const RedisTrouble& trouble, Duration wait) override;
  void on_failed(const RedisTrouble& trouble) override;

  void look_up(const std::string& host, std::function<void(Result<std::vector<std::string>>)> done);
  void give_up(std::string why, bool is_hopeless);
  void came_back(RedisData data);
  void ask_whether_alone(std::function<void(Safe safe)> done);

  EventLoop& loop_;
  const FleetAccess& access_;
  const Events events_;
  Resolver resolver_;
  std::optional<TlsTrust> trust_;
  std::optional<RedisClient> client_;
  std::optional<EventLoop::TimerKey> away_timer_, finish_timer_;
  std::optional<Instant> away_since_;
  std::string last_trouble_;
  Instant next_word_{};
  bool is_gone_ = false;
  bool is_finishing_ = false;
};

}  // namespace fanfetch
