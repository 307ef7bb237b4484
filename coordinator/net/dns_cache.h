#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <string>
#include <unordered_map>

#include "common/clock.h"
#include "coordinator/net/resolution.h"

namespace fanfetch {

/// What hosts resolved to, for as long as that may be believed; the least recently used goes first
/// when it is full. Pure: takes `now`.
class DnsCache {
 public:
  /// A host that moves away says so with a TTL of 0 or 1; so long its old address is kept, that
  /// thousands of links of one host cost a dozen queries a minute.
  static constexpr std::chrono::seconds kMinTtl{5};
  /// A run may last for days, and a record that was meant for a week may be corrected before.
  static constexpr std::chrono::seconds kMaxTtl{3600};
  /// A name that does not exist: asked for again as soon as a person would.
  static constexpr std::chrono::seconds kFinalFailureTtl{60};
  /// Another failure: for the other links of its host. A first retry waits less, and may meet it;
  /// the later ones wait longer.
  static constexpr std::chrono::seconds kPassingFailureTtl{1};

  /// About 400 bytes a host.
  explicit DnsCache(std::size_t most_hosts = 10'000) : most_hosts_(most_hosts) {}

  /// Lent until the next put(). Null: not known, or not any more.
  [[nodiscard]] const Resolution* find(const std::string& host, Instant now);
  /// `ttl`: of the records; a failure has its own time. Returns what is in the cache now.
  const Resolution& put(const std::string& host, Resolution resolution, std::chrono::seconds ttl,
                        Instant now);
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string host;
    Resolution resolution;
    Instant until;
  };

  std::size_t most_hosts_;
  std::list<Entry> entries_;  // the most recently used one first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_host_;
};

}  // namespace fanfetch
