#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "coordinator/control/live_run.h"
#include "coordinator/run.h"

namespace fanfetch {

/// The run as those see it who ask and steer it through its control socket. What has an effect is
/// printed by the run, and kept in the ledger's row of it. Thread: the loop's.
class Run::Live final : public LiveRun {
 public:
  /// Both are lent.
  Live(Run& run, LedgerInbox& inbox);

  [[nodiscard]] Instant now() const override;
  [[nodiscard]] LiveStatus status() const override;
  [[nodiscard]] std::vector<HostView> hosts(HostOrder order, std::size_t most) const override;
  [[nodiscard]] std::vector<WorkerView> workers() const override;
  [[nodiscard]] std::vector<LiveFailure> failures(std::size_t most) const override;

  [[nodiscard]] std::vector<SettingLine> settings() const override;
  [[nodiscard]] Result<Heard> set(std::span<const Assignment> values) override;
  Heard pause(std::optional<std::chrono::milliseconds> time) override;
  Heard resume() override;
  Heard stop() override;

 private:
  void apply(Settings wanted);
  void forget_timer();
  void note(const std::string& text);
  void record(const std::string& text);

  Run& run_;
  LedgerInbox& inbox_;
  const WallTime began_at_;
  const Settings begun_;
  Settings settings_;
  std::optional<EventLoop::TimerKey> pause_;  // set: it ends of itself
};

}  // namespace fanfetch
