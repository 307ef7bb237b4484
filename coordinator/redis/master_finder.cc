#include "coordinator/redis/master_finder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstdint>
#include <functional>
#include <utility>

#include "common/ascii.h"

namespace fanfetch {
namespace {

using Kind = RedisTroubleKind;
using Remedy = RedisRemedy;

RedisTrouble no_master(Remedy remedy, std::string sentence) {
  return {Kind::no_master, remedy, std::move(sentence)};
}

/// The value of the field in an entry of `SENTINEL REPLICAS`, names and values in turn.
std::string_view value_of(const RedisReply& entry, std::string_view field) {
  for (std::size_t i = 0; i + 1 < entry.elements.size(); i += 2) {
    if (entry.text_at(i) == field) return entry.text_at(i + 1);
  }
  return {};
}

/// Whether one of the words, with commas between them, is that.
bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t comma = std::min(words.find(','), words.size());
    if (words.substr(0, comma) == word) return true;
    words.remove_prefix(std::min(comma + 1, words.size()));
  }
  return false;
}

bool is_gone(const RedisReply& replica) {
  const std::string_view flags = value_of(replica, "flags");
  if (has_word(flags, "s_down")) return true;
  if (!has_word(flags, "disconnected")) return false;
  const std::string_view silence = value_of(replica, "last-ok-ping-reply");
  std::int64_t milliseconds = 0;
  (void)std::from_chars(silence.data(), silence.data() + silence.size(), milliseconds);
  return std::chrono::milliseconds(milliseconds) >= kReplicaIsGone;
}

}  // namespace

tl::expected<unsigned, RedisTrouble> count_replicas(const RedisAnswer& answer) {
  if (!answer.is_good()) return tl::unexpected(answer.trouble);
  if (!answer.reply.is(RedisReply::Kind::array)) {
    return tl::unexpected(
        no_master(Remedy::find_master, "a Sentinel does not say which replicas there are"));
  }
  return static_cast<unsigned>(std::ranges::count_if(answer.reply.elements, std::not_fn(&is_gone)));
}

tl::expected<RedisHost, RedisTrouble> parse_master(const RedisAnswer& answer,
                                                   const std::string& master,
                                                   const std::string& sentinel) {
  if (!answer.is_good()) return tl::unexpected(answer.trouble);
  const RedisReply& reply = answer.reply;
  if (reply.is(RedisReply::Kind::nil)) {
    return tl::unexpected(no_master(
        Remedy::give_up,
        fmt::format("the Sentinel at {} knows no server '{}': `SENTINEL MASTERS` lists the names",
                    sentinel, master)));
  }
  const std::string host = to_lower(reply.text_at(0));
  const auto port = parse_port(reply.text_at(1));
  // What it names goes through the same reader as what the user names.
  const bool v6 = host.find(':') != std::string::npos;
  const auto read = parse_redis_address("redis://" + (v6 ? "[" + host + "]" : host));
  if (!port || !read || read->hosts.front().host != host) {
    return tl::unexpected(
        no_master(Remedy::find_master,
                  fmt::format("the Sentinel at {} does not say where '{}' is", sentinel, master)));
  }
  return RedisHost{host, *port};
}

MasterFinder::MasterFinder(EventLoop& loop, const RedisAddress& address, const RedisAccess& access,
                           Done done)
    : loop_(loop), address_(address), with_password_(access), done_(std::move(done)) {
  assert(address.is_by_sentinel());
  with_password_.connect_timeout = with_password_.reply_timeout = kSentinelTimeout;
  without_password_ = with_password_;
  without_password_.auth = {};
}

void MasterFinder::find() {
  asked_ = 0;
  reason_.reset();
  ask_next();
}

void MasterFinder::ask_next() {
  found_.reset();
  connection_ = std::make_unique<RedisConnection>(
      loop_, current(), 0, RedisConnection::Peer::sentinel,
      shows_password_ ? with_password_ : without_password_, *this);
  connection_->start();
}

void MasterFinder::on_ready(const RedisServer&) {
  ask("GET-MASTER-ADDR-BY-NAME", [this](const RedisAnswer& answer) {
    found_ = parse_master(answer, address_.master, to_text(current())).map([](RedisHost host) {
      return KnownMaster{std::move(host), 0u};
    });
  });
  ask("REPLICAS", [this](const RedisAnswer& answer) {
    if (found_ && *found_) (*found_)->replicas = count_replicas(answer);
  });
  ask("CKQUORUM", [this](const RedisAnswer& answer) {
    if (found_ && *found_ && !answer.is_good()) {
      (*found_)->replicas = tl::unexpected(answer.trouble);
    }
    connection_->end({});
  });
}

/// `done` is called unless the connection ends before, where on_end() follows.
void MasterFinder::ask(const std::string& command, std::function<void(const RedisAnswer&)> done) {
  const bool sent = connection_->send(
      {"SENTINEL", command, address_.master}, [done = std::move(done)](const RedisAnswer& answer) {
        using Fate = RedisAnswer::Fate;
        if (answer.fate == Fate::answered || answer.fate == Fate::refused) done(answer);
      });
  assert(sent);
  static_cast<void>(sent);
}

void MasterFinder::on_end(const RedisTrouble& trouble) {
  connection_.reset();
  if (found_ && *found_) return done_(std::move(*found_));
  RedisTrouble reason = found_ ? found_->error() : trouble;
  const bool has_password = !with_password_.auth.is_empty();
  if (reason.kind == Kind::wants_password && has_password && !shows_password_) {
    shows_password_ = true;
    return ask_next();
  }
  shows_password_ = false;
  // One that knows the name would say more than one that does not; all that do not agree.
  if (!reason_ || reason_->remedy == Remedy::give_up) reason_ = std::move(reason);
  current_ = (current_ + 1) % address_.hosts.size();
  if (++asked_ < address_.hosts.size()) return ask_next();
  if (reason_->remedy == Remedy::give_up) return done_(tl::unexpected(std::move(*reason_)));
  done_(tl::unexpected(no_master(
      Remedy::find_master,
      address_.hosts.size() == 1
          ? fmt::format("no Sentinel names the master '{}': {}", address_.master, reason_->sentence)
          : fmt::format("none of {} Sentinels names the master '{}'; one of them: {}",
                        address_.hosts.size(), address_.master, reason_->sentence))));
}

}  // namespace fanfetch
