#include "coordinator/redis/redis_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "coordinator/redis/cancel_timer.h"

namespace fanfetch {
namespace {

/// Whether an answer says that the connection leads to the wrong server.
bool is_wrong_server(const RedisAnswer& answer) {
  return answer.fate == RedisAnswer::Fate::refused &&
         answer.trouble.remedy == RedisRemedy::find_master;
}

}  // namespace

RedisClient::RedisClient(EventLoop& loop, RedisAddress address, RedisAccess access,
                         std::uint64_t seed, User& user)
    : loop_(loop),
      address_(std::move(address)),
      access_(std::move(access)),
      user_(user),
      waits_(seed) {
  if ((address_.tls == RedisAddress::Tls::yes) != (access_.tls != nullptr)) {
    throw std::invalid_argument("a Redis' address and what leads to it differ in TLS");
  }
  if (!address_.is_by_sentinel()) return;
  finder_.emplace(loop_, address_, access_, [this](MasterFinder::Found found) {
    if (closed_) return;
    if (found) return connect(found->host);
    wait_after(found.error());
  });
  witness_.emplace(loop_, address_, access_,
                   [this](const MasterFinder::Found& found) { on_witness(found); });
}

RedisClient::~RedisClient() {
  cancel_timer(loop_, wait_timer_);
  cancel_timer(loop_, close_timer_);
}

// --- Connections ---

void RedisClient::start() {
  assert(!connection_ && !wait_timer_);
  find_server();
}

void RedisClient::find_server() {
  if (finder_) return finder_->find();
  connect(address_.hosts.front());
}

void RedisClient::connect(const RedisHost& host) {
  server_ = host;
  connection_ = std::make_unique<RedisConnection>(loop_, host, address_.database,
                                                  RedisConnection::Peer::server, access_, *this);
  connection_->start();
}

void RedisClient::on_ready(const RedisServer& server) {
  waits_.connected(loop_.now());
  const auto before = std::exchange(last_server_, server);
  if (!before) return user_.on_ready(server);
  user_.on_restored(server, compare(*before, server));
}

void RedisClient::on_end(const RedisTrouble& trouble) {
  connection_.reset();
  forget_questions();
  if (closed_) return close_if_done();
  wait_after(trouble);
}

void RedisClient::wait_after(const RedisTrouble& trouble) {
  const auto wait = waits_.after(trouble.remedy, loop_.now());
  if (!wait) return user_.on_failed(trouble);
  wait_timer_ = loop_.call_at(loop_.now() + *wait, [this] {
    wait_timer_.reset();
    find_server();
  });
  user_.on_lost(trouble, *wait);
}

// --- Commands ---

bool RedisClient::send(const std::vector<std::string>& words, RedisDone done, Duration blocks) {
  if (closed_ || !is_ready()) return false;
  const bool sent = connection_->send(
      words,
      [this, done = std::move(done)](RedisAnswer answer) {
        --unanswered_;
        if (is_wrong_server(answer)) connection_->end(answer.trouble);
        done(std::move(answer));
        close_if_done();
      },
      blocks);
  if (sent) ++unanswered_;
  return sent;
}

// --- Whether the server is the master ---

void RedisClient::ask_whether_alone(Question done) {
  if (!witness_) return done(true);
  if (!is_ready()) return done(false);
  to_ask_.push_back(std::move(done));
  ask_witness();
}

/// One search at a time. What is asked meanwhile is for the next one: the answer has to be later.
void RedisClient::ask_witness() {
  if (!asked_.empty() || to_ask_.empty()) return;
  asked_ = std::exchange(to_ask_, {});
  witness_->find();
}

void RedisClient::on_witness(const MasterFinder::Found& found) {
  const bool is_master = found && found->host == server_;
  for (const Question& done : std::exchange(asked_, {})) {
    if (!found) {
      done(tl::unexpected(found.error()));
    } else if (is_master && !found->replicas) {
      done(tl::unexpected(found->replicas.error()));
    } else {
      done(is_master && *found->replicas == 0);
    }
  }
  if (found && !is_master && is_ready()) {
    connection_->end({.kind = RedisTroubleKind::read_only,
                      .remedy = RedisRemedy::find_master,
                      .sentence = fmt::format("Redis at {} is the master no more, but {}",
                                              to_text(server_), to_text(found->host))});
  }
  ask_witness();
}

/// The connection that they were about has ended.
void RedisClient::forget_questions() {
  if (witness_) witness_->stop();
  auto all = std::exchange(asked_, {});
  std::ranges::move(std::exchange(to_ask_, {}), std::back_inserter(all));
  for (const Question& done : all) done(false);
}

// --- The end ---

void RedisClient::finish(std::function<void()> closed) {
  assert(!closed_);
  closed_ = std::move(closed);
  cancel_timer(loop_, wait_timer_);
  close_if_done();
}

void RedisClient::close_if_done() {
  if (!closed_ || unanswered_ > 0 || close_timer_) return;
  // From a timer: a connection whose answer this is may be below us on the stack.
  close_timer_ = loop_.call_at(loop_.now(), [this] {
    close_timer_.reset();
    connection_.reset();
    for (auto* finder : {&finder_, &witness_}) {
      if (*finder) (*finder)->stop();
    }
    const auto closed = closed_;
    closed();
  });
}

}  // namespace fanfetch
