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

std::string to_text(const NodeAbout& about) {
  return std::string(name(about.state)) + ' ' + about.version;
}

std::optional<NodeAbout> about_from_text(std::string_view text) {
  const std::size_t space = text.find(' ');
  const auto* const state =
      std::ranges::find(kNodeStates, text.substr(0, space), &NodeStateName::name);
  if (space == std::string_view::npos || state == std::end(kNodeStates)) return std::nullopt;
  if (text.size() - space > kMostVersionBytes) return std::nullopt;
  return NodeAbout{.state = state->state, .version = std::string(text.substr(space + 1))};
}

}  // namespace fanfetch
