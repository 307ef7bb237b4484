#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/event_loop.h"
#include "coordinator/redis/master_finder.h"
#include "coordinator/redis/reconnect_waits.h"
#include "coordinator/redis/redis_address.h"
#include "coordinator/redis/redis_connection.h"

namespace fanfetch {

/// Keeps a connection to a fleet's Redis, over its restarts and fail-overs: finds the master by
/// Sentinel, connects, and connects again with growing waits for as long as it lives. What was on
/// its way when a connection ended is its user's to judge (RedisAnswer::Fate): nothing is sent a
/// second time by itself. Thread: the loop's.
/// REQUIRES: not destroyed from within one of its callbacks.
class RedisClient final : public RedisConnection::Handler {
 public:
  /// Who uses it. Called from the loop, never from within start().
  struct User {
    virtual ~User() = default;
    /// The first connection works.
    virtual void on_ready(const RedisServer& server) = 0;
    /// One works again. `may_have_lost`: another run_id or replication id than before.
    virtual void on_restored(const RedisServer& server, RedisData data) = 0;
    /// The connection ended, after all its commands got their answers, or another try failed: there
    /// is one in `wait`.
    virtual void on_lost(const RedisTrouble& trouble, Duration wait) = 0;
    /// There never was one, and will not be before a person changes something; start() tries again.
    virtual void on_failed(const RedisTrouble& trouble) = 0;
  };

  /// `seed`: of the dice that part the nodes of a fleet in time. `user` outlives it. Throws
  /// std::invalid_argument if `access` has TLS and `address` has not, or the other way round: a
  /// forgotten one would show the password to the network.
  RedisClient(EventLoop& loop, RedisAddress address, RedisAccess access, std::uint64_t seed,
              User& user);
  ~RedisClient() override;
  RedisClient(const RedisClient&) = delete;
  RedisClient& operator=(const RedisClient&) = delete;

  void start();
  [[nodiscard]] bool is_ready() const { return connection_ && connection_->is_ready(); }

  /// As RedisConnection::send(). A command that blocks holds up all behind it: who reads so has a
  /// client of its own for that. An answer that says that this is no master ends the connection.
  [[nodiscard]] bool send(const std::vector<std::string>& words, RedisDone done,
                          Duration blocks = Duration(0));
  /// Asks a Sentinel that hears most others whether this server still is the master, and none of
  /// its replicas might be the next one. `done`: false, too, if the connection ends meanwhile; an
  /// error: why none says. Where there are no Sentinels it is true. A server that is the master no
  /// more is left.
  void ask_whether_alone(std::function<void(tl::expected<bool, RedisTrouble>)> done);
  /// Commands without an answer.
  [[nodiscard]] std::size_t pending() const { return unanswered_; }

  /// Takes no further command, waits for the answers that are due, and closes; then calls `closed`,
  /// from the loop. Lost on the way: the same, with their answers `unknown`.
  void finish(std::function<void()> closed);

 private:
  void on_ready(const RedisServer& server) override;
  void on_end(const RedisTrouble& trouble) override;

  void find_server();
  void connect(const RedisHost& host);
  void wait_after(const RedisTrouble& trouble);
  void ask_witness();
  void on_witness(const MasterFinder::Found& found);
  void forget_questions();
  void close_if_done();

  EventLoop& loop_;
  const RedisAddress address_;
  const RedisAccess access_;
  User& user_;
  std::optional<MasterFinder> finder_, witness_;  // if there are Sentinels
  std::unique_ptr<RedisConnection> connection_;
  RedisHost server_;  // that it leads to
  using Question = std::function<void(tl::expected<bool, RedisTrouble>)>;
  std::vector<Question> asked_, to_ask_;  // ask_whether_alone()
  ReconnectWaits waits_;
  std::optional<RedisServer> last_server_;
  std::size_t unanswered_ = 0;  // of the user's commands
  std::function<void()> closed_;
  std::optional<EventLoop::TimerKey> wait_timer_, close_timer_;
};

}  // namespace fanfetch
