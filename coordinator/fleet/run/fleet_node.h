#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/event_loop.h"
#include "coordinator/dispatch/link_guard.h"
#include "coordinator/fleet/driver_silence.h"
#include "coordinator/fleet/fleet_job.h"
#include "coordinator/fleet/held_links.h"
#include "coordinator/fleet/run/fleet_line.h"
#include "coordinator/fleet/run/lease_keeper.h"
#include "coordinator/fleet/run/link_reader.h"
#include "coordinator/fleet/run/result_sender.h"

namespace fanfetch {

/// A node's part in its fleet: LeaseKeeper has the partitions, LinkReader hands their links to the
/// run as the lines of a list, ResultSender reports what became of each once that lasts, and this
/// follows the job and counts transfers. Nothing has to be kept over a kill: what was not reported
/// is delivered again, and the ledger answers for it. Thread: the loop's, unless said otherwise.
class FleetNode final : public LinkGuard {
 public:
  /// Called from the loop.
  struct Events {
    std::function<void()> on_stopped;               ///< The whole fleet is to end.
    std::function<void(bool is_paused)> on_paused;  ///< Begin nothing, or go on.
    std::function<void()> on_list_over;             ///< Whatever pauses it, the run may end.
    /// The driver was told to change what holds for all nodes, or begun again with other limits of
    /// hosts: names and values, not checked.
    std::function<void(const FleetFields& told)> on_set;
    std::function<void(std::string text)> on_notice;
  };

  /// `name`: of the node, as is_node_name() wants it. `version`: of the program, for people.
  FleetNode(FleetAccess access, FleetJob job, std::string name, std::string version);
  ~FleetNode() override;
  FleetNode(const FleetNode&) = delete;
  FleetNode& operator=(const FleetNode&) = delete;

  /// Where the links come from. Call before start().
  [[nodiscard]] FleetDoor& door() { return links_.door(); }

  /// Lends `loop`, which this must not outlive.
  void start(EventLoop& loop, Events events);

  // What the run tells of its links. Any thread:
  /// Nothing is left to be done for a link, as SettlerHooks::on_done says.
  void on_done(const LinkId& link, const Record& record, bool lasts) {
    results_.on_done(link, record, lasts);
  }
  /// A record of the planner's own.
  void on_planned(const Record& record) { results_.on_planned(record); }

  // From the loop:
  [[nodiscard]] bool may_begin(const Link& link) override;
  void on_back(const Link& link) override;
  /// What became of a link goes to the ledger; on_done() follows.
  void on_settling(const LinkId& link) { held_.on_settling(link); }
  [[nodiscard]] BootInstant stop_by(const Link& link) const override;
  /// Does what time has made due. Call first after each wake-up.
  void go_on();
  /// The run begins nothing, whoever has paused it; for people who look at the fleet.
  void note_paused(bool is_paused) { run_is_paused_ = is_paused; }
  /// Sends what has gathered. Call last.
  void flush();

  /// Whether others wait for what the ledger has still to do, which counts `backlog`.
  [[nodiscard]] bool waits_for_ledger(std::size_t backlog) const;
  /// Takes no new links, and hands each partition back once its transfers have ended and Redis has
  /// their results.
  void leave();
  /// The run has ended, and its ledger is closed: reports the rest, hands back what is left, and
  /// calls `closed`, from the loop, within `limit`.
  void finish(Duration limit, std::function<void()> closed);

 private:
  void on_up(RedisData data);
  void end_list(std::optional<Error> why);
  void end_job();
  void beat();
  void on_beat(const RedisReply& reply);
  void follow_job(const FleetFields& hash, std::string_view first_result);

  void end_work(unsigned partition);
  void hand_back_what_ended();

  void end_if_finished();

  [[nodiscard]] unsigned partition_of(const Link& link) const;

  const FleetAccess access_;
  const FleetJob job_;
  const std::string name_;
  const std::string version_;
  const std::string prefix_;
  HeldLinks held_;
  LinkReader links_;
  ResultSender results_;

  EventLoop* loop_ = nullptr;
  Events events_;
  std::optional<FleetLine> line_;
  std::optional<LeaseKeeper> keeper_;
  std::vector<unsigned> transfers_;  // by partition
  std::set<unsigned> ending_;        // partitions that the keeper has still to be told of
  std::optional<EventLoop::TimerKey> beat_timer_, end_timer_;
  FleetFields settings_;    // that it goes by
  std::string born_;        // FleetJob::born, as last seen
  BootInstant in_touch_{};  // when the job's hash was seen, the last time
  DriverSilence silence_;
  bool knows_nodes_ = false;    // since the line is up
  bool has_joined_ = false;     // which is told once
  bool is_paused_ = false;      // by the job
  bool run_is_paused_ = false;  // by whomever
  bool is_over_ = false;        // the job, or the patience with Redis
  bool leaves_ = false;
  std::function<void()> closed_;  // set: finish() was called
};

}  // namespace fanfetch
