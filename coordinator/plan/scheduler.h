#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/clock.h"

namespace fanfetch {

/// Decides which task is next: fair between hosts, never more than `per_host` of one at once, and a
/// host that has to wait holds back no other. Pure: no I/O, no clock. A decision costs O(1) (O(log
/// n) for a delayed task), however many tasks and hosts there are.
class Scheduler {
 public:
  using TaskId = std::uint64_t;

  explicit Scheduler(unsigned per_host) : per_host_(per_host) {}

  /// Behind the others of its host. `host`: an origin, `https://example.org:443`.
  void add(TaskId task, const std::string& host);
  /// The same, but not before `when`.
  void add_later(TaskId task, const std::string& host, Instant when);

  /// The next task that may run now; it counts against its host until finished().
  [[nodiscard]] std::optional<TaskId> next(Instant now);
  /// Some host has a ready task and room for it (tasks whose delay is over not counted in).
  [[nodiscard]] bool has_turn() const { return !turns_.empty(); }
  /// A task that next() gave out no longer uses `host`.
  void finished(const std::string& host);

  /// Forgets all tasks that were not given out.
  void clear();

  /// When the first delayed task is due; none: there is none.
  [[nodiscard]] std::optional<Instant> next_due() const;
  /// Tasks that were not given out yet.
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Host {
    std::deque<TaskId> ready;
    unsigned in_flight = 0;
    std::size_t delayed = 0;
    bool in_turn = false;  // stands in turns_
  };
  using Hosts = std::unordered_map<std::string, Host>;
  struct Delayed {
    Instant when;
    TaskId task;
    Hosts::value_type* host;  // lives at least as long as it has delayed tasks
    bool operator>(const Delayed& other) const { return when > other.when; }
  };

  void take_turn(Hosts::value_type& host);
  void forget_if_idle(Hosts::value_type& host);

  unsigned per_host_;
  Hosts hosts_;
  std::deque<Hosts::value_type*> turns_;  // hosts with a ready task and room for it
  std::priority_queue<Delayed, std::vector<Delayed>, std::greater<>> delayed_;
  std::size_t size_ = 0;
};

}  // namespace fanfetch
