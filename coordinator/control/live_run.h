#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock.h"
#include "common/result.h"
#include "coordinator/control/settings.h"
#include "coordinator/fleet/fleet_view.h"
#include "coordinator/pool/worker_view.h"
#include "coordinator/report/live_report.h"
#include "coordinator/schedule/host_view.h"

namespace fanfetch {

/// How it stands with a run.
struct LiveStatus {
  std::int64_t run = 0;  ///< Its number in the ledger.
  int pid = 0;
  WallTime started_at{};
  std::string_view state;  ///< `running`, `paused` or `ending`.
  std::optional<std::chrono::milliseconds>
      paused_for;                        ///< A pause that ends of itself: what is left,
  std::optional<WallTime> paused_until;  ///< and when it ends.
  std::string rate;                      ///< What a timetable allows now; see SettingLine::holds.
  LiveReport live;                       ///< Without failures.
};

/// Whether a word has changed anything.
enum class Heard : std::uint8_t { done, so_already };

/// A run, as those see it who look at it and steer it. Abstract so that the protocol is tested
/// without a run; the real one is in run.cc. Thread: the loop's.
struct LiveRun {
  virtual ~LiveRun() = default;

  [[nodiscard]] virtual Instant now() const = 0;
  [[nodiscard]] virtual LiveStatus status() const = 0;
  /// See Scheduler::top_hosts().
  [[nodiscard]] virtual std::vector<HostView> hosts(HostOrder order, std::size_t most) const = 0;
  [[nodiscard]] virtual std::vector<WorkerView> workers() const = 0;
  /// Of a driver: its nodes. nullopt: the run is none.
  [[nodiscard]] virtual std::optional<SeenFleet> fleet() const = 0;
  /// The newest `most`, the newest last.
  [[nodiscard]] virtual std::vector<LiveFailure> failures(std::size_t most) const = 0;

  /// What holds now, and what the run began with.
  [[nodiscard]] virtual std::vector<SettingLine> settings() const = 0;
  /// All of `values`, or none of them. Error: what is wrong with one.
  [[nodiscard]] virtual Result<Heard> set(std::span<const Assignment> values) = 0;
  /// Nothing new begins, for `time` or until resume().
  virtual Heard pause(std::optional<std::chrono::milliseconds> time) = 0;
  /// Error: who else pauses the run; nothing is done.
  [[nodiscard]] virtual Result<Heard> resume() = 0;
  /// The run ends politely.
  virtual Heard stop() = 0;
};

}  // namespace fanfetch
