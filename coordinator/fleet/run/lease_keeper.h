#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/event_loop.h"
#include "coordinator/fleet/fleet_job.h"
#include "coordinator/fleet/node_leases.h"
#include "coordinator/fleet/run/fleet_line.h"

namespace fanfetch {

/// Carries out what NodeLeases decides: sends its requests, brings it the answers and the time.
///
/// That a partition is this node's, or is for longer, counts once a replica of Redis knows, where
/// there is one: a master that is cut off from its replicas says yes to its nodes for ever, while
/// those of the next master wait for LeaseRules::takeover alone. One that has no replica (any more:
/// Redis forgets a silent one after repl-timeout) is believed where Sentinels know of none either,
/// or there are no Sentinels; min-replicas-to-write has it refuse. Of several replicas one is
/// enough, though another may be the next master, as Sentinel takes the one that knows most.
/// Nothing else has to wait: what the next master lacks of links, of what was got or reported, and
/// of results that the driver took, comes again, and is known by its ID. Thread: the loop's.
class LeaseKeeper {
 public:
  struct Events {
    /// The node has the partition from now on. `was_lost`: its last owner did not hand it back.
    std::function<void(unsigned partition, bool was_lost)> on_work;
    /// It has to end with it; on_stopped() is to follow.
    std::function<void(unsigned partition)> on_stop;
    std::function<void(std::string text)> on_notice;  ///< For the user.
  };

  /// Lends all three. `me`: a name that no other process has, without a colon.
  LeaseKeeper(EventLoop& loop, FleetLine& line, const FleetJob& job, std::string me, Events events);
  ~LeaseKeeper();
  LeaseKeeper(const LeaseKeeper&) = delete;
  LeaseKeeper& operator=(const LeaseKeeper&) = delete;

  void on_up();
  void on_down();
  /// `nodes`: all that live. `own`: the name of this one there.
  void on_nodes(std::vector<std::string> nodes, const std::string& own);
  /// The node has nothing to do for these partitions any more: no transfer runs, and Redis has the
  /// results, or they are not waited for.
  void on_stopped(std::span<const unsigned> partitions);
  void leave();
  [[nodiscard]] bool has_left() const { return leases_.has_left(); }

  /// Does what is due. Call first after each wake-up, before anything else is begun: the process
  /// may have slept for longer than its leases.
  void go_on();

  [[nodiscard]] bool may_begin(unsigned partition) const {
    return leases_.may_begin(partition, boot_now());
  }
  /// Of the lease by which the node works on the partition, or did last.
  [[nodiscard]] TakeNumber take(unsigned partition) const { return takes_[partition]; }
  /// When its last transfer has to have ended; BootInstant(): it may have none.
  [[nodiscard]] BootInstant stop_by(unsigned partition) const {
    return leases_.stop_by(partition).value_or(BootInstant());
  }
  /// By which Redis knows this process.
  [[nodiscard]] const std::string& me() const { return me_; }
  /// By which scripts know the lease of a partition that the node works on.
  [[nodiscard]] std::string token(unsigned partition) const;
  [[nodiscard]] unsigned working() const { return leases_.working(); }

 private:
  [[nodiscard]] std::string token_of(TakeNumber take) const;
  void follow();
  void obey(const LeaseAction& action);
  void ask(const LeaseAction& action, std::string_view script, std::vector<std::string> arguments);
  void confirm();
  void ask_again_later(const LeaseAction& action);
  void record_era();
  void look();
  void look_again();
  void on_look(const RedisReply& reply);
  void tell_of_wait(std::span<const PartitionSeen> seen);
  void arm();

  EventLoop& loop_;
  FleetLine& line_;
  const FleetJob& job_;
  const std::string prefix_;
  const std::string me_;
  const Events events_;
  NodeLeases leases_;
  std::vector<TakeNumber> takes_;  // by partition, of those that it works on
  std::vector<bool> was_lost_;     // by partition, when it was last asked for
  std::uint64_t nonces_ = 0;
  std::optional<EventLoop::TimerKey> timer_, look_timer_, again_timer_;
  /// What is asked for in one turn, as far as Redis has said yes.
  struct Granted {
    std::vector<LeaseAction> actions;
    bool can_be_confirmed = true;
  };
  std::shared_ptr<Granted> granted_;  // of this turn; null: nothing is asked for
  std::vector<LeaseAction> refused_;  // to be asked again
  std::optional<BootInstant> wake_;
  bool has_news_ = false;        // of answers, for the next go_on()
  bool was_refused_ = false;     // what record_era() asked for
  bool has_complained_ = false;  // about looks
  bool has_told_of_wait_ = false;
  bool is_busy_ = false;  // follow() is below us
};

}  // namespace fanfetch
