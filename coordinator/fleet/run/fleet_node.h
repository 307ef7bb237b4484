#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "common/event_loop.h"
#include "coordinator/dispatch/link_guard.h"
#include "coordinator/fleet/fleet_job.h"
#include "coordinator/fleet/held_links.h"
#include "coordinator/fleet/run/done_links.h"
#include "coordinator/fleet/run/fleet_line.h"
#include "coordinator/fleet/run/fleet_source.h"
#include "coordinator/fleet/run/lease_keeper.h"

namespace fanfetch {

/// A node's part in its fleet: gets the links of the partitions that it has the lease of, hands
/// them to the run as the lines of a list, and reports what became of each once that lasts. Nothing
/// has to be kept over a kill: what was not reported is delivered again, and the ledger answers for
/// it. Thread: the loop's, unless said otherwise.
class FleetNode final : public LinkGuard {
 public:
  /// Called from the loop.
  struct Events {
    std::function<void()> on_stopped;               ///< The whole fleet is to end.
    std::function<void(bool is_paused)> on_paused;  ///< Begin nothing, or go on.
    std::function<void(std::string text)> on_notice;
  };

  /// `name`: of the node, as is_node_name() wants it.
  FleetNode(FleetAccess access, FleetJob job, std::string name);
  ~FleetNode() override;
  FleetNode(const FleetNode&) = delete;
  FleetNode& operator=(const FleetNode&) = delete;

  /// Where the links come from. Call before start().
  [[nodiscard]] FleetDoor& door() { return door_; }

  /// Lends `loop`, which this must not outlive.
  void start(EventLoop& loop, Events events);

  // What the run tells of its links. Any thread:
  /// Nothing is left to be done for a link, as SettlerHooks::on_done says.
  void on_done(const LinkId& link, const Record& record, bool lasts);
  /// A record of the planner's own.
  void on_planned(const Record& record);

  // From the loop:
  [[nodiscard]] bool may_begin(const Link& link) override;
  void on_back(const Link& link) override;
  /// Does what time has made due. Call first after each wake-up.
  void go_on();
  /// Sends what has gathered. Call last.
  void flush();

  /// Takes no new links, and hands each partition back once its transfers have ended.
  void leave();
  /// The run has ended, and its ledger is closed: reports the rest, hands back what is left, and
  /// calls `closed`, from the loop, within `limit`.
  void finish(Duration limit, std::function<void()> closed);

 private:
  struct ToReport {
    unsigned partition = 0;
    std::string entry;
    FleetFields fields;
  };

  void on_up();
  void on_down();
  void on_gone(std::string why);
  void end_list(std::optional<Error> why);
  void beat();
  void on_beat(const RedisReply& reply);
  void follow_job(const FleetFields& hash);

  void on_work(unsigned partition);
  void on_stop(unsigned partition);

  void read();
  void read_in(Duration wait);
  void on_read(const RedisReply& reply, bool was_all);
  void take(unsigned partition, const RedisReply& entry);
  void drop(unsigned partition, const std::string& entry, const std::string& why);
  void take_done();
  void report(const DoneLink& done);
  void lose(const LinkId& link);
  void look_again(unsigned partition);
  void end_if_finished();

  [[nodiscard]] unsigned partition_of(const Link& link) const;

  const FleetAccess access_;
  const FleetJob job_;
  const std::string name_;
  const std::string prefix_;
  FleetDoor door_;
  DoneLinks done_;
  HeldLinks held_;

  EventLoop* loop_ = nullptr;
  Events events_;
  std::optional<FleetLine> line_;
  std::optional<LeaseKeeper> keeper_;
  std::vector<bool> works_;           // by partition
  std::vector<unsigned> transfers_;   // the same
  std::vector<std::string> cursors_;  // see kRead
  std::set<unsigned> hot_;            // partitions that had links of late
  Instant next_sweep_{};              // over the others
  unsigned turn_ = 0;                 // the partition that is read first
  bool knows_nodes_ = false;          // since the line is up
  bool is_reading_ = false;
  Duration idle_wait_{};
  std::optional<EventLoop::TimerKey> read_timer_, beat_timer_, again_timer_, report_timer_,
      end_timer_;
  std::vector<unsigned> to_look_at_again_;
  std::unordered_set<LinkId, HashOfId> not_begun_;  // by may_begin()
  std::deque<ToReport> results_;
  std::size_t reporting_ = 0;  // results on their way
  std::uint64_t bad_entries_ = 0;
  bool is_paused_ = false;
  bool is_over_ = false;  // the job, or the patience with Redis
  bool leaves_ = false;
  std::function<void()> closed_;  // set: finish() was called
};

/// What a node is called: the machine's name and some digits, which are the folder's.
[[nodiscard]] std::string node_name(int folder);

}  // namespace fanfetch
