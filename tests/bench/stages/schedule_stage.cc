// A task's way through the scheduler: add(), next(), finished(). Variants: `HOSTS`, over which
// tasks are spread; 64 are in flight and 4096 known, as of workers that take turns.

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <deque>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/schedule/scheduler.h"
#include "tests/bench/stages/stage.h"

namespace fanfetch::bench {
namespace {

constexpr std::size_t kKnown = 4096;
constexpr std::size_t kInFlight = 64;
constexpr unsigned kWorkers = 2;

class ScheduleStage final : public Stage {
 public:
  explicit ScheduleStage(std::uint64_t hosts) {
    for (std::uint64_t i = 0; i < hosts; ++i) {
      hosts_.push_back(fmt::format("https://host-{:05}.example.org:443", i));
    }
    top_up();
  }

  void run(std::uint64_t, std::uint64_t count) override {
    counted([&] {
      for (std::uint64_t done = 0; done < count;) done += turn();
    });
  }

 private:
  void top_up() {
    while (scheduler_.size() + running_.size() < kKnown) {
      scheduler_.add(++last_, hosts_[dice_() % hosts_.size()], kInFlight, now_);
    }
  }

  /// Returns how many tasks have ended.
  std::uint64_t turn() {
    now_ += std::chrono::microseconds(50);
    while (running_.size() < kInFlight) {
      const auto task = scheduler_.next(now_, placement_);
      if (!task) break;
      running_.push_back(*task);
    }
    if (running_.empty()) {
      now_ = scheduler_.next_due().value();
      return 0;
    }
    scheduler_.finished(running_.front(), healthy_, static_cast<unsigned>(last_ % kWorkers), now_);
    running_.pop_front();
    top_up();
    return 1;
  }

  std::vector<std::string> hosts_;
  Scheduler scheduler_{{}, 1};
  Scheduler::PlacementAt placement_ = [this](Scheduler::Worker worker) {
    return worker == last_ % kWorkers ? Placement::good : Placement::later;
  };
  const HostFeedback healthy_{.kind = HostFeedback::Kind::healthy, .bytes = 10'240};
  std::mt19937_64 dice_{1};
  std::deque<TaskId> running_;
  Instant now_{std::chrono::seconds(1000)};
  TaskId last_ = 0;
};

}  // namespace

std::unique_ptr<Stage> make_stage(std::string_view variant) {
  return std::make_unique<ScheduleStage>(std::strtoull(std::string(variant).c_str(), nullptr, 10));
}

}  // namespace fanfetch::bench
