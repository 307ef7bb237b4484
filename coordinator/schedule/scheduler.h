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
#include "coordinator/link/host_piece.h"
#include "coordinator/link/placement.h"
#include "coordinator/link/task_id.h"
#include "coordinator/schedule/host_feedback.h"
#include "coordinator/schedule/host_governor.h"
#include "coordinator/schedule/host_view.h"
#include "coordinator/schedule/patience.h"

namespace fanfetch {

/// Decides which task is next. Hosts take turns, each with as many concurrent tasks as its governor
/// allows; a host that has to wait (for room, a pause, its rate) holds back no other. Hosts with
/// nothing in flight come first: in that way the files of one host share a connection while other
/// hosts have work too. Each worker has its own row of these, of those whose last task has left it
/// a connection. Pure: no I/O, no clock. A decision costs O(log n) of the hosts that wait, O(n) of
/// the workers and O(1) of everything else, however many tasks and hosts there are.
class Scheduler {
 public:
  /// `seed`: for the jitter.
  explicit Scheduler(HostRules rules, std::uint64_t seed);
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // `now`, here and below, never goes back; whether a pause or a give-up is over is judged by it.

  /// Adds a task behind the others of its host. `host`: an origin, `https://example.org:443`.
  /// `limit`: the most concurrent tasks of that host (see ConcurrencyLimit), at least 1; if tasks
  /// differ, the highest holds. `piece`: of the host, which is as a host of its own then, with its
  /// share of that limit and of the rate; what one piece learns, another one does not know.
  void add(TaskId task, const std::string& host, unsigned limit, Instant now, HostPiece piece = {});
  /// Adds a task that is not ready before `when`.
  void add_later(TaskId task, const std::string& host, unsigned limit, Instant when, Instant now,
                 HostPiece piece = {});

  /// An index of workers.
  using Worker = unsigned;
  /// Empty: every task is well placed.
  using PlacementAt = std::function<Placement(Worker)>;
  /// The next task that may run; it counts against its host until finished(). Of the hosts with
  /// nothing in flight it takes the one that has waited for longest, but for those that are placed
  /// better later; these too, if one of them was passed over kMaxPassedOver times for each worker,
  /// or if there are no others and another connection pays: it is not encrypted, or the host has
  /// kWorthConnection ready tasks. Where none pays, room stays unused for kPatience.
  [[nodiscard]] std::optional<TaskId> next(Instant now, const PlacementAt& placement = {});
  /// Whether some host has a ready task and may be asked, and not all of them wait for what is
  /// better. Tasks, pauses and waits whose time has come since the last next() are not seen.
  [[nodiscard]] bool has_turn() const {
    return !waits_until_ && (idle_hosts_ > 0 || busy_turns_.first != nullptr);
  }
  /// A task that next() returned no longer uses its host, and showed that of it. `connected`: the
  /// worker that has kept a connection to the host; nullopt: none, as far as known.
  void finished(TaskId task, const HostFeedback& feedback, std::optional<Worker> connected,
                Instant now);

  /// A task that ends without a request.
  struct GivenUp {
    TaskId task;
    /// How its host was given up, Retry::yes if the next run may try; null: it is to be skipped.
    std::shared_ptr<const Failed> failed;
  };
  /// Call after add(), next() and finished() until it returns nullopt.
  [[nodiscard]] std::optional<GivenUp> next_given_up();

  /// Other rules hold from now on, for the tasks that wait too. O(hosts).
  void set_rules(HostRules rules, Instant now);
  /// The user's pause, since `since`, is over: it counts against no host. O(hosts).
  void rested(Instant since, Instant now);
  [[nodiscard]] const HostRules& rules() const { return rules_; }

  /// The first `most` of the hosts that are known at present, in that order. O(hosts).
  [[nodiscard]] std::vector<HostView> top_hosts(HostOrder order, std::size_t most,
                                                Instant now) const;

  /// Forgets all tasks that next() has not returned, and keeps what is known of the hosts.
  void clear(Instant now);

  /// When next() may have a task, if the last call had none and nothing is added or finished
  /// before; nullopt: nothing waits for a time.
  [[nodiscard]] std::optional<Instant> next_due() const;
  /// Tasks that wait: neither returned by next() nor given up.
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Hosts with tasks, none of them running, that cannot begin one within kShortWait. Looks at each
  /// host that waits for a time: call it no more than once a second.
  struct Waits {
    std::size_t hosts = 0;
    Duration longest{};  ///< From `now` on.
  };
  [[nodiscard]] Waits waits(Instant now) const;
  static constexpr Duration kShortWait = std::chrono::seconds(1);
  /// Hosts about which something is remembered.
  [[nodiscard]] std::size_t hosts() const { return hosts_.size(); }

  /// How many hosts without tasks are remembered for what they taught, about 0.5 KB each. Beyond,
  /// the one that was not used for longest is forgotten.
  static constexpr std::size_t kMaxIdleHosts = 10'000;
  /// How often a host is passed over, for each worker, for one that is placed better.
  static constexpr unsigned kMaxPassedOver = 32;
  /// Ready tasks of a host that pay for one more encrypted connection to it, which costs as much
  /// CPU as twenty small files.
  static constexpr std::uint32_t kWorthConnection = 20;
  /// How long hosts with fewer wait for the worker that has connections to them: what a connection
  /// to a distant server takes.
  static constexpr Duration kPatience = std::chrono::milliseconds(100);

