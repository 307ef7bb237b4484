#pragma once

#include <optional>
#include <string>

#include "coordinator/fleet/lease_rules.h"

namespace fanfetch {

/// Which Redis answers, and since when as a master: `run_id` and `master_replid` of its INFO. The
/// first one changes with each start, the second with each fail-over, also with one to a server
/// that was the master before. The second one also changes where nothing is lost: when a master
/// gets its first replica, and when it has had none for an hour (repl-backlog-ttl). That costs a
/// wait.
struct ServerId {
  std::string run_id;
  std::string replication_id;

  bool operator==(const ServerId&) const = default;
};

/// A stretch of time in which no lease was lost by Redis. It is recorded in Redis beside the
/// leases, so that a node that has just come knows whether these are all there are.
struct Era {
  ServerId server;
  std::string nonce;  ///< Random: after FLUSHALL the server is the same, and the era another.
  /// Partitions may be taken. An era begins closed, except with its job.
  bool is_open = false;

  bool operator==(const Era&) const = default;
};

/// Decides whether the leases that Redis shows are all that count. Pure.
///
/// A job is born with an open era. Where the server that answers is another than the recorded one,
/// or where nothing is recorded, Redis may have lost leases whose owners still work, and may show a
/// partition as handed back that somebody has taken since. Then a node records a closed era: nobody
/// takes anything. Whoever has seen that one for LeaseRules::takeover knows that all that was lost
/// is over, and opens it; the others go by that. It is recorded at the beginning of the wait, as
/// what is lost twice looks like what was lost once. Each request that takes a partition names its
/// era, and Redis refuses it under another one. (A partition without a key is waited for beside
/// that: see NodeLeases.)
class EraWatch {
 public:
  explicit EraWatch(Duration wait) : wait_(wait) {}

  /// Redis was asked for both in one step. Call for each new connection, and as often as you like.
  void on_seen(const ServerId& server, const std::optional<Era>& recorded, BootInstant now);
  /// A request was refused, as the era that it named is over: ask Redis, and call on_seen().
  void on_refused() { is_stale_ = true; }

  /// Partitions may be taken, under recorded().
  [[nodiscard]] bool may_take() const { return !is_stale_ && fits() && recorded_->is_open; }

  /// When this node may record to_record() in place of recorded(), if Redis still has that.
  /// nullopt: there is no need.
  [[nodiscard]] std::optional<BootInstant> record_from() const;
  /// Whether that is to open an era: one node in time is enough.
  [[nodiscard]] bool opens() const { return fits(); }
  /// `nonce`: random, for a new era.
  [[nodiscard]] Era to_record(std::string nonce) const;

  [[nodiscard]] const std::optional<Era>& recorded() const { return recorded_; }

 private:
  [[nodiscard]] bool fits() const { return recorded_ && recorded_->server == server_; }

  Duration wait_;
  ServerId server_;  // as last seen, like the next one
  std::optional<Era> recorded_;
  std::optional<BootInstant> seen_since_;  // both of them
  bool is_stale_ = false;
};

}  // namespace fanfetch
