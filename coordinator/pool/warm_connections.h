#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <unordered_map>
#include <vector>

namespace fanfetch {

/// Names a host; the user of the pool makes it, for example as a hash. Two hosts with one key share
/// a guess about connections, and nothing else.
using HostKey = std::uint64_t;

/// What a finished job left of its connection.
enum class Connection : std::uint8_t { usable, closed };

/// Which hosts one worker should have idle connections to: what its own cache does (libcurl's:
/// bounded, the one idle for longest is closed), followed from outside by what it is given and what
/// comes back. A guess: a server may have closed any of them. Pure.
class WarmConnections {
 public:
  /// `most`: connections of the worker, idle and busy ones together.
  explicit WarmConnections(std::size_t most) : most_(most) {}

  /// Is one to `host` idle?
  [[nodiscard]] bool has(HostKey host) const { return by_host_.contains(host); }
  /// A job for `host` goes there: takes an idle connection, or opens one.
  void begin(HostKey host);
  /// That job is done.
  void end(HostKey host, Connection connection);
  /// The worker is gone, and its connections with it.
  void clear();
  [[nodiscard]] std::size_t idle() const { return idle_.size(); }

 private:
  using Idle = std::list<HostKey>;  // the one idle for longest first

  void shrink();

  std::size_t most_;
  std::size_t busy_ = 0;
  Idle idle_;
  std::unordered_map<HostKey, std::vector<Idle::iterator>> by_host_;  // never empty
};

}  // namespace fanfetch
