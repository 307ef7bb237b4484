#include "worker/transport/direct/connection_pool.h"

#include <algorithm>
#include <array>
#include <utility>

namespace fanfetch {
namespace {

/// At most this much of a body that nobody wants (an error page) is read to keep its connection; to
/// read more costs more than a new connection.
constexpr std::uint64_t kMostUnwanted = 64 * 1024;

bool contains(const std::vector<std::string>& addresses, const std::string& address) {
  return std::find(addresses.begin(), addresses.end(), address) != addresses.end();
}

/// Reads what has come, which should be nothing: TLS has messages of its own.
bool is_alive(Connection& connection) {
  std::array<std::byte, 1> one;
  return connection.bytes().receive(one).status == CurlConnection::Status::later;
}

}  // namespace

std::unique_ptr<Connection> ConnectionPool::take(const std::string& key,
                                                 const std::vector<std::string>& addresses) {
  // Asked here, too, because what came since the loop's last turn would be read as the response.
  for (;;) {
    const auto found = of_key_.find(key);
    if (found == of_key_.end()) return nullptr;
    const auto& same = found->second;
    const auto last = std::find_if(same.rbegin(), same.rend(), [&](All::iterator one) {
      return addresses.empty() || contains(addresses, one->connection->bytes().peer());
    });
    if (last == same.rend()) return nullptr;
    if (auto connection = remove(*last); is_alive(*connection)) return connection;
  }
}

void ConnectionPool::put(std::unique_ptr<Connection> connection) {
  insert({std::move(connection), std::nullopt});
}

void ConnectionPool::put_unfinished(std::unique_ptr<Connection> connection, ResponseReader reader) {
  const Framing& framing = reader.framing();
  const bool may_be_short =
      framing.kind == Framing::Kind::chunked ||
      (framing.kind == Framing::Kind::length && framing.length <= kMostUnwanted);
  if (may_be_short) insert({std::move(connection), std::move(reader)});
}

void ConnectionPool::insert(Kept kept) {
  kept.connection->set_user(*this);
  if (most_ == 0 || !kept.connection->watch(Connection::Interest::read)) return;
  while (all_.size() >= most_) (void)remove(all_.begin());
  const auto position = all_.insert(all_.end(), std::move(kept));
  if (position->unfinished) {
    finish(position);  // TLS may hold it already, of which no event tells
  } else {
    of_key_[position->connection->key()].push_back(position);
  }
}

void ConnectionPool::on_ready(Connection& connection, std::uint32_t) noexcept {
  const auto position = std::find_if(all_.begin(), all_.end(), [&](const Kept& one) {
    return one.connection.get() == &connection;
  });
  if (position->unfinished) {
    finish(position);
  } else if (!is_alive(connection)) {
    (void)remove(position);
  }
}

/// Takes what has come of a response that nobody wants.
void ConnectionPool::finish(All::iterator position) {
  ResponseReader& reader = *position->unfinished;
  std::array<std::byte, 4096> buffer;
  while (reader.state() == ResponseReader::State::body && reader.body_bytes() <= kMostUnwanted) {
    const auto moved = position->connection->bytes().receive(buffer);
    if (moved.status == CurlConnection::Status::later) return;
    if (moved.status != CurlConnection::Status::moved) break;
    std::span<const std::byte> bytes = std::span(buffer).first(moved.bytes);
    while (!bytes.empty() && reader.state() == ResponseReader::State::body) {
      (void)reader.next(bytes);
    }
    if (!reader.keeps_connection() || !bytes.empty()) continue;
    position->unfinished.reset();
    of_key_[position->connection->key()].push_back(position);
    return;
  }
  (void)remove(position);
}

std::unique_ptr<Connection> ConnectionPool::remove(All::iterator position) {
  std::unique_ptr<Connection> connection = std::move(position->connection);
  if (!position->unfinished) {
    const auto same = of_key_.find(connection->key());
    std::erase(same->second, position);
    if (same->second.empty()) of_key_.erase(same);
  }
  all_.erase(position);
  return connection;
}

}  // namespace fanfetch
