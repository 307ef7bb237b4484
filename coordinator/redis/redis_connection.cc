#include "coordinator/redis/redis_connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "common/ip_network.h"
#include "coordinator/redis/cancel_timer.h"

namespace fanfetch {
namespace {

/// How a TLS alert begins, which is what a server that awaits TLS says to a command.
constexpr std::string_view kTlsAlert = "\x15\x03";

/// A server that is not there in this time is not there: the next address, if any, is tried. All
/// have their turn before the time for all is over.
constexpr auto kAddressTimeout = std::chrono::seconds(3);

/// It is for people who look at CLIENT LIST alone, so that an ACL may forbid it.
bool matters(const RedisTrouble& name) {
  return name.kind != RedisTroubleKind::forbidden && name.kind != RedisTroubleKind::too_old;
}

}  // namespace

RedisConnection::RedisConnection(EventLoop& loop, RedisHost host, int database, Peer peer,
                                 const RedisAccess& access, Handler& handler)
    : loop_(loop),
      host_(std::move(host)),
      database_(database),
      peer_(peer),
      access_(access),
      handler_(handler),
      name_(to_text(host_)),
      reader_(access.reply_limits) {}

RedisConnection::~RedisConnection() {
  cancel_timer(loop_, connect_timer_);
  cancel_timer(loop_, silence_timer_);
  cancel_timer(loop_, end_timer_);
}

// --- Until it is ready ---

void RedisConnection::start() {
  assert(state_ == State::idle);
  state_ = State::connecting;
  connect_timer_ = loop_.call_at(loop_.now() + access_.connect_timeout, [this] {
    connect_timer_.reset();
    const bool is_mute = stream_ && stream_->is_shaking_hands();
    RedisTrouble trouble = trouble_of_silence("a first reply", access_.connect_timeout, name_);
    // A Redis without TLS takes a handshake for a command, and waits for its end.
    if (is_mute) trouble.sentence += "; if it speaks no TLS there, it is redis://";
    end(std::move(trouble));
  });
  if (parse_ip(host_.host)) return connect(std::vector{host_.host});
  lookup_ = std::make_shared<bool>(true);
  access_.lookup(host_.host, [this, asked = std::weak_ptr(lookup_)](auto addresses) {
    if (asked.lock()) connect(std::move(addresses));
  });
}

void RedisConnection::connect(Result<std::vector<std::string>> addresses) {
  lookup_.reset();
  if (state_ != State::connecting) return;
  if (!addresses) return end(trouble_of_name(addresses.error().message, name_));
  if (addresses->empty()) return end(trouble_of_name("the host has no address", name_));
  const Duration left = connect_timer_->first - loop_.now();
  const auto count = static_cast<std::int64_t>(addresses->size());
  stream_.emplace(loop_,
                  RedisPeer{.host = host_.host,
                            .addresses = std::move(*addresses),
                            .port = host_.port,
                            .address_timeout = std::min<Duration>(kAddressTimeout, left / count),
                            .tls = access_.tls,
                            .name = name_},
                  *this);
  stream_->start();
}

void RedisConnection::on_open() {
  state_ = State::introducing;
  introduce();
}

/// All at once: the replies come in order, and the last one decides.
void RedisConnection::introduce() {
  const RedisAuth& auth = access_.auth;
  if (!auth.is_empty()) {
    std::vector<std::string> words{"AUTH"};
    if (!auth.user.empty()) words.push_back(auth.user);
    words.push_back(auth.password);
    ask(words, introduction_.auth, &trouble_of_auth);
  }
  if (peer_ == Peer::sentinel) {
    enqueue(
        {"PING"}, [this](const RedisAnswer& answer) { on_info(answer); }, Duration(0));
    return;
  }
  if (!access_.client_name.empty()) {
    ask({"CLIENT", "SETNAME", access_.client_name}, introduction_.name);
  }
  if (database_ != 0) {
    ask({"SELECT", fmt::format("{}", database_)}, introduction_.database);
  }
  enqueue(
      {"INFO"}, [this](const RedisAnswer& answer) { on_info(answer); }, Duration(0));
}

/// `means`: what makes a trouble of an error reply, if that of all other commands does not.
void RedisConnection::ask(const std::vector<std::string>& words,
                          std::optional<RedisTrouble>& trouble, TroubleOfReply means) {
  enqueue(
      words,
      [this, &trouble, means](const RedisAnswer& answer) {
        if (answer.is_good()) return;
        const bool is_refused = answer.fate == RedisAnswer::Fate::refused;
        trouble = is_refused && means != nullptr ? means(answer.reply.text, name_) : answer.trouble;
      },
      Duration(0));
}

void RedisConnection::on_info(const RedisAnswer& answer) {
  using Fate = RedisAnswer::Fate;
  if (answer.fate == Fate::unknown || answer.fate == Fate::unsent) return;  // end() is at work
  const auto& [auth, name, database] = introduction_;
  if (auth) return end(*auth);
  if (name && matters(*name)) return end(*name);
  if (!answer.is_good()) return end(answer.trouble);
  if (peer_ == Peer::sentinel) return become_ready({});
  const RedisServer server = parse_redis_info(answer.reply.text);
  if (auto trouble = unfit(server, name_)) return end(std::move(*trouble));
  if (database) return end(*database);
  become_ready(server);
}

void RedisConnection::become_ready(const RedisServer& server) {
  cancel_timer(loop_, connect_timer_);
  state_ = State::ready;
  handler_.on_ready(server);
}

// --- Commands ---

bool RedisConnection::send(const std::vector<std::string>& words, RedisDone done, Duration blocks) {
  if (state_ != State::ready || stream_->waiting() > access_.most_waiting) return false;
  enqueue(words, std::move(done), blocks);
  return true;
}

void RedisConnection::enqueue(const std::vector<std::string>& words, RedisDone done,
                              Duration blocks) {
  if (pending_.empty()) front_since_ = loop_.now();
  pending_.push_back({std::move(done), sent_, access_.reply_timeout + blocks});
  command_.clear();
  append_command(words, command_);
  sent_ += command_.size();
  stream_->send(command_);
  watch_silence();
}

/// One timer that looks at what is due, since most commands are answered long before: setting one
/// for each would cost more than the command. It is set again only if it stands for a later time,
/// as behind a command that might have blocked for long.
void RedisConnection::watch_silence() {
  if (pending_.empty() || (silence_timer_ && silence_timer_->first <= silence_due())) return;
  cancel_timer(loop_, silence_timer_);
  silence_timer_ = loop_.call_at(silence_due(), [this] {
    silence_timer_.reset();
    if (!pending_.empty() && loop_.now() >= silence_due()) {
      return end(trouble_of_silence("a reply", pending_.front().limit, name_));
    }
    watch_silence();
  });
}

void RedisConnection::on_bytes(std::string_view bytes) {
  if (!std::exchange(has_heard_, true) && access_.tls == nullptr && bytes.starts_with(kTlsAlert)) {
    return end(trouble_of_tls("it speaks nothing but TLS there: rediss://", name_));
  }
  reader_.feed(bytes);
  while (state_ != State::ended) {
    auto reply = reader_.next();
    if (!reply) return end(trouble_of_bytes(reply.error().message, name_));
    if (!*reply) return;
    on_reply(std::move(**reply));
  }
}

void RedisConnection::on_reply(RedisReply reply) {
  if (pending_.empty()) {
    return end(reply.is_error() ? trouble_of_reply(reply.text, name_, access_.auth.password)
                                : trouble_of_bytes("it answers what was not asked", name_));
  }
  const RedisDone done = std::move(pending_.front().done);
  pending_.pop_front();
  front_since_ = loop_.now();
  watch_silence();
  if (!reply.is_error()) return done({RedisAnswer::Fate::answered, std::move(reply), {}});
  RedisTrouble trouble = trouble_of_reply(reply.text, name_, access_.auth.password);
  done({RedisAnswer::Fate::refused, std::move(reply), std::move(trouble)});
}

// --- The end ---

void RedisConnection::on_broken(const RedisTrouble& trouble) {
  if (state_ == State::ended) return;
  // Who takes nobody says so to the first command, whichever that is, and hangs up.
  const auto& [auth, name, database] = introduction_;
  if (state_ == State::introducing && auth) return end(*auth);
  if (state_ == State::introducing && name && matters(*name)) return end(*name);
  if (state_ == State::introducing && database) return end(*database);
  // A server that awaits TLS may hang up without a word.
  const bool is_mute = trouble.kind == RedisTroubleKind::closed && !has_heard_ &&
                       access_.tls == nullptr && state_ == State::introducing;
  RedisTrouble told = trouble;
  if (is_mute) told.sentence += " before it said a word; if it speaks TLS, it is rediss://";
  end(std::move(told));
}

/// Answers are given from a timer, so that nobody is called from within a function of his own.
void RedisConnection::end(RedisTrouble trouble) {
  if (state_ == State::ended) return;
  state_ = State::ended;
  cancel_timer(loop_, connect_timer_);
  cancel_timer(loop_, silence_timer_);
  lookup_.reset();
  if (stream_) stream_->close();
  end_timer_ = loop_.call_at(loop_.now(), [this, trouble = std::move(trouble)] {
    end_timer_.reset();
    settle(trouble);
    handler_.on_end(trouble);  // and may destroy this
  });
}

void RedisConnection::settle(const RedisTrouble& trouble) {
  const std::uint64_t gone = stream_ ? stream_->given_away() : 0;
  for (const Pending& command : std::exchange(pending_, {})) {
    using Fate = RedisAnswer::Fate;
    command.done({command.begin < gone ? Fate::unknown : Fate::unsent, {}, trouble});
  }
}

}  // namespace fanfetch
