#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "common/event_loop.h"
#include "common/unique_fd.h"
#include "coordinator/control/server.h"
#include "coordinator/control/socket.h"
#include "coordinator/dispatch/pool_workers.h"
#include "coordinator/dispatch/route_finder.h"
#include "coordinator/dispatch/timers.h"
#include "coordinator/fleet/run/fleet_driver.h"
#include "coordinator/fleet/run/fleet_node.h"
#include "coordinator/process/notify_socket.h"
#include "coordinator/process/service_messages.h"
#include "coordinator/process/signals.h"
#include "coordinator/reading/reader_thread.h"
#include "coordinator/report/run_report.h"
#include "coordinator/report/tally.h"
#include "coordinator/run/coordinator.h"
#include "coordinator/run/run_end.h"
#include "coordinator/run/run_threads.h"
#include "coordinator/settle/ledger_thread.h"
#include "coordinator/settle/placer.h"
#include "coordinator/settle/reserve.h"
#include "coordinator/settle/run_ledger.h"
#include "coordinator/settle/run_measures.h"

namespace fanfetch {

/// What the user set for a run.
struct RunRules {
  DispatchRules dispatch;
  RouteRules routes;
  MaxFailed max_failed;
};

/// What a run is made of, opened and checked.
struct RunParts {
  RunRules rules;
  Settings settings;  ///< The same, of what may change in mid-run.
  RunLedger ledger;
  WorkerProgram program;
  PoolSettings pool;
  std::deque<StartedWorker> workers;  ///< Of that program and these settings; they wait for jobs.
  std::unique_ptr<Reader> reader;
  std::unique_ptr<LinksInFlight> links_in_flight;  ///< The reader's planner has it too.
  std::unique_ptr<NameClaims> name_claims;         ///< The same.
  ContentNameRules content_names;
  UniqueFd stop_reader;  ///< The eventfd behind SourceContext::stop_fd.
  std::unique_ptr<RunReport> report;
  std::optional<MetricsTarget> metrics;  ///< nullopt: none are written.
  Instant launched;                      ///< The program.
  NotifySocket manager;
  ServiceMessages messages;
  std::unique_ptr<FleetDriver> driver;  ///< Of a fleet, which fetches the links; else null.
  std::unique_ptr<FleetNode> node;      ///< In a fleet, whose links the reader gets; else null.
};

/// A run: owns the loop, the workers and the other threads, passes their events on to the
/// Coordinator, which decides, and closes the books at the end. Thread: main's.
class Run {
 public:
  /// REQUIRES: Signals::block().
  explicit Run(RunParts parts);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /// The whole run. Call once. If the reader is stuck, this object must not be destroyed.
  [[nodiscard]] RunEnd carry_out();

 private:
  class Live;

  [[nodiscard]] std::unique_ptr<PoolWorkers> make_pool();
  [[nodiscard]] Coordinator make_coordinator();
  [[nodiscard]] std::uint64_t in_flight() const;
  [[nodiscard]] SettlerHooks hooks();
  void join_fleet();
  void leave_fleet();
  void after_batch();
  void watch_threads();
  void on_signal(int signal);
  void keep_manager_informed();
  void inform_manager(Instant now);
  void close_ledger();
  void open_control();
  void note_protections(Protections reached);
  [[nodiscard]] RunEnd finish();

  RunParts parts_;
  EventLoop loop_;
  Signals signals_;
  LoopTimers timers_;
  std::unique_ptr<FleetDriver> driver_;
  std::unique_ptr<FleetNode> node_;
  std::unique_ptr<PoolWorkers> workers_;  // null: a driver has none
  RouteFinder routes_;
  ReaderThread reader_;
  const Placer placer_;
  Reserve reserve_;       // the ledger thread's
  RunMeasures measures_;  // the same
  InboxOfThread inbox_;   // before the ledger's thread, which uses it
  LedgerThread ledger_;
  SupplyOfThread supply_;
  Coordinator coordinator_;
  std::unique_ptr<Live> live_;
  std::optional<ControlSocket> control_;
  std::optional<ControlServer> server_;  // it uses all of the above
  bool closing_ = false;                 // the loop has ended
  std::uint64_t closed_ = 0;             // steps of the closing that are done
};

}  // namespace fanfetch
