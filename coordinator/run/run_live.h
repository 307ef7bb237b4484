#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "coordinator/control/live_run.h"
#include "coordinator/control/run_pace.h"
#include "coordinator/fleet/fleet_fields.h"
#include "coordinator/process/wall_alarm.h"
#include "coordinator/run/run.h"

namespace fanfetch {

/// The run as those see it who ask and steer it through its control socket. What has an effect is
/// printed by the run, and kept in the ledger's row of it. Thread: the loop's.
class Run::Live final : public LiveRun {
 public:
  /// Both are lent.
  Live(Run& run, LedgerInbox& inbox);

  /// From now on the run goes by its timetable. Call once its workers are there, before the loop.
  void begin();

  [[nodiscard]] Instant now() const override;
  [[nodiscard]] LiveStatus status() const override;
  [[nodiscard]] std::vector<HostView> hosts(HostOrder order, std::size_t most) const override;
  [[nodiscard]] std::vector<WorkerView> workers() const override;
  [[nodiscard]] std::optional<SeenFleet> fleet() const override;
  [[nodiscard]] std::vector<LiveFailure> failures(std::size_t most) const override;

  [[nodiscard]] std::vector<SettingLine> settings() const override;
  [[nodiscard]] Result<Heard> set(std::span<const Assignment> values) override;
  /// What the driver of this node's fleet was told: names and values. What is wrong here is said.
  void follow_driver(const FleetFields& told);
  /// The driver pauses the fleet, or goes on.
  void follow_drivers_pause(bool is_paused);
  /// The fleet's list is at its end, which a paused run does not look for.
  void end_pauses();
  Heard pause(std::optional<std::chrono::milliseconds> time) override;
  [[nodiscard]] Result<Heard> resume() override;
  Heard stop() override;

 private:
  [[nodiscard]] RunPace::Now both_clocks() const;
  void apply(Settings wanted);
  void go_by_pace();
  void on_time();
  void note(const std::string& text);
  void record(const std::string& text);

  Run& run_;
  LedgerInbox& inbox_;
  const WallTime began_at_;
  const Settings begun_;
  Settings settings_;
  RunPace pace_;
  RunPace::State applied_;  // what the run goes by
  WallAlarm alarm_;         // when the timetable has something else
  std::optional<EventLoop::TimerKey> pause_timer_;
};

}  // namespace fanfetch