 private:
  struct Host;
  /// A host's name with its hash, which is computed once: names are long, and hosts come and go.
  struct Name {
    std::string text;
    std::size_t hash;
  };
  struct NameView {
    const std::string& text;
    std::size_t hash;
  };
  struct HashOfName {
    using is_transparent = void;
    std::size_t operator()(const auto& name) const noexcept { return name.hash; }
  };
  struct SameName {
    using is_transparent = void;
    bool operator()(const auto& one, const auto& other) const noexcept {
      return one.hash == other.hash && one.text == other.text;
    }
  };
  /// A list of hosts, linked through the hosts themselves; each is in at most one.
  struct Row {
    Host* first = nullptr;
    Host* last = nullptr;
    std::size_t size = 0;
    void push_back(Host& host);
    void remove(Host& host);
  };
  /// One ready task. All of them are in one pool, where each host has a chain.
  struct Ready {
    TaskId task;
    std::uint32_t next;
  };
  static constexpr std::uint32_t kNoTask = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::size_t kNotWaking = std::numeric_limits<std::size_t>::max();
  struct Host {
    Host(const HostRules& rules, unsigned limit, HostPiece of_host)
        : governor(rules, share_of_limit(limit, of_host), of_host.count),
          asked(limit),
          piece(of_host) {}
    /// It is worth one more connection.
    [[nodiscard]] bool is_worth_connection() const {
      return ready >= kWorthConnection || !name->text.starts_with("https:");
    }

    const Name* name = nullptr;  // the key in hosts_
    HostGovernor governor;
    unsigned asked;              // the highest limit of its tasks
    HostPiece piece;             // that limits are divided by
    bool has_own_limit = false;  // the rules', whatever its tasks ask for
    bool skipped = false;
    std::uint64_t done = 0, failed = 0, bytes = 0;  // see HostView
    std::uint32_t first_ready = kNoTask, last_ready = kNoTask;
    std::uint32_t ready = 0;                          // tasks in that chain
    std::vector<std::pair<Instant, TaskId>> delayed;  // a heap, the earliest on top
    std::optional<Worker> connected;                  // what finished() said last
    Row* row = nullptr;                               // the one it is in
    std::uint64_t queued = 0;       // how many hosts were put into a row before it
    std::uint32_t passed_over = 0;  // times, since its last turn
    Host* previous = nullptr;
    Host* next = nullptr;
    Instant wake{};
    std::size_t heap_index = kNotWaking;  // in waking_
  };
  struct Running {
    Host* host;
    HostGovernor::Attempt attempt;
  };

  Host& find_or_add(const std::string& host, unsigned limit, HostPiece piece, Instant now);
  void apply_rules(Host& host, Instant now) const;
  [[nodiscard]] HostView view(const Host& host, Instant now) const;
  void push_ready(Host& host, TaskId task);
  TaskId pop_ready(Host& host);
  [[nodiscard]] Host* next_host(Instant now, const PlacementAt& placement);
  [[nodiscard]] Host* next_idle_host(Instant now, const PlacementAt& placement);
  [[nodiscard]] Host* next_worth_connection(Instant now);
  [[nodiscard]] Row& idle_row(const Host& host);
  void take_due(Host& host, Instant now);
  void reposition(Host& host, Instant now);
  void give_up_tasks(Host& host, const std::shared_ptr<const Failed>& failed);
  void set_row(Host& host, Row* row);
  void forget_or_keep(Host& host, Instant now);
  void forget(const Host& host);

  // waking_, the hosts by when they have to be looked at, the earliest on top: a binary heap whose
  // members know their index.
  void wake_at(Host& host, std::optional<Instant> when);
  void sift_up(std::size_t index);
  void sift_down(std::size_t index);
  void set_heap_index(Host* host, std::size_t heap_index);

  HostRules rules_;  // governors have a pointer to it
  std::mt19937_64 dice_;
  // Pointers into it stay valid while it grows; iterators do not.
  std::unordered_map<Name, Host, HashOfName, SameName> hosts_;
  std::unordered_map<TaskId, Running> running_;
  std::vector<Ready> ready_;
  std::uint32_t free_ready_ = kNoTask;
  // Hosts that have a ready task and may be asked. With nothing in flight: those that no worker is
  // connected to, and behind them a row for each worker. A deque: hosts point to their row.
  std::deque<Row> idle_turns_{1};
  std::size_t idle_hosts_ = 0;  // in all of them
  Row busy_turns_;              // with something in flight
  Row kept_;                    // hosts without tasks, the one used last at the end
  std::vector<Host*> waking_;
  Patience patience_{kPatience};
  std::optional<Instant> waits_until_;  // set: all turns were put off by the last next()
  std::deque<GivenUp> given_up_;
  std::size_t size_ = 0;
  std::uint64_t queued_ = 0;  // hosts so far
};

}  // namespace fanfetch
