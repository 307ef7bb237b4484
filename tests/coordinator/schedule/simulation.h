#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <queue>
#include <random>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "coordinator/schedule/retry_policy.h"
#include "coordinator/schedule/scheduler.h"

namespace fanfetch::simulation {

/// An answer that is on its way: it arrives after `takes`.
struct Answer {
  Duration takes{};
  Outcome outcome;
};

/// A host with a rule of its own about what it bears. Abstract: each kind of host is one.
class Host {
 public:
  virtual ~Host() = default;
  /// A request arrives. `busy`: requests that are being answered, without this one.
  virtual Answer ask(unsigned busy, Instant now, std::mt19937_64& dice) = 0;
};

/// What became of a run.
struct Result {
  std::uint64_t requests = 0;
  std::uint64_t refused = 0;  ///< 429 and 503.
  std::uint64_t saved = 0;
  std::uint64_t lost = 0;
  std::uint64_t given_up = 0;  ///< Of the lost ones: without a request of their own.
  Duration took{};             ///< Until the last link was settled, or the time was over.
  double busy_slot_seconds = 0;
  std::map<std::string, std::uint64_t> saved_by_host;

  [[nodiscard]] double saved_per_second() const {
    return static_cast<double>(saved) / std::chrono::duration<double>(took).count();
  }
  [[nodiscard]] double refused_share() const {
    return static_cast<double>(refused) / static_cast<double>(requests);
  }
};

struct RunSetup {
  HostRules rules;
  unsigned per_host = 16;  ///< Concurrent requests to each host.
  unsigned slots = 64;     ///< Concurrent requests in all.
  int retries = 4;
  std::size_t window = 1024;  ///< Links known at a time, as in the coordinator.
  Duration limit = std::chrono::hours(1000);
  std::uint64_t seed = 1;
};

inline constexpr Instant kStart{std::chrono::seconds(1000)};
inline constexpr WallTime kStartOfDay{std::chrono::seconds(1'700'000'000)};

/// Runs a list of links (each by its host's name) through the real scheduler and the real retry
/// policy in virtual time, as the coordinator does.
class Simulation {
 public:
  Simulation(RunSetup setup, std::map<std::string, Host*> hosts)
      : setup_(setup),
        hosts_(std::move(hosts)),
        scheduler_(setup.rules, setup.seed),
        retry_(setup.retries, setup.rules.max_wait),
        dice_(setup.seed) {}

  Result run(std::deque<std::string> links);

 private:
  struct Task {
    std::string host;
    int attempts = 0;
  };
  struct Event {
    Instant when;
    std::uint64_t task;
    bool operator>(const Event& other) const { return when > other.when; }
  };

  void feed(std::deque<std::string>& links);
  void dispatch();
  void complete(std::uint64_t id);
  void lose(std::uint64_t id);

  RunSetup setup_;
  std::map<std::string, Host*> hosts_;
  Scheduler scheduler_;
  RetryPolicy retry_;
  std::mt19937_64 dice_;
  Instant now_ = kStart;
  std::uint64_t next_id_ = 1;
  unsigned in_flight_ = 0;
  std::map<std::string, unsigned> busy_;
  std::unordered_map<std::uint64_t, Task> tasks_;
  std::unordered_map<std::uint64_t, Outcome> outcomes_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  Result result_;
};

/// `count` links of `host`.
[[nodiscard]] inline std::deque<std::string> links_of(const std::string& host, std::size_t count) {
  return std::deque<std::string>(count, host);
}

}  // namespace fanfetch::simulation
