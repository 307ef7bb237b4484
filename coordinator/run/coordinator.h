#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/dispatch/dispatcher.h"
#include "coordinator/dispatch/routes.h"
#include "coordinator/dispatch/timers.h"
#include "coordinator/dispatch/workers.h"
#include "coordinator/run/run_end.h"
#include "coordinator/run/run_stage.h"
#include "coordinator/run/seams.h"

namespace fanfetch {

/// The loop's decisions: takes planned links while there is room for them, has them dispatched,
/// hands what is finished to the ledger, and brings the run to its end. It waits for nothing but
/// the events that its owner (Run) passes on, and knows no descriptor, so that tests need none.
/// Thread: the loop's.
class Coordinator {
 public:
  /// What it works with. All is lent.
  struct Seams {
    Workers& workers;
    Routes& routes;
    Timers& timers;
    LinkSupply& links;
    LedgerInbox& ledger;
    LinkGuard* guard = nullptr;  ///< See Dispatcher::Events.
  };

  /// Which run it is.
  struct About {
    Instant launched;    ///< The program.
    std::string output;  ///< The folder, as the user wrote it.
  };

  /// `leave_loop` is called once nothing is left to wait for. `seed`: of the dice for delays.
  Coordinator(DispatchRules rules, const Seams& seams, std::function<void()> leave_loop,
              About about, std::uint64_t seed);
  /// The same for links that are fetched elsewhere. `fetching` is lent; Seams::routes has no use.
  Coordinator(Fetching& fetching, const Seams& seams, std::function<void()> leave_loop,
              About about);

  /// Starts the workers. False: none could be started, which is noted as trouble.
  [[nodiscard]] bool start();
  /// Reports the progress from now on, every `interval`.
  void report_progress(Duration interval);
  /// From now on the run ends as soon as one of `limits` is reached, and goes by no others.
  void set_limits(const RunLimits& limits);
  [[nodiscard]] const RunLimits& limits() const { return limits_; }
  /// Links that were taken from the list and went back to the fleet, each time: they are not
  /// counted as taken.
  [[nodiscard]] std::uint64_t handed_over() const { return handed_over_; }

  // Events:
  /// All events of one wake-up were passed on: act on them.
  void after_batch();
  void on_completion(TaskId id, JobReport report, std::optional<unsigned> connected = {}) {
    dispatcher_->on_completion(id, std::move(report), connected);
  }
  void on_lost(TaskId id, Blame blame) { dispatcher_->on_lost(id, blame); }
  /// See Dispatcher::stop_by().
  [[nodiscard]] BootInstant stop_by(TaskId id) const { return dispatcher_->stop_by(id); }
  void on_worker_message(std::string text);
  /// Those elsewhere that fetch, or bring links, have been out of reach for too long, or for good.
  /// The run ends. `why`: a sentence.
  void on_out_of_reach(std::string why);
  void on_workers_hopeless(Error error);
  void on_signal(int signal);
  /// Takes no new links, and gives those in flight the same time as a first signal does. `why`: see
  /// AskedEnd. Of no effect once the run ends anyway, but that a disk which is nearly full is
  /// noted.
  void end_as_asked(EndReason reason, std::string why);
  /// Nothing new begins until resume(). `words`: what progress says of it, such as `paused until
  /// 18:00`. May be called again, with others.
  void pause(std::string words);
  void resume();
  [[nodiscard]] bool is_paused() const { return !paused_.empty(); }
  /// What the run goes by from now on.
  void set_host_rules(HostRules rules) { fetching_.set_host_rules(std::move(rules)); }
  void set_limit_rate(std::uint64_t bytes_a_second) { fetching_.set_limit_rate(bytes_a_second); }
  [[nodiscard]] const HostRules& host_rules() const { return fetching_.host_rules(); }
  [[nodiscard]] std::vector<HostView> top_hosts(HostOrder order, std::size_t most) const {
    return fetching_.top_hosts(order, most);
  }
  /// The ledger's thread has done something, or the output has failed.
  void on_ledger_progress();

