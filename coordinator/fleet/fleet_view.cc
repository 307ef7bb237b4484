#include "coordinator/fleet/fleet_view.h"

#include <algorithm>

namespace fanfetch {
namespace {

constexpr std::size_t kMostVersionBytes = 40;

struct NodeStateName {
  NodeState state;
  std::string_view name;
};
constexpr NodeStateName kNodeStates[] = {{NodeState::running, "running"},
                                         {NodeState::paused, "paused"},
                                         {NodeState::silent, "silent"},
                                         {NodeState::gone, "gone"}};

}  // namespace

std::string_view name(NodeState state) {
  return std::ranges::find(kNodeStates, state, &NodeStateName::state)->name;
}

std::optional<NodeState> node_state(std::string_view name) {
  const auto* const found = std::ranges::find(kNodeStates, name, &NodeStateName::name);
  return found == std::end(kNodeStates) ? std::nullopt : std::optional(found->state);
}

std::uint64_t present_nodes(const FleetView& view) {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(view.nodes, [](const FleetView::Node& node) {
        return node.state == NodeState::running || node.state == NodeState::paused;
      }));
}

std::string to_text(const NodeAbout& about) {
  return std::string(name(about.state)) + ' ' + about.version;
}

std::optional<NodeAbout> about_from_text(std::string_view text) {
  const std::size_t space = text.find(' ');
  const auto state = node_state(text.substr(0, space));
  if (space == std::string_view::npos || !state) return std::nullopt;
  if (text.size() - space > kMostVersionBytes) return std::nullopt;
  return NodeAbout{.state = *state, .version = std::string(text.substr(space + 1))};
}

std::string driver_silence_text(const FleetView& view) {
  const bool is_awaited =
      view.state == FleetJob::State::running || view.state == FleetJob::State::paused;
  return is_awaited ? silence_text(view.driver_quiet) : "";
}

}  // namespace fanfetch
