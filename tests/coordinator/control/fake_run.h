#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "coordinator/control/live_run.h"

namespace fanfetch {

/// A run that notes what it is told.
struct FakeRun final : LiveRun {
  [[nodiscard]] Instant now() const override { return time; }
  [[nodiscard]] LiveStatus status() const override { return state; }
  [[nodiscard]] std::vector<HostView> hosts(HostOrder order, std::size_t most) const override {
    asked_order = order;
    std::vector<HostView> some = known_hosts;
    some.resize(std::min(most, some.size()));
    return some;
  }
  [[nodiscard]] std::vector<WorkerView> workers() const override { return known_workers; }
  [[nodiscard]] std::optional<SeenFleet> fleet() const override { return known_fleet; }
  [[nodiscard]] std::vector<LiveFailure> failures(std::size_t most) const override {
    std::vector<LiveFailure> some = known_failures;
    some.resize(std::min(most, some.size()));
    return some;
  }
  [[nodiscard]] std::vector<SettingLine> settings() const override {
    return setting_lines(now_holds, begun);
  }
  [[nodiscard]] Result<Heard> set(std::span<const Assignment> values) override {
    auto wanted = changed(now_holds, begun, values);
    if (!wanted) return tl::unexpected(wanted.error());
    now_holds = *wanted;
    told.push_back("set " + changes_text(now_holds, values));
    return Heard::done;
  }
  Heard pause(std::optional<std::chrono::milliseconds> for_ms) override {
    told.push_back(for_ms ? "pause " + std::to_string(for_ms->count()) : "pause");
    return heard;
  }
  Result<Heard> resume() override {
    told.emplace_back("resume");
    if (!paused_elsewhere.empty()) return fail("{}", paused_elsewhere);
    return heard;
  }
  Heard stop() override {
    told.emplace_back("stop");
    return heard;
  }

  Instant time{std::chrono::hours(1)};
  LiveStatus state{.run = 3,
                   .pid = 42,
                   .started_at = WallTime(std::chrono::seconds(1)),
                   .state = "running",
                   .paused_for = {},
                   .paused_until = {},
                   .rate = {},
                   .live = {.in_flight = 5}};
  mutable HostOrder asked_order = HostOrder::in_flight;
  std::vector<HostView> known_hosts;
  std::vector<WorkerView> known_workers;
  std::optional<SeenFleet> known_fleet;
  std::vector<LiveFailure> known_failures;
  Settings begun, now_holds;
  Heard heard = Heard::done;
  std::string paused_elsewhere;  // by whom, as the refusal of resume says
  std::vector<std::string> told;
};

}  // namespace fanfetch
