#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "coordinator/fleet/node_leases.h"
#include "tests/coordinator/fleet/simulated_redis.h"

namespace fanfetch::simulation {

/// What whoever obeys NodeLeases has to do (see there). A test sees what happens otherwise.
struct Obeys {
  bool silence_proves_nothing = true;  ///< Else a lost answer is taken for yes.
  bool waits_for_replicas = true;      ///< Else what only an outlived master granted counts.
  bool workers_keep_time = true;       ///< Else transfers outlive a stopped coordinator's lease.
  bool next_comes_first = true;        ///< Else, after a sleep, transfers go on until told.
  bool opening_marks_nothing = true;   ///< Else an opened era marks partitions as handed back, too.
};

struct FleetSetup {
  unsigned nodes = 8;
  unsigned partitions = 16;
  LeaseRules rules = kLeaseRules;
  Obeys obeys;
  double drift = 0.05;  ///< Clocks of nodes run by up to this faster or slower than that of Redis.
  Duration trouble_of_a_node = std::chrono::minutes(3);  ///< Mean time between two.
  Duration trouble_of_redis = std::chrono::minutes(5);
  /// Of a node's signs of life: fewer than there are (LeaseRules::beat_every) take less computing.
  Duration beat_every = std::chrono::seconds(5);
  std::uint64_t seed = 1;
};

struct FleetReport {
  std::uint64_t violations = 0;  ///< Moments at which a partition had two nodes that worked on it.
  std::string first_violation;
  double node_hours = 0;
  std::uint64_t takes = 0, stops = 0, troubles = 0;
  TrueTime owned_after{};     ///< Since the weather turned fair: until each partition had a node.
  TrueTime balanced_after{};  ///< Until each node had its share. Max: not at all.
};

/// A fleet of real NodeLeases over simulated machines, network and Redis, in virtual time.
class FleetSimulation {
 public:
  explicit FleetSimulation(const FleetSetup& setup);

  /// Bad weather for so long, then fair weather. Call as often as you like.
  void run(Duration bad, Duration fair);
  /// Lets the node with that number end in order.
  void leave_one(unsigned node);
  void join_one() { join(); }
  /// Without a word.
  void kill_one(unsigned node) { die(node); }
  [[nodiscard]] const FleetReport& report() const { return report_; }

 private:
  struct Transfers {
    bool runs = false;                 // it moves bytes: is not cut, and the machine is awake
    std::optional<TrueTime> stops_at;  // it was told to
  };
  struct Message {
    unsigned node = 0;
    unsigned connection = 0;
    std::size_t server = 0;
    std::vector<LeaseAction> requests;
    std::optional<Era> known;
    Era next;
    std::vector<SimulatedRedis::Reply> replies;
    bool is_confirmed = true;
  };
  enum class Sleep : std::uint8_t { none, machine, coordinator };
  struct Node {
    std::unique_ptr<NodeLeases> leases;
    double rate = 1;
    bool lives = true;
    bool leaves = false;
    Sleep sleep = Sleep::none;
    bool is_connected = false;
    bool was_cut_off = false;  // while it slept
    unsigned connection = 0;   // number of the current one, or the last
    std::size_t server = 0;
    TrueTime cut_until{};     // its network
    TrueTime frozen_until{};  // the same, but nobody is told
    TrueTime last_arrival{}, last_reply{};
    TrueTime beat{};
    std::map<unsigned, Transfers> transfers;
    std::vector<std::shared_ptr<Message>> inbox;  // while it sleeps
    std::uint64_t turn = 0;
    std::map<unsigned, RequestNumber> unanswered;  // of each partition, that ask for a lease
  };
  struct Server {
    SimulatedRedis redis;
    TrueTime up_from{};
    TrueTime ends{};  // an outlived master's
  };
  enum class What : std::uint8_t {
    turn,
    arrive,
    reply,
    give_up,
    stopped,
    beat,
    connect,
    awake,
    cut,
    ask_again
  };
  struct Event {
    TrueTime when;
    std::uint64_t order;
    What what;
    unsigned node;
    std::uint64_t detail;
    std::shared_ptr<Message> message;
    bool operator>(const Event& other) const {
      return when != other.when ? when > other.when : order > other.order;
    }
  };

  [[nodiscard]] BootInstant clock(const Node& node) const;
  [[nodiscard]] TrueTime true_time(const Node& node, BootInstant time) const;
  [[nodiscard]] double chance() { return std::uniform_real_distribution<>(0, 1)(dice_); }
  [[nodiscard]] Duration between(double least, double most);

  void add(TrueTime when, What what, unsigned node, std::uint64_t detail = 0,
           std::shared_ptr<Message> message = nullptr);
  void happen(const Event& event);
  void join();
  void die(unsigned node);
  void turn(unsigned node);
  void obey(unsigned node, std::vector<LeaseAction> actions);
  void arrive(const std::shared_ptr<Message>& message);
  void reply(const std::shared_ptr<Message>& message);
  void read(unsigned node, const Message& message);
  void disconnect(unsigned node);
  void connect(unsigned node);
  void beat(unsigned node);
  void fall_asleep(unsigned node, Sleep sleep, Duration time);
  void awake(unsigned node);
  void set_running(unsigned node, unsigned partition, bool runs);
  void stopped(unsigned node, unsigned partition);
  void trouble_node();
  void trouble_redis();
  void turn_fair();
  void measure(TrueTime since);
  void note_list();

  FleetSetup setup_;
  std::mt19937_64 dice_;
  TrueTime now_{};
  TrueTime fair_from_{};
  std::vector<Node> nodes_;
  std::vector<Server> servers_;
  std::vector<std::vector<unsigned>> workers_;  // of each partition
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::uint64_t events_made_ = 0;
  std::uint64_t nonces_ = 0;
  std::vector<std::optional<unsigned>> ranks_;
  unsigned live_ = 0;
  TrueTime listed_at_{-1};
  FleetReport report_;
};

}  // namespace fanfetch::simulation
