#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "worker/transport/direct/connection.h"

namespace fanfetch {

/// Connections that nobody uses, kept for the next request of their kind. One that the server
/// closes, or sends something on, is closed as soon as the loop sees it, and not given out either.
/// Bounded: the one that is here for the longest leaves first. Thread: the loop's.
class ConnectionPool : private Connection::User {
 public:
  /// `most`: how many it keeps.
  explicit ConnectionPool(std::size_t most) : most_(most) {}

  /// The connection with that key that was used last; null: there is none. `addresses`: whom it may
  /// lead to; empty: anybody.
  [[nodiscard]] std::unique_ptr<Connection> take(const std::string& key,
                                                 const std::vector<std::string>& addresses);
  /// REQUIRES: the connection's last response has ended, and nothing came behind it.
  void put(std::unique_ptr<Connection> connection);

  [[nodiscard]] std::size_t size() const { return all_.size(); }

 private:
  using All = std::list<std::unique_ptr<Connection>>;

  void on_ready(Connection& connection, std::uint32_t events) noexcept override;
  [[nodiscard]] std::unique_ptr<Connection> remove(All::iterator position);

  std::size_t most_;
  All all_;  // the one that came last is behind the others
  std::unordered_map<std::string, std::vector<All::iterator>> of_key_;  // none is empty
};

}  // namespace fanfetch
