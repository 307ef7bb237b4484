#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "common/event_loop.h"
#include "coordinator/dispatch/dispatcher.h"
#include "coordinator/dispatch/pool_workers.h"
#include "coordinator/dispatch/route_finder.h"
#include "coordinator/dispatch/timers.h"
#include "coordinator/link/link.h"
#include "coordinator/process/signals.h"
#include "coordinator/reading/reader_thread.h"
#include "coordinator/report/run_report.h"
#include "coordinator/run_end.h"
#include "coordinator/schedule/retry_policy.h"
#include "coordinator/settle/ledger_thread.h"
#include "coordinator/settle/placer.h"
#include "coordinator/settle/reserve.h"
#include "coordinator/settle/run_ledger.h"

namespace fanfetch {

/// What the user set for the loop and what it dispatches.
struct RunRules {
  DispatchRules dispatch;
  RouteRules routes;
  int retries = 0;  ///< Of a link, after the first try.
  MaxFailed max_failed;
};

/// What a run is made of, opened and checked.
struct RunParts {
  RunRules rules;
  RunLedger ledger;
  WorkerProgram program;
  PoolSettings pool;
  std::unique_ptr<Reader> reader;
  std::unique_ptr<LinksInFlight> links_in_flight;  ///< The reader's planner has it too.
  std::unique_ptr<NameClaims> name_claims;         ///< The same.
  ContentNameRules content_names;
  UniqueFd stop_reader;  ///< The eventfd behind SourceContext::stop_fd.
  std::unique_ptr<RunReport> report;
};

/// The loop: takes planned links from the reader, gives jobs to the workers, decides what each
/// outcome means, and hands what is settled to the ledger. It waits for nothing but its own events.
/// Thread: main's.
class Coordinator {
 public:
  explicit Coordinator(RunParts parts);
  ~Coordinator();
  Coordinator(const Coordinator&) = delete;
  Coordinator& operator=(const Coordinator&) = delete;

  /// The whole run. Call once.
  [[nodiscard]] RunEnd run();

 private:
  enum class Stage : std::uint8_t {
    running,
    finishing,  // all links are settled, and the workers were told to leave
    cut_off,    // the workers were told to leave before that
  };

  void watch_everything();
  void after_batch();
  void take_planned();
  [[nodiscard]] bool take_planned_into(std::vector<Record>& records);
  void report_records(std::vector<Record> records);
  [[nodiscard]] bool wants_more_links() const;
  void take_more_later();
  [[nodiscard]] bool backlogged() const;

  void on_completion(TaskId id, Outcome outcome);
  void on_lost(TaskId id, Blame blame);
  void follow(TaskId id, Redirected redirected);
  void fail_or_retry(TaskId id, Failed failed);
  void tell_of_pause(const std::string& origin, Duration pause);
  void settle(TaskId id, Outcome outcome);
  void forget(TaskId id);

  void on_signal(int signal);
  void on_ledger_progress();
  void note_output_trouble();
  void end_early();
  void end_if_done();
  void stop_workers();
  void report_progress();
  void say(std::function<void(RunReport&)> what);
  [[nodiscard]] RunEnd finish();

  RunParts parts_;
  const RetryPolicy retry_policy_;
  std::mt19937_64 random_{std::random_device{}()};

  EventLoop loop_;
  Signals signals_;
  LoopTimers timers_;
  PoolWorkers workers_;
  RouteFinder routes_;
  Dispatcher dispatcher_;
  ReaderThread reader_;
  const Placer placer_;
  Reserve reserve_;  // the ledger thread's
  LedgerThread ledger_;

  std::optional<std::uint64_t> total_;  // set: the list has been read to its end
  std::uint64_t unfinished_ = 0;        // links given up when the run was cut off
  bool planned_left_ = false;           // take_planned() left something in the queue
  Stage stage_ = Stage::running;
  bool ledger_damaged_ = false;
  Instant next_word_of_pause_{};
  RunTrouble trouble_;
};

}  // namespace fanfetch
