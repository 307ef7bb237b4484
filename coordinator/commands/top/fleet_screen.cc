#include "coordinator/commands/top/fleet_screen.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "common/human_text.h"

namespace fanfetch {
namespace {

TopStyle style_of(NodeState state) {
  switch (state) {
    case NodeState::running: return TopStyle::plain;
    case NodeState::paused: return TopStyle::faint;
    case NodeState::silent: return TopStyle::warning;
    case NodeState::gone: return TopStyle::bad;
  }
  return TopStyle::plain;
}

/// Trouble first; otherwise as they come, by name.
std::vector<const FleetView::Node*> by_need_of_a_look(const FleetView& view) {
  std::vector<const FleetView::Node*> nodes;
  for (const FleetView::Node& node : view.nodes) nodes.push_back(&node);
  std::ranges::stable_sort(nodes, std::ranges::greater(),
                           [](const FleetView::Node* node) { return node->state; });
  return nodes;
}

std::string words_of(const FleetView::Node& node) {
  std::string text(name(node.state));
  if (node.state == NodeState::silent && node.quiet) text += ' ' + human_time_left(*node.quiet);
  return text;
}

/// A row of the nodes' table: the name has what the figures leave.
std::string node_row(std::string_view node, std::string_view partitions, std::string_view links,
                     std::string_view state, std::string_view version, std::size_t columns) {
  const std::string figures =
      fmt::format("{:>12}{:>10}  {:<16}{:<9}", partitions, links, state, version);
  const std::size_t room = columns > figures.size() + 1 ? columns - figures.size() - 1 : 0;
  return fmt::format(" {:<{}}{}", node.substr(0, room), room, figures);
}

}  // namespace

std::vector<TopLine> fleet_lines(const FleetView& view, std::size_t rows, std::size_t columns) {
  std::string shared = fmt::format("{}", fmt::join(view.spread, ", "));
  if (!shared.empty()) shared = "  shared: " + ascii_text(shared, 200);
  std::vector<TopLine> lines{
      {{" waiting "},
       {human_count(view.backlog), TopStyle::strong},
       {fmt::format("  with nodes {}  results {}  dead letters ", human_count(view.pending),
                    human_count(view.results))},
       {human_count(view.dead_letters), view.dead_letters > 0 ? TopStyle::bad : TopStyle::plain}},
      {{fmt::format(" {} of {} partitions are some node's", human_count(view.owned),
                    human_count(view.partitions)),
        view.owned < view.partitions ? TopStyle::warning : TopStyle::plain},
       {std::move(shared)}},
      {},
      {{node_row(fmt::format("NODES {}", view.nodes.size()), "partitions", "links", "state",
                 "version", columns),
        TopStyle::strong}}};
  const std::size_t room = rows > lines.size() ? rows - lines.size() : 0;
  const auto nodes = by_need_of_a_look(view);
  const bool all = nodes.size() <= room;
  const std::size_t shown = all ? nodes.size() : room - std::min<std::size_t>(room, 1);
  for (std::size_t i = 0; i < shown; ++i) {
    const FleetView::Node& node = *nodes[i];
    lines.push_back(
        {{node_row(ascii_text(node.name, 64), human_count(node.partitions), human_count(node.links),
                   words_of(node), ascii_text(node.version, 8), columns),
          style_of(node.state)}});
  }
  if (!all && room > 0) {
    lines.push_back({{fmt::format(" and {} more", nodes.size() - shown), TopStyle::faint}});
  }
  lines.resize(std::min(lines.size(), rows));
  for (TopLine& line : lines) line = cut_to(std::move(line), columns);
  return lines;
}

std::vector<TopLine> fleet_screen(const FleetView& view, const TopLook& look) {
  const std::string silence = driver_silence_text(view);
  std::vector<TopLine> screen{
      {{fmt::format(" {:<{}}",
                    fmt::format("fanfetch  job {}: {}{}  {}", view.job, name(view.state),
                                silence.empty() ? "" : ", its driver " + silence,
                                ascii_text(view.where, 200)),
                    look.columns),
        TopStyle::heading}}};
  std::ranges::move(
      fleet_lines(view, look.rows - std::min<std::size_t>(look.rows, 2), look.columns),
      std::back_inserter(screen));
  screen.resize(look.rows > 0 ? look.rows - 1 : 0);
  if (look.rows > 0) screen.push_back({{" q quit", TopStyle::faint}});
  for (TopLine& line : screen) line = cut_to(std::move(line), look.columns);
  return screen;
}

}  // namespace fanfetch
