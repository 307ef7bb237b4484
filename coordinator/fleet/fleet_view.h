#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/fleet/fleet_job.h"

namespace fanfetch {

/// How a node is, as others see it.
enum class NodeState : std::uint8_t {
  running,
  paused,
  silent,  ///< It gives a sign of life every second, and has given none for longer.
  gone,    ///< It has left or died, and not all that it had is another's yet.
};
[[nodiscard]] std::string_view name(NodeState state);
/// nullopt: it is none's name.
[[nodiscard]] std::optional<NodeState> node_state(std::string_view name);

/// What a node says of itself.
struct NodeAbout {
  NodeState state = NodeState::running;
  std::string version;  ///< Of the program.
};
/// As Redis keeps it: `running 0.1.0`.
[[nodiscard]] std::string to_text(const NodeAbout& about);
/// Reads that, and trusts nothing. nullopt: it is something else.
[[nodiscard]] std::optional<NodeAbout> about_from_text(std::string_view text);

/// What Redis has of a job, for people. Texts are as whoever wrote them left them.
struct FleetView {
  struct Node {
    std::string name;
    NodeState state = NodeState::gone;
    std::string version;                             ///< Empty: unknown.
    std::optional<std::chrono::milliseconds> quiet;  ///< Since its last sign of life.
    unsigned partitions = 0;                         ///< That it has the lease of.
    std::uint64_t links = 0;                         ///< That it has got and not reported.
  };

  std::string job;
  FleetJob::State state = FleetJob::State::running;
  std::string where;  ///< The driver's machine and folder there, or its --state: `MACHINE:/FOLDER`.
  std::optional<std::chrono::milliseconds> driver_quiet;  ///< Since its last sign of life.
  unsigned partitions = 0;
  unsigned owned = 0;              ///< Of them, those that some node has the lease of.
  std::uint64_t backlog = 0;       ///< Links that no node has got yet.
  std::uint64_t pending = 0;       ///< Links that nodes have got and not reported.
  std::uint64_t results = 0;       ///< That the driver has not taken.
  std::uint64_t dead_letters = 0;  ///< Entries that were no links, or took nodes down.
  std::vector<Node> nodes;         ///< By name, at most kMostNodes.
  /// Hosts that nodes share, each as the job has it: `cdn.example.org=8`.
  std::vector<std::string> spread;

  /// Redis may say anything; of more, the first ones are shown.
  static constexpr std::size_t kMostNodes = 2000;
};

/// Nodes that work, or would if they were not paused.
[[nodiscard]] std::uint64_t present_nodes(const FleetView& view);

/// silence_text() of a driver that nodes wait for.
[[nodiscard]] std::string driver_silence_text(const FleetView& view);

/// A driver looks every other second: after this Redis does not answer it.
inline constexpr std::chrono::seconds kOldLook{10};

/// What the driver of a fleet has seen of it.
struct SeenFleet {
  FleetView view;  ///< What the driver knows itself, until Redis has said more.
  /// Since it was so; nullopt: Redis has not said yet.
  std::optional<std::chrono::milliseconds> age;
};

}  // namespace fanfetch
