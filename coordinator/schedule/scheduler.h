#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/clock.h"
#include "common/outcome.h"
#include "coordinator/schedule/host_feedback.h"
#include "coordinator/schedule/host_governor.h"

namespace fanfetch {

/// Decides which task is next: fair between hosts, as many of one host as its governor allows, and
/// a host that has to wait (for room, a pause, its rate) holds back no other. Hosts with nothing in
/// flight come before those that have something, so that the files of a host share a connection
/// where other hosts have work too. Pure: no I/O, no clock. A decision costs O(log n) of the hosts
/// that wait, O(1) of all else, however many tasks and hosts there are.
class Scheduler {
 public:
  using TaskId = std::uint64_t;

  /// `seed`: of the dice for jitter.
  explicit Scheduler(HostRules rules, std::uint64_t seed);
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  /// Behind the others of its host. `host`: an origin, `https://example.org:443`. `most`: so many
  /// of that host at once (see ConcurrencyLimit); of several, the highest holds. At least 1.
  /// `now`, here and below, never goes back: a pause or a give-up is over when it says so.
  void add(TaskId task, const std::string& host, unsigned most, Instant now);
  /// The same, but not before `when`.
  void add_later(TaskId task, const std::string& host, unsigned most, Instant when, Instant now);

  /// Would it be good to ask that host now? (Its connection is not where there is room for it.)
  using Fits = std::function<bool(const std::string& host)>;
  /// The next task that may run now; it counts against its host until finished(). Of the next few
  /// hosts with nothing in flight the first one that `fits` is taken; one that was passed over
  /// often need not fit.
  [[nodiscard]] std::optional<TaskId> next(Instant now, const Fits& fits = {});
  /// Some host has a ready task and may be asked (tasks and hosts whose time has come since the
  /// last next() not counted in).
  [[nodiscard]] bool has_turn() const { return idle_turns_.first || busy_turns_.first; }
  /// A task that next() gave out no longer uses its host, which answered so.
  void finished(TaskId task, const HostFeedback& answer, Instant now);

  /// A task that is to be settled as failed without a request, since its host was given up.
  struct GivenUp {
    TaskId task;
    std::shared_ptr<const Failed> failed;  ///< Never null; Retry::yes if the next run may try.
  };
  /// To be asked after add(), next() and finished() until there is none.
  [[nodiscard]] std::optional<GivenUp> next_given_up();

  /// Forgets all tasks that were not given out, and keeps what it knows of the hosts.
  void clear(Instant now);

  /// When next() may have something, if it has nothing now and nothing is finished before; none:
  /// nothing waits for a time.
  [[nodiscard]] std::optional<Instant> next_due() const;
  /// Tasks that were not given out yet, nor given up.
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Hosts that something is remembered of.
  [[nodiscard]] std::size_t hosts() const { return hosts_.size(); }

  /// Hosts without tasks that are remembered for what they taught; beyond, those that were not used
  /// for longest are forgotten. About 0.5 KB each.
  static constexpr std::size_t kMostIdleHosts = 10'000;

 private:
  struct Host;
  /// Hosts in a row, linked through themselves; each stands in at most one.
  struct Row {
    Host* first = nullptr;
    Host* last = nullptr;
    std::size_t size = 0;
    void push_back(Host& host);
    void remove(Host& host);
  };
  /// Ready tasks of all hosts, in one pool: each host has a chain of them.
  struct Ready {
    TaskId task;
    std::uint32_t next;
  };
  static constexpr std::uint32_t kNoTask = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::size_t kNotWaking = std::numeric_limits<std::size_t>::max();
  struct Host {
    Host(const HostRules& rules, unsigned most) : governor(rules, most) {}

    const std::string* name = nullptr;  // the key in hosts_
    HostGovernor governor;
    std::uint32_t first_ready = kNoTask, last_ready = kNoTask;
    std::vector<std::pair<Instant, TaskId>> delayed;  // a heap, the first one due on top
    Row* row = nullptr;                               // where it stands: in turn, or kept
    std::uint32_t passed_over = 0;                    // times, since it had its turn
    Host* previous = nullptr;
    Host* next = nullptr;
    Instant wake{};
    std::size_t place = kNotWaking;  // in waking_
  };
  struct Running {
    Host* host;
    HostGovernor::Attempt attempt;
  };

  Host& find_or_add(const std::string& name, unsigned most);
  void push_ready(Host& host, TaskId task);
  TaskId pop_ready(Host& host);
  [[nodiscard]] Host* next_host(const Fits& fits) const;
  void take_due(Host& host, Instant now);
  void place(Host& host, Instant now);
  void give_up_tasks(Host& host, const std::shared_ptr<const Failed>& failed);
  void set_row(Host& host, Row* row);
  void forget_or_keep(Host& host, Instant now);
  void forget(const Host& host);

  // Hosts by when they need a look, the first one on top: a binary heap that knows each one's
  // place.
  void wake_at(Host& host, std::optional<Instant> when);
  void sift_up(std::size_t place);
  void sift_down(std::size_t place);
  void set_place(std::size_t place, Host* host);

  const HostRules rules_;
  std::mt19937_64 dice_;
  // The hosts stay where they are, so pointers to them do; iterators end with each rehash.
  std::unordered_map<std::string, Host> hosts_;
  std::unordered_map<TaskId, Running> running_;
  std::vector<Ready> ready_;
  std::uint32_t free_ready_ = kNoTask;
  Row idle_turns_,
      busy_turns_;  // have a ready task and may be asked; with nothing or some in flight
  Row kept_;        // have no task; the one used last stands last
  std::vector<Host*> waking_;
  std::deque<GivenUp> given_up_;
  std::size_t size_ = 0;
};

}  // namespace fanfetch
