#include "worker/transport/direct/connector.h"

#include <algorithm>
#include <utility>

#include "common/curl/curl_global.h"
#include "common/way.h"
#include "worker/transport/connection_key.h"

namespace fanfetch {
namespace {

/// Each time that it moves bytes through TLS, libcurl 7.88 searches all connections of a multi.
constexpr std::size_t kMostOfAMulti = 256;

}  // namespace

/// A multi, and the hosts that it was told of.
struct Connector::Multi {
  explicit Multi(EventLoop& loop) : multi(loop, kMostOfAMulti * 2) {}

  LoopMulti multi;  // holds what is being made, and what has TLS
  KnownHosts hosts;
};

Connector::Connector(EventLoop& loop, const CurlSetup& setup) : loop_(loop), setup_(setup) {}

Connector::~Connector() = default;

Connector::Multi& Connector::multi_with_room() {
  const auto found = std::find_if(multis_.begin(), multis_.end(), [](const auto& one) {
    return one->multi.size() < kMostOfAMulti;
  });
  if (found != multis_.end()) return **found;
  return *multis_.emplace_back(std::make_unique<Multi>(loop_));
}

std::unique_ptr<Connector::Attempt> Connector::connect(const Job& job, std::string key,
                                                       Client& client) {
  return std::make_unique<Attempt>(*this, job, std::move(key), client);
}

void Connector::collect() {
  // By index: a client that starts another attempt may add a multi.
  for (std::size_t i = 0; i < multis_.size(); ++i) {
    multis_[i]->multi.collect([](void* attempt, ExchangeEnd end) {
      static_cast<Attempt*>(attempt)->on_end(std::move(end));
    });
  }
}

// --- One connection ---

Connector::Attempt::Attempt(Connector& connector, const Job& job, std::string key, Client& client)
    : connector_(connector),
      multi_(connector.multi_with_room()),
      job_(job),
      key_(std::move(key)),
      client_(client),
      addresses_(multi_.hosts, job),
      easy_(connector.setup_.make(job)) {
  addresses_.set_on(*easy_);
  easy_->set_connect_only();
  easy_->set_http(CurlEasy::Http::v1_1);
  easy_->set_owner(this);
  multi_.multi.add(*easy_);
}

Connector::Attempt::~Attempt() {
  if (easy_) multi_.multi.remove(*easy_);
}

void Connector::Attempt::on_end(ExchangeEnd end) {
  const Timings took = easy_->connection_timings();
  if (end.cause != EndCause::complete) {
    end.refused_address = addresses_.refused();
    return client_.on_not_connected(std::move(end), took);
  }
  // It still knows this attempt and its addresses, of which libcurl asks only to connect.
  CurlEasy easy = std::move(*easy_);
  easy_.reset();
  std::unique_ptr<Connection> connection;
  try {
    connection = std::make_unique<Connection>(connector_.loop_, key_, std::move(easy),
                                              multi_.multi.multi(), uses_tls(job_.url, job_.proxy));
  } catch (const CurlError& error) {
    return client_.on_not_connected({.cause = EndCause::connect, .text = error.what()}, took);
  }
  client_.on_connected(std::move(connection), took);
}

}  // namespace fanfetch
