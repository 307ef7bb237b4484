#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "coordinator/link/link.h"

namespace fanfetch {

/// Results that were in Redis before their driver, which was started again, has read their links.
/// Pure. Thread: one at a time.
class EarlyResults {
 public:
  /// More than there are links in a driver's window: somebody else wrote them.
  static constexpr std::size_t kMost = 200'000;

  struct Result {
    std::string entry;   ///< Its own, in Redis.
    std::string fields;  ///< As to_bytes() has them.
  };
  /// False: it is not kept, as there is no room, or the link has one of another entry: nodes may
  /// report twice.
  [[nodiscard]] bool add(const LinkId& link, Result result) {
    const auto known = results_.find(link);
    if (known != results_.end()) return known->second.entry == result.entry;
    if (results_.size() >= kMost) return false;
    results_.emplace(link, std::move(result));
    return true;
  }
  /// Its link was read. nullopt: it has none.
  [[nodiscard]] std::optional<Result> take(const LinkId& link) {
    auto node = results_.extract(link);
    return node ? std::optional(std::move(node.mapped())) : std::nullopt;
  }
  /// The entries of all that are left: no link follows.
  [[nodiscard]] std::vector<std::string> take_rest() {
    std::vector<std::string> entries;
    for (auto& [link, result] : std::exchange(results_, {})) {
      entries.push_back(std::move(result.entry));
    }
    return entries;
  }
  [[nodiscard]] std::size_t size() const { return results_.size(); }

 private:
  std::unordered_map<LinkId, Result, HashOfId> results_;
};

}  // namespace fanfetch
