#include "worker/transport/direct/connection_pool.h"

#include <algorithm>
#include <utility>

namespace fanfetch {
namespace {

bool contains(const std::vector<std::string>& addresses, const std::string& address) {
  return std::find(addresses.begin(), addresses.end(), address) != addresses.end();
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
      return addresses.empty() || contains(addresses, (*one)->bytes().peer());
    });
    if (last == same.rend()) return nullptr;
    if (auto connection = remove(*last); connection->bytes().is_silent()) return connection;
  }
}

void ConnectionPool::put(std::unique_ptr<Connection> connection) {
  connection->set_user(*this);
  if (most_ == 0 || !connection->watch(Connection::Interest::read)) return;
  while (all_.size() >= most_) (void)remove(all_.begin());
  const auto position = all_.insert(all_.end(), std::move(connection));
  of_key_[(*position)->key()].push_back(position);
}

void ConnectionPool::on_ready(Connection& connection, std::uint32_t) noexcept {
  if (connection.bytes().is_silent()) return;
  const auto position = std::find_if(all_.begin(), all_.end(),
                                     [&](const auto& one) { return one.get() == &connection; });
  (void)remove(position);
}

std::unique_ptr<Connection> ConnectionPool::remove(All::iterator position) {
  std::unique_ptr<Connection> connection = std::move(*position);
  const auto same = of_key_.find(connection->key());
  std::erase(same->second, position);
  if (same->second.empty()) of_key_.erase(same);
  all_.erase(position);
  return connection;
}

}  // namespace fanfetch
