#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/event_loop.h"
#include "coordinator/dispatch/fetching.h"
#include "coordinator/dispatch/workers.h"
#include "coordinator/fleet/fleet_job.h"
#include "coordinator/fleet/fleet_window.h"
#include "coordinator/fleet/link_spool.h"
#include "coordinator/fleet/run/done_links.h"
#include "coordinator/fleet/run/fleet_line.h"
#include "coordinator/link/finished_link.h"
#include "coordinator/link/packed_link.h"
#include "coordinator/settle/batch_settler.h"

namespace fanfetch {

/// Has links fetched by the nodes of a fleet: sends as many as FleetWindow says, parks the others,
/// and takes results, which leave Redis only once the ledger has them. What Redis loses is sent
/// again. Thread: the loop's, unless said otherwise.
class FleetDriver final : public Fetching {
 public:
  /// Called from the loop.
  struct Events {
    std::function<void(Settled)> settle;
    /// The run cannot go on.
    std::function<void(std::string why)> on_gone;
    std::function<void(std::string text)> on_notice;
  };
  struct Settings {
    unsigned attempts = 1;  ///< Of a link, by a node.
    HostRules hosts;
    std::string where;  ///< The folder, for people who look into Redis.
  };

  FleetDriver(FleetAccess access, FleetJob job, LinkSpool spool, Settings settings);
  ~FleetDriver() override;
  FleetDriver(const FleetDriver&) = delete;
  FleetDriver& operator=(const FleetDriver&) = delete;

  /// Lends `loop`, which this must not outlive.
  void start(EventLoop& loop, Events events);
  /// See SettlerHooks::on_done. Any thread.
  void on_done(const LinkId& link, const Record& record, bool lasts);
  /// Sends what has gathered. Call last in each wake-up.
  void flush();

  enum class End : std::uint8_t {
    whole,    ///< All links are done: so is the job.
    stopped,  ///< By the user: nodes end, too.
    other,    ///< Nodes work on what they have, and wait for the next run.
  };
  /// The run has ended, and its ledger is closed. Calls `closed`, from the loop, within `limit`.
  void finish(End end, Duration limit, std::function<void()> closed);

  /// This machine has no workers, and what the fleet's have received. Lends itself.
  [[nodiscard]] Workers& workers() { return workers_; }

  void add(Link link) override;
  [[nodiscard]] std::size_t room() const override;
  void dispatch() override { place_held_back(); }
  void pause() override { set_state(FleetJob::State::paused); }
  void resume() override { set_state(FleetJob::State::running); }
  void cut_off() override { is_cut_off_ = true; }
  void set_host_rules(HostRules rules) override { settings_.hosts = std::move(rules); }
  [[nodiscard]] const HostRules& host_rules() const override { return settings_.hosts; }
  void set_limit_rate(std::uint64_t /*bytes_a_second*/) override {}
  [[nodiscard]] std::vector<HostView> top_hosts(HostOrder /*order*/,
                                                std::size_t /*most*/) const override {
    return {};
  }
  [[nodiscard]] std::size_t size() const override;
  [[nodiscard]] std::uint64_t added() const override { return added_; }
  [[nodiscard]] std::size_t under_way() const override { return window_.outstanding(); }
  [[nodiscard]] std::uint64_t wasted_bytes() const override { return 0; }
  [[nodiscard]] Scheduler::Waits waits(Instant /*now*/) const override { return {}; }
  [[nodiscard]] std::uint64_t unfinished() const override { return size(); }
  [[nodiscard]] std::optional<Instant> sleeps_until() const override { return std::nullopt; }

 private:
  /// A link that is on its way to a node, or back.
  struct Outstanding {
    PackedLink link;  // moved from once there is a result
    unsigned partition = 0;
    unsigned sent = 1;
    std::string result;  // its entry, while the ledger takes it; empty: there is none yet
  };
  struct ToSend {
    unsigned partition = 0;
    FleetFields fields;
  };
  class NoWorkers final : public Workers {
   public:
    explicit NoWorkers(const FleetDriver& driver) : driver_(driver) {}
    [[nodiscard]] fanfetch::Result<> start() override { return {}; }
    [[nodiscard]] bool has_room() const override { return false; }
    [[nodiscard]] std::function<Placement(unsigned worker)> placements() const override {
      return [](unsigned) { return Placement{}; };
    }
    [[nodiscard]] fanfetch::Result<> submit(const Job&, TaskId, const std::string&) override {
      return fail("there are no workers");
    }
    [[nodiscard]] fanfetch::Result<bool> submit_alone(const Job&, TaskId,
                                                      const std::string&) override {
      return false;
    }
    void reserve(bool) override {}
    void wake() override {}
    void stop(std::function<void()> gone) override { gone(); }
    void cut() override {}
    void kill_all() override {}
    [[nodiscard]] std::uint64_t in_flight() const override { return driver_.window_.outstanding(); }
    [[nodiscard]] std::uint64_t bytes_in() const override { return driver_.bytes_; }
    [[nodiscard]] BytesInFlight bytes_in_flight() const override { return {}; }

   private:
    const FleetDriver& driver_;
  };

  void on_up();
  void on_gone(std::string why);
  void set_state(FleetJob::State state);

  [[nodiscard]] bool place(Link& link);
  void send(Link link, unsigned partition, FleetFields fields);
  void place_held_back();
  void refill();
  [[nodiscard]] bool park(const Link& link, unsigned partition, FleetFields fields);
  void unpark(unsigned partition);
  void refuse(Link link, std::string why);

  void send_some();
  void acknowledge_some();

  void read();
  void read_in(Duration wait);
  void on_read(const RedisReply& reply);
  void take(const RedisReply& entry);
  void take_done();

  void look();
  void on_look(const RedisReply& reply);
  void begin_again();
  void send_all_again();
  void say_end();

  const FleetAccess access_;
  FleetJob job_;
  const std::string prefix_;
  Settings settings_;
  NoWorkers workers_;
  DoneLinks done_;

  EventLoop* loop_ = nullptr;
  Events events_;
  std::optional<FleetLine> line_;

  // Out:
  FleetWindow window_;
  LinkSpool spool_;
  std::unordered_map<LinkId, Outstanding, HashOfId> outstanding_;
  std::deque<Link> held_back_;  // there is no room for the first one, not even in the spool
  std::deque<ToSend> to_send_;
  std::size_t sending_ = 0;

  // Back:
  std::string last_read_;  // empty: read from the beginning
  bool is_reading_ = false;
  std::size_t settling_ = 0;  // results that the ledger takes
  std::vector<std::string> to_acknowledge_;
  std::size_t acknowledging_ = 0;

  std::optional<EventLoop::TimerKey> read_timer_, look_timer_, again_timer_, end_timer_;
  std::uint64_t added_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t bad_results_ = 0;
  bool has_news_ = false;  // since the last look
  bool is_cut_off_ = false;
  Instant next_word_{};  // about nodes
  Instant next_spool_word_{};
  std::function<void()> closed_;
  End end_ = End::other;
  bool is_closing_ = false;
};

}  // namespace fanfetch
