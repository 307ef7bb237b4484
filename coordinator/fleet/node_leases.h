#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "coordinator/fleet/era_watch.h"
#include "coordinator/fleet/lease_rules.h"
#include "coordinator/fleet/partition_lease.h"

namespace fanfetch {

/// What a node has to do. Requests are sent in the order of the actions, on one connection. `token`
/// stands for the node's name, a random number of its process, and the take number.
struct LeaseAction {
  enum class Kind : std::uint8_t {
    /// Ask for the server's identity, the recorded era, and the owners of all partitions, in one
    /// step; answered by on_look().
    look,
    /// If the recorded era is still era().recorded(): record era().to_record() and, if that is a
    /// closed one, mark all partitions without a lease as handed back, in one step. Then look.
    /// Never mark when an era is opened: the owner of a lease that has just run out still works,
    /// and only the closed time between lets whoever takes the partition wait for its end.
    record_era,
    /// If the recorded era is era().recorded(), and the partition is marked as handed back: make it
    /// `token` for LeaseRules::lease. Answers: yes; no; `refused` for another era.
    take,
    take_lost,  ///< The same for a partition that has neither a lease nor that mark (SET NX).
    renew,      ///< If the lease is `token`: for LeaseRules::lease from now. Answers: yes or no.
    give_back,  ///< If the lease is `token`: mark the partition as handed back. The same.
    work,       ///< Begin with the partition's links. No request.
    stop,       ///< End its transfers until `stop_by`, then call on_stopped(). No request.
  };
  Kind kind = Kind::look;
  unsigned partition = 0;
  TakeNumber take = 0;
  RequestNumber request = 0;
  /// If this is over already, as after a machine was asleep: before anything else, without a
  /// checkpoint that takes time.
  BootInstant stop_by{};
};

enum class LeaseAnswer : std::uint8_t { yes, no, refused };

/// Who has a partition, as a look shows it. `lost`: it has no key; its owner's lease ran out, or
/// Redis has lost it.
enum class PartitionSeen : std::uint8_t { owned, handed_back, lost };

/// Which of a job's partitions a node works on: no two nodes on the same one, each on its share,
/// and all partitions are worked on within some leases of the last trouble. Pure: see LeaseRules,
/// EraWatch and PartitionLease for why it is safe. Thread: one at a time.
///
/// What is needed of whoever obeys, beyond the actions:
/// - `now` is read before the actions are sent, and after the process slept: next() comes first.
/// - A yes to taking or renewing that was not confirmed by a replica counts as lost where replicas
///   can be promoted (LeaseKeeper): a master that was cut off from its replicas renews leases that
///   the next one has lost.
/// - The processes that transfer keep to stop_by() themselves: this one may be stopped alone.
/// - The mark for "handed back" has no expiry. At the job's birth all partitions have it.
class NodeLeases {
 public:
  NodeLeases(const LeaseRules& rules, unsigned partitions);

  // --- Events ---

  void on_connected();
  /// No request that was sent will be answered.
  void on_connection_lost();
  /// `rank` of this node among `nodes` live ones. nullopt: it is not among them (of which there may
  /// be none); it goes on with what it has.
  void on_nodes(std::optional<unsigned> rank, unsigned nodes, BootInstant now);
  /// `seen`: of each partition, in order.
  void on_look(const ServerId& server, const std::optional<Era>& recorded,
               std::span<const PartitionSeen> seen, BootInstant now);
  void on_answer(unsigned partition, RequestNumber request, LeaseAnswer answer, BootInstant now);
  /// The request will not be answered, and may have been carried out: it is sent again. Not to be
  /// called at once where it was refused, or it is refused again and again.
  void on_unanswered(unsigned partition, RequestNumber request);
  /// Its last transfer has ended, and what came of it is told to the fleet; stale calls do no harm.
  void on_stopped(unsigned partition);
  /// From now on, hand all back and take nothing.
  void leave(BootInstant now);

  // --- What follows ---

  /// Adds what is to be done now. Call after each event or several, and when wake_at() has come.
  void next(BootInstant now, std::vector<LeaseAction>& actions);
  /// nullopt: nothing is to be done before an event.
  [[nodiscard]] std::optional<BootInstant> wake_at() const;

  /// Whether a transfer of the partition may begin.
  [[nodiscard]] bool may_begin(unsigned partition, BootInstant now) const;
  /// When its transfers have to have ended, as far as is known. nullopt: there is none to run.
  [[nodiscard]] std::optional<BootInstant> stop_by(unsigned partition) const;
  [[nodiscard]] const EraWatch& era() const { return era_; }
  /// Partitions that it works on.
  [[nodiscard]] unsigned working() const;
  /// After leave(): nothing is left to hand back.
  [[nodiscard]] bool has_left() const { return leaves_ && leases_.empty(); }

 private:
  using State = PartitionLease::State;
  using Kind = LeaseAction::Kind;

  [[nodiscard]] unsigned kept() const;
  [[nodiscard]] unsigned wanted() const;
  [[nodiscard]] unsigned excess() const;
  [[nodiscard]] std::optional<BootInstant> record_at() const;
  [[nodiscard]] std::optional<BootInstant> look_at() const;
  [[nodiscard]] std::optional<BootInstant> hand_back_at() const;
  void remember(std::span<const PartitionSeen> seen, BootInstant now);
  void take_some(std::span<const PartitionSeen> seen, BootInstant now);
  void take(Kind kind, unsigned partition, BootInstant now);
  void follow(BootInstant now);
  void hand_back_some(BootInstant now);
  void add_stop(unsigned partition, const PartitionLease& lease);

  LeaseRules rules_;
  unsigned partitions_;
  EraWatch era_;
  std::map<unsigned, PartitionLease> leases_;
  std::vector<LeaseAction> actions_;  // not yet taken by next()
  TakeNumber last_take_ = 0;
  RequestNumber last_request_ = 0;

  std::optional<unsigned> rank_;
  unsigned nodes_ = 1;
  std::optional<BootInstant> too_many_since_;  // by the list of nodes
  bool leaves_ = false;

  bool is_connected_ = false;
  bool is_looking_ = false;
  BootInstant next_look_{};   // when there are too few partitions
  BootInstant look_sent_{};   // the last one
  bool has_to_look_ = false;  // at once, and with any number of partitions
  /// Since when each partition has been seen as lost, without a gap in which somebody could have
  /// had it. Empty: none.
  std::vector<std::optional<BootInstant>> lost_since_;
  std::optional<BootInstant> last_seen_;  // when the last look was sent that was answered
};

}  // namespace fanfetch
