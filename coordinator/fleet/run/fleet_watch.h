#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/event_loop.h"
#include "coordinator/fleet/fleet_view.h"
#include "coordinator/fleet/run/fleet_line.h"
#include "coordinator/fleet/run/fleet_survey.h"

namespace fanfetch {

/// Looks at what Redis has of a driver's job every few seconds, for those who look at the driver:
/// its nodes, and what waits. Nothing of the run depends on it. Thread: the loop's.
class FleetWatch {
 public:
  /// `job` is lent, and may change. `where`: see FleetView.
  FleetWatch(const FleetJob& job, std::string where);
  ~FleetWatch();
  FleetWatch(const FleetWatch&) = delete;
  FleetWatch& operator=(const FleetWatch&) = delete;

  /// Lends both.
  void start(EventLoop& loop, FleetLine& line);
  /// The line works, for the first time or again. REQUIRES: start().
  void on_up();
  /// Nothing is asked any more.
  void stop();

  [[nodiscard]] SeenFleet seen() const;
  /// Nodes that are there; nullopt: Redis has not said so lately.
  [[nodiscard]] std::optional<std::uint64_t> nodes() const;

 private:
  void look();
  void look_at_partitions(unsigned asked);
  void look_again_in(Duration wait);
  void ask(std::string_view script, std::vector<std::string> arguments,
           std::function<void(const RedisReply&)> next);

  const FleetJob& job_;
  const std::string where_;
  EventLoop* loop_ = nullptr;
  FleetLine* line_ = nullptr;
  std::optional<EventLoop::TimerKey> timer_;
  std::optional<FleetSurvey> survey_;  // while it looks
  Instant began_{};                    // that look
  FleetView view_;
  std::optional<Instant> seen_at_;
};

}  // namespace fanfetch
