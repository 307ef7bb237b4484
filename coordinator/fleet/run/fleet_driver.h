#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/event_loop.h"
#include "coordinator/dispatch/fetching.h"
#include "coordinator/fleet/fleet_job.h"
#include "coordinator/fleet/link_spool.h"
#include "coordinator/fleet/run/fleet_line.h"
#include "coordinator/fleet/run/fleet_watch.h"
#include "coordinator/fleet/run/host_spreader.h"
#include "coordinator/fleet/run/link_sender.h"
#include "coordinator/fleet/run/no_workers.h"
#include "coordinator/fleet/run/result_reader.h"
#include "coordinator/fleet/spread_hosts.h"
#include "coordinator/settle/batch_settler.h"

namespace fanfetch {

/// Has links fetched by the nodes of a fleet: LinkSender sends them, ResultReader takes back what
/// became of them, and this looks after the job, and after what Redis has lost of it, which is sent
/// again. Thread: the loop's, unless said otherwise.
class FleetDriver final : public Fetching {
 public:
  /// Called from the loop.
  struct Events {
    std::function<void(Settled)> settle;
    /// The ledger has all that was sent: nothing more comes before it has settled some.
    std::function<void()> settle_early;
    /// The run cannot go on.
    std::function<void(std::string why)> on_gone;
    std::function<void(std::string text)> on_notice;
  };
  struct Settings {
    unsigned attempts = 1;  ///< Of a link, by a node.
    HostRules hosts;
    unsigned per_host =
        1;               ///< Link::host_limit, at least, of links for whose host they say nothing.
    SpreadHosts spread;  ///< As FleetJob::spread says, with those that are to stay whole; within
                         ///< these limits.
    std::string where;   ///< As FleetView::where: scripts::kBegin knows a folder by it.
  };

  FleetDriver(FleetAccess access, FleetJob job, LinkSpool spool, Settings settings);
  ~FleetDriver() override;
  FleetDriver(const FleetDriver&) = delete;
  FleetDriver& operator=(const FleetDriver&) = delete;

  /// Lends `loop`, which this must not outlive.
  void start(EventLoop& loop, Events events);
  /// See SettlerHooks::on_done. Any thread.
  void on_done(const LinkId& link, const Record& record, bool lasts) {
    results_.on_done(link, record, lasts);
  }
  /// Error: these are none for the hosts that are spread; a sentence.
  [[nodiscard]] Result<> check_rules(const HostRules& rules) const;
  /// Tells all nodes, those that come later too, what `fanfetch set` said: names and values, each a
  /// right one.
  void set(const FleetFields& told);
  /// Sends what has gathered. Call last in each wake-up.
  void flush();

  enum class End : std::uint8_t {
    whole,    ///< All links are done: so is the job.
    stopped,  ///< By the user: nodes end, too.
    other,    ///< Nodes work on what they have, and wait for the next run.
  };
  /// The run has ended, and its ledger is closed. Calls `closed`, from the loop, within `limit`.
  void finish(End end, Duration limit, std::function<void()> closed);

  /// Redis has the run's end. Ask when finish() is over.
  [[nodiscard]] bool has_told_end() const { return end_ == End::other || is_end_told_; }

  /// For those who look at the run: a few seconds old, while Redis answers.
  [[nodiscard]] SeenFleet seen() const { return watch_.seen(); }

  /// This machine has no workers, and what the fleet's have received. Lends itself.
  [[nodiscard]] Workers& workers() { return workers_; }

  void add(Link link) override {
    ++added_;
    if (!results_.settle_early(link)) links_.add(std::move(link));
  }
  void on_list_end() override { results_.on_list_end(); }
  [[nodiscard]] std::size_t room() const override { return links_.room(); }
  void dispatch() override;
  void pause() override { set_state(FleetJob::State::paused); }
  void resume() override { set_state(FleetJob::State::running); }
  void cut_off() override;
  void set_host_rules(HostRules rules) override { settings_.hosts = std::move(rules); }
  [[nodiscard]] const HostRules& host_rules() const override { return settings_.hosts; }
  void set_limit_rate(std::uint64_t /*bytes_a_second*/) override {}
  [[nodiscard]] std::vector<HostView> top_hosts(HostOrder /*order*/,
                                                std::size_t /*most*/) const override {
    return {};
  }
  [[nodiscard]] std::size_t size() const override {
    return links_.size() + results_.settling_early();
  }
  [[nodiscard]] std::uint64_t added() const override { return added_; }
  [[nodiscard]] std::size_t under_way() const override { return links_.outstanding(); }
  [[nodiscard]] std::uint64_t wasted_bytes() const override { return 0; }
  [[nodiscard]] Scheduler::Waits waits(Instant /*now*/) const override { return {}; }
  [[nodiscard]] std::uint64_t unfinished() const override { return size(); }
  [[nodiscard]] std::optional<Instant> sleeps_until() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::uint64_t> nodes() const override { return watch_.nodes(); }

 private:
  void on_up();
  void set_state(FleetJob::State state);
  void tell_nodes();
  void give_sign();
  void look();
  void look_soon();
  void on_look(const RedisReply& reply);
  void write_spread(const std::string& spread, const std::vector<unsigned>& empty,
                    std::function<void(HostSpreader::Written)> done);
  void begin_again();
  void on_all_lost();
  void lose_job(std::string_view owner);
  void say_end();
  void on_end_said(FleetLine::Safe safe);
  void close_line();

  const FleetAccess access_;
  FleetJob job_;
  const std::string prefix_;
  Settings settings_;
  LinkSender links_;
  HostSpreader spreader_;
  ResultReader results_;
  NoWorkers workers_;
  FleetWatch watch_;

  EventLoop* loop_ = nullptr;
  Events events_;
  std::optional<FleetLine> line_;
  std::optional<EventLoop::TimerKey> look_timer_, end_timer_, again_timer_, move_timer_;
  std::uint64_t added_ = 0;
  bool is_cut_off_ = false;
  Instant next_word_{};  // about nodes
  std::function<void()> closed_;
  End end_ = End::other;
  bool is_closing_ = false;
  bool is_told_ = true;        // nodes, of the job's state and settings
  bool is_job_there_ = true;   // in Redis, as far as is known
  bool is_beginning_ = false;  // it is written again, and nothing is sent meanwhile
  bool was_begun_ = false;     // that may be done, and its answer lost
  bool is_end_told_ = false;   // for good
};

}  // namespace fanfetch