  // At the end of the run:
  /// What it has come to, of ProgressState what is the loop's and no matter of the moment.
  [[nodiscard]] ProgressState end_state() const;
  /// Takes up what the ledger's thread met with. To be called again after its end.
  void note_output_trouble();
  [[nodiscard]] const RunTrouble& trouble() const { return trouble_; }
  [[nodiscard]] Stage stage() const { return stage_.stage(); }
  /// The reader found the ledger damaged.
  [[nodiscard]] bool ledger_damaged() const { return ledger_damaged_; }
  /// The list was read to its end, and every link of it has a record, however the run ends.
  [[nodiscard]] bool is_whole() const { return total_ && unfinished() == 0; }
  /// Links that have no record.
  [[nodiscard]] std::uint64_t unfinished() const { return fetching_.unfinished(); }

  /// Taken from the reader per wake-up, so that a long list of bad lines delays no signal.
  static constexpr int kItemsPerBatch = 512;
  /// What the ledger has not done yet; beyond, no job is given until it has caught up. About 1 KB
  /// each; enough for 8,000 files a second where a batch takes half a second.
  static constexpr std::size_t kMaxBacklog = 4096;
  /// Messages are dropped beyond this: a worker that writes without end must not fill our memory.
  static constexpr std::size_t kMaxBacklogForMessages = 2 * kMaxBacklog;

  /// What is in flight at the first signal gets this long to finish.
  static constexpr auto kGrace = std::chrono::seconds(10);
  /// Then the workers get this long to write checkpoints and leave, before SIGKILL.
  static constexpr auto kCutTime = std::chrono::seconds(2);
  /// And this long to die of it: one that a disk or a network file system holds does so only when
  /// that responds, and is left behind.
  static constexpr auto kKillTime = std::chrono::seconds(3);
  /// A look at all hosts that wait is taken this often at most.
  static constexpr auto kWaitsInterval = std::chrono::seconds(1);
  /// How often it is looked whether a limit of the run is reached.
  static constexpr auto kLimitsInterval = std::chrono::milliseconds(250);
  /// A pause that a host asks for is reported if it is at least this long, and one in this time.
  static constexpr auto kPauseWorthTelling = std::chrono::seconds(10);

 private:
  void take_items();
  [[nodiscard]] bool take_items_into(std::vector<Record>& records);
  void take(ReaderItem item, std::vector<Record>& records);
  void report(std::vector<Record>& records);
  [[nodiscard]] bool wants_more_links() const;
  void take_more_later();
  [[nodiscard]] bool is_backlogged() const;
  [[nodiscard]] bool drops_messages() const;

  void on_finished(FinishedLink finished);
  void on_try_again(const Task& task, const Failed& failed, Duration delay);
  [[nodiscard]] ProgressState progress_state();
  void report_pause(const std::string& origin, Duration pause);

  [[nodiscard]] std::optional<std::uint64_t> counted_total() const;
  [[nodiscard]] std::string what_is_done_yet() const;
  [[nodiscard]] RunLimits limits_that_matter() const;
  void check_limits();
  [[nodiscard]] RunUse use() const;

  void fail_output(std::string reason);
  void on_event(RunEvent event);
  void stop_workers();
  void leave_workers_behind();

  Workers& workers_;
  Timers& timers_;
  LinkSupply& links_;
  LedgerInbox& ledger_;
  const std::function<void()> leave_loop_;
  const About about_;
  std::optional<Dispatcher> dispatcher_;  // nullopt: links are fetched elsewhere
  Fetching& fetching_;                    // that, or what is lent

  RunStage stage_;
  RunTrouble trouble_;
  std::optional<std::uint64_t> total_;  // set: the list has been read to its end
  bool items_left_ = false;             // take_items() left something with the reader
  bool ledger_damaged_ = false;
  bool signalled_ = false;     // the same
  bool workers_gone_ = false;  // all of them have left
  Instant next_pause_report_{};
  std::string paused_;      // what is said of it; empty: the run is not
  std::uint64_t read_ = 0;  // links of the list that were taken
  std::uint64_t handed_over_ = 0;
  Scheduler::Waits waits_;  // as of the last look,
  Instant next_waits_{};    // and when the next one is taken
  RunLimits limits_;
  bool limits_watched_ = false;
};

}  // namespace fanfetch
