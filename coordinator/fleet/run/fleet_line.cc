#include "coordinator/fleet/run/fleet_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <utility>

#include "common/human_text.h"
#include "coordinator/net/name_files.h"
#include "coordinator/redis/cancel_timer.h"

namespace fanfetch {
namespace {

/// Answers how many replicas follow this server.
constexpr char kReplicas[] = R"lua(
local _, online = string.gsub(redis.call('INFO', 'replication'), 'state=online', '')
return online
)lua";

}  // namespace

Result<TlsMaterial::Part> fleet_authorities(const RedisAddress& address,
                                            const std::string& ca_file) {
  if (address.tls == RedisAddress::Tls::no) return TlsMaterial::Part{};
  auto material = read_tls_files({.ca_file = ca_file, .cert_file = {}, .key_file = {}});
  if (!material) return fail("--fleet-cacert: {}", material.error().message);
  return std::move(material->ca);
}

std::string script_time(Duration time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
}

FleetLine::FleetLine(EventLoop& loop, const FleetAccess& access, Events events)
    : loop_(loop),
      access_(access),
      events_(std::move(events)),
      resolver_(loop, access.resolver, NameFiles().read()) {
  if (access_.address.tls == RedisAddress::Tls::yes) {
    trust_.emplace(access_.authorities.bytes.view());
  }
  client_.emplace(loop_, access_.address,
                  RedisAccess{.auth = access_.auth,
                              .client_name = access_.client_name,
                              .tls = trust_ ? &*trust_ : nullptr,
                              .lookup = [this](const std::string& host,
                                               auto done) { look_up(host, std::move(done)); }},
                  std::random_device{}(), *this);
}

FleetLine::~FleetLine() {
  cancel_timer(loop_, away_timer_);
  cancel_timer(loop_, finish_timer_);
}

void FleetLine::start() { client_->start(); }

std::string FleetLine::where() const { return to_text(access_.address); }

void FleetLine::look_up(const std::string& host,
                        std::function<void(Result<std::vector<std::string>>)> done) {
  const auto answer = [](const Resolution& resolution) -> Result<std::vector<std::string>> {
    if (resolution.failure) return fail("{}", resolution.failure->message);
    return resolution.addresses;
  };
  if (const Resolution* known = resolver_.known(host, loop_.now())) return done(answer(*known));
  resolver_.ask(host, [done = std::move(done), answer](const Resolution& resolution) {
    done(answer(resolution));
  });
}

// --- The client's words ---

void FleetLine::on_ready(const RedisServer&) { came_back(RedisData::same); }
void FleetLine::on_restored(const RedisServer&, RedisData data) { came_back(data); }

void FleetLine::came_back(RedisData data) {
  const bool was_told = !last_trouble_.empty();
  cancel_timer(loop_, away_timer_);
  away_since_.reset();
  last_trouble_.clear();
  next_word_ = {};
  if (was_told && events_.on_notice) {
    events_.on_notice(fmt::format("the fleet's Redis {} is back", where()));
  }
  if (!is_finishing_) events_.on_up(data);
}

void FleetLine::on_lost(const RedisTrouble& trouble, Duration) {
  const bool is_first = !away_since_;
  if (is_first) {
    away_since_ = loop_.now();
    if (access_.max_away.count() > 0) {
      away_timer_ = loop_.call_at(loop_.now() + access_.max_away, [this] {
        away_timer_.reset();
        give_up(fmt::format("the fleet's Redis has been out of reach for {}: {}",
                            human_time(access_.max_away), last_trouble_),
                false);
      });
    }
  }
  tell(trouble);
  if (is_first && events_.on_down) events_.on_down();
}

void FleetLine::on_failed(const RedisTrouble& trouble) { give_up(trouble.sentence, true); }

void FleetLine::give_up(std::string why, bool is_hopeless) {
  if (std::exchange(is_gone_, true)) return;
  events_.on_gone(std::move(why), is_hopeless);
}

void FleetLine::tell(const RedisTrouble& trouble) {
  const bool is_news = last_trouble_ != trouble.sentence;
  last_trouble_ = trouble.sentence;
  if (!events_.on_notice || (loop_.now() < next_word_ && !is_news)) return;
  // Reasons may take turns: connecting fails, and is refused.
  if (is_news && loop_.now() < next_word_ - kTellEvery + std::chrono::seconds(2)) return;
  next_word_ = loop_.now() + kTellEvery;
  events_.on_notice(trouble.sentence + "; trying on");
}

// --- Commands ---

bool FleetLine::send(const std::vector<std::string>& words, RedisDone done) {
  return client_->send(words, std::move(done));
}

bool FleetLine::run(std::string_view script, std::vector<std::string> arguments, RedisDone done) {
  std::vector<std::string> words{"EVAL", std::string(script), "0"};
  words.insert(words.end(), std::make_move_iterator(arguments.begin()),
               std::make_move_iterator(arguments.end()));
  return client_->send(words, std::move(done));
}

/// Whether there are replicas is asked first, as WAIT would wait for one that nobody has. It counts
/// what this connection has written; within a script it would not wait.
bool FleetLine::confirm(Duration limit, std::function<void(Safe safe)> done) {
  return run(kReplicas, {}, [this, limit, done = std::move(done)](const RedisAnswer& is) {
    if (!is.is_good()) {
      if (is.fate == RedisAnswer::Fate::refused) tell(is.trouble);
      return done(Safe::unknown);
    }
    if (is.reply.integer == 0) return ask_whether_alone(done);
    const bool is_sent = client_->send(
        {"WAIT", "1", script_time(std::max<Duration>(limit, std::chrono::milliseconds(1)))},
        [done](const RedisAnswer& waited) {
          if (!waited.is_good()) return done(Safe::unknown);
          done(waited.reply.integer > 0 ? Safe::yes : Safe::no);
        },
        limit);
    if (!is_sent) done(Safe::unknown);
  });
}

/// Before a fail-over its replicas leave a master that lives on for seconds.
void FleetLine::ask_whether_alone(std::function<void(Safe safe)> done) {
  client_->ask_whether_alone(
      [this, done = std::move(done)](const tl::expected<bool, RedisTrouble>& is_alone) {
        if (is_alone) return done(*is_alone ? Safe::yes : Safe::no);
        tell(is_alone.error());
        done(Safe::unknown);
      });
}

void FleetLine::finish(Duration limit, std::function<void()> closed) {
  is_finishing_ = true;
  auto once = std::make_shared<std::function<void()>>(std::move(closed));
  const auto end = [once] {
    if (auto call = std::exchange(*once, nullptr)) call();
  };
  finish_timer_ = loop_.call_at(loop_.now() + limit, [this, end] {
    finish_timer_.reset();
    end();
  });
  client_->finish(end);
}

}  // namespace fanfetch
