#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/outcome.h"

namespace fanfetch {

/// Which hosts one worker should have idle connections to: what its own cache does (libcurl's:
/// bounded, the one idle for longest is closed), followed from outside by what it is given and what
/// comes back. A guess: a server may have closed any of them. Pure.
class WarmConnections {
 public:
  /// `most`: connections of the worker, idle and busy ones together.
  explicit WarmConnections(std::size_t most) : most_(most) {}

  /// Is one to `host` idle?
  [[nodiscard]] bool has(const std::string& host) const { return by_host_.contains(host); }
  /// A job for `host` goes there: takes an idle connection, or opens one.
  void begin(const std::string& host);
  /// It is back, and ended so.
  void end(const std::string& host, const Outcome& outcome);
  /// The worker is gone, and its connections with it.
  void clear();
  [[nodiscard]] std::size_t idle() const { return idle_.size(); }

 private:
  using Idle = std::list<std::string>;  // hosts, the one idle for longest first

  void shrink();

  std::size_t most_;
  std::size_t busy_ = 0;
  Idle idle_;
  std::unordered_map<std::string, std::vector<Idle::iterator>> by_host_;  // never empty
};

}  // namespace fanfetch
