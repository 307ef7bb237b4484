#pragma once

#include <cstdint>
#include <optional>

#include "coordinator/fleet/lease_rules.h"

namespace fanfetch {

/// Names one taking of a partition, unique among all of a node's. The lease's key in Redis holds
/// the node and this number, and each request about the lease compares them: a request that was
/// stuck somewhere cannot harm a later lease.
using TakeNumber = std::uint64_t;

/// Numbers the requests of a node, so that an answer is taken for that of its own request alone.
using RequestNumber = std::uint64_t;

/// What a node knows of its lease of one partition. Pure: events and time come in.
///
///     state \ event | yes       | no          | answer lost | lease over | hand back   | stopped
///     --------------+-----------+-------------+-------------+------------+-------------+------------
///     asked         | → working | → over      | → unsure    | → unsure   |             |
///     unsure        | → working | → over      | asks again  | → over     | → returning |
///     working       | is longer | → dropping  | asks again  | → dropping | → stopping  |
///     stopping      | is longer | → dropping  | asks again  | → dropping |             | →
///     returning dropping      |           | is not ours |             |            |             |
///     → unsure returning     | → over    | → over      | asks again  | → over     |             |
///
/// "Yes" to a request counts from before that was sent, and one that comes too late to work by
/// leaves the state as it is, or `unsure`. In `returning`, only a yes to handing back counts. One
/// that is asked for is handed back after its answer: call hand_back() again. One that is
/// `dropping` and not ours is `over` once it has stopped. "Lease over" of an unsure or returning
/// one: a whole lease after the last request that could have made or prolonged it. Transfers run in
/// `working`, and come to their end in `stopping` and `dropping`; in no other state.
///
/// An unsure lease, whose request was sent and never answered, may be ours: nothing is fetched by
/// it, and a renewal, which Redis refuses if it is not, finds out.
class PartitionLease {
 public:
  enum class State : std::uint8_t { asked, unsure, working, stopping, dropping, returning, over };

  /// `request`, which takes the partition, is about to be sent.
  PartitionLease(const LeaseRules& rules, TakeNumber take, RequestNumber request, BootInstant now)
      : rules_(&rules), take_(take), request_(request), sent_(now), is_asking_(true) {}

  // The answer to a request; one to an earlier request than the last is ignored.
  void on_yes(RequestNumber request, BootInstant now);
  void on_no(RequestNumber request, BootInstant now);
  /// There will be no answer to what is on its way.
  void on_lost();
  /// The same of that request alone.
  void on_lost(RequestNumber request) {
    if (request == request_) on_lost();
  }
  /// The partition's last transfer has ended: see NodeLeases::on_stopped().
  void on_stopped();
  /// The node has too many partitions, or leaves.
  void hand_back(BootInstant now);

  /// Follows the time. Call before anything is decided by the state.
  void on_time(BootInstant now);

  /// What is to be sent now: nothing, a renewal, or that the partition is handed back.
  enum class Request : std::uint8_t { none, renew, give_back };
  [[nodiscard]] Request due(BootInstant now) const;
  /// due() is about to be sent.
  void on_sent(RequestNumber request, BootInstant now);

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] TakeNumber take() const { return take_; }
  /// Whether transfers of the partition may run: to begin, or only to come to their end.
  [[nodiscard]] bool has_transfers() const {
    return state_ == State::working || state_ == State::stopping || state_ == State::dropping;
  }
  /// When the node no longer believes in its lease. REQUIRES: has_transfers().
  [[nodiscard]] BootInstant end() const { return confirmed_ + rules_->usable; }
  /// When the last transfer has to have ended. REQUIRES: has_transfers().
  [[nodiscard]] BootInstant stop_by() const;
  /// When on_time() or due() have something new to say, if no event comes first. `can_ask`: there
  /// is a connection.
  [[nodiscard]] std::optional<BootInstant> wake_at(bool can_ask) const;

 private:
  [[nodiscard]] bool is_held() const {
    return state_ == State::working || state_ == State::stopping;
  }

  [[nodiscard]] BootInstant renew_at() const;
  void end_work(State state, BootInstant now);

  const LeaseRules* rules_;
  TakeNumber take_;
  RequestNumber request_;  // the last one
  State state_ = State::asked;
  BootInstant sent_;         // when the last request was
  BootInstant confirmed_{};  // the last request that was answered with yes
  BootInstant ends_work_{};  // since then transfers come to their end
  bool is_asking_ = false;   // no answer yet
  bool was_lost_ = false;    // the last request, or its answer
  bool gives_back_ = false;  // by the last request
  bool is_ours_ = true;      // unless Redis said no
};

}  // namespace fanfetch
