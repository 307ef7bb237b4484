#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/event_loop.h"
#include "common/result.h"
#include "coordinator/redis/redis_address.h"
#include "coordinator/redis/redis_answer.h"
#include "coordinator/redis/redis_auth.h"
#include "coordinator/redis/redis_server.h"
#include "coordinator/redis/redis_stream.h"
#include "coordinator/redis/redis_wire.h"

namespace fanfetch {

/// Looks up a host that is no address, and calls the function once, at once or later, with
/// addresses as text, or why there are none. A function, since the resolver is no layer below: the
/// real one asks Resolver.
using RedisLookup = std::function<void(const std::string& host,
                                       std::function<void(Result<std::vector<std::string>>)> done)>;

/// What holds for all connections of a client.
struct RedisAccess {
  RedisAuth auth;
  std::string client_name;        ///< For CLIENT LIST; empty: none.
  const TlsTrust* tls = nullptr;  ///< Lent; null: without TLS, as RedisAddress::tls has to say.
  RedisLookup lookup;
  /// For the look-up, TCP, TLS and the first replies together.
  Duration connect_timeout = std::chrono::seconds(10);
  /// For the reply to a command once all before it have theirs, beyond what the command blocks.
  Duration reply_timeout = std::chrono::seconds(10);
  RedisReplyLimits reply_limits = {};
  /// Bytes of commands that may wait for the server to take them.
  std::size_t most_waiting = std::size_t{64} << 20;
};

/// One connection to one server: introduces itself, sees whether the server is fit, then carries
/// commands and their replies, any number at once. It ends with the first trouble of its own; that
/// of a command is its answer. Thread: the loop's.
/// REQUIRES: not destroyed from within a RedisDone, nor from on_ready().
class RedisConnection final : public RedisStream::Handler {
 public:
  /// Who is at the other end: a Sentinel is not looked at, and has no databases.
  enum class Peer : std::uint8_t { server, sentinel };

  struct Handler {
    virtual ~Handler() = default;
    /// `server`: empty for a Sentinel.
    virtual void on_ready(const RedisServer& server) = 0;
    /// Called once, after all commands got their answers. The connection may be destroyed there.
    virtual void on_end(const RedisTrouble& trouble) = 0;
  };

  RedisConnection(EventLoop& loop, RedisHost host, int database, Peer peer,
                  const RedisAccess& access, Handler& handler);
  /// Commands on their way get no answer.
  ~RedisConnection() override;
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  /// The handler hears of it later, never from within.
  void start();
  [[nodiscard]] bool is_ready() const { return state_ == State::ready; }

  /// Sends a command; `done` is called in the order of the commands. False: not ready, or too much
  /// waits, and each answer makes room; `done` is not called then. `blocks`: how long the command
  /// itself may wait (BLOCK); those behind it wait with it.
  [[nodiscard]] bool send(const std::vector<std::string>& words, RedisDone done,
                          Duration blocks = Duration(0));
  /// Ends it for a reason of its user's; all goes as if it had ended by itself.
  void end(RedisTrouble trouble);
  /// Commands without an answer.
  [[nodiscard]] std::size_t pending() const { return pending_.size(); }

 private:
  enum class State { idle, connecting, introducing, ready, ended };
  struct Pending {
    RedisDone done;
    std::uint64_t begin = 0;  // of its bytes among all that were sent
    Duration limit{};
  };
  /// What the first replies said.
  struct Introduction {
    std::optional<RedisTrouble> auth, name, database;
  };

  void on_open() override;
  void on_bytes(std::string_view bytes) override;
  void on_broken(const RedisTrouble& trouble) override;

  void connect(Result<std::vector<std::string>> addresses);
  void introduce();
  using TroubleOfReply = RedisTrouble (*)(std::string_view error, std::string_view server);
  void ask(const std::vector<std::string>& words, std::optional<RedisTrouble>& trouble,
           TroubleOfReply means = nullptr);
  void on_info(const RedisAnswer& answer);
  void become_ready(const RedisServer& server);
  void enqueue(const std::vector<std::string>& words, RedisDone done, Duration blocks);
  void on_reply(RedisReply reply);
  void watch_silence();
  [[nodiscard]] Instant silence_due() const { return front_since_ + pending_.front().limit; }
  void settle(const RedisTrouble& trouble);

  EventLoop& loop_;
  const RedisHost host_;
  const int database_;
  const Peer peer_;
  const RedisAccess& access_;
  Handler& handler_;
  const std::string name_;  // for sentences
  State state_ = State::idle;
  std::shared_ptr<bool> lookup_;  // a look-up that is under way knows it weakly
  std::optional<RedisStream> stream_;
  RedisReplyReader reader_;
  bool has_heard_ = false;  // any byte
  Introduction introduction_;
  std::deque<Pending> pending_;
  std::uint64_t sent_ = 0;  // bytes that the stream got
  std::string command_;     // its memory is kept
  Instant front_since_{};   // since when the first of pending_ is the first
  std::optional<EventLoop::TimerKey> connect_timer_, silence_timer_, end_timer_;
};

}  // namespace fanfetch
