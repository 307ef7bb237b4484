#include "coordinator/commands/fleet/fleet_status_report.h"

#include <fmt/format.h>

#include <cstdint>
#include <vector>

#include "common/human_text.h"
#include "common/utf8.h"
#include "coordinator/commands/folder/text_table.h"
#include "coordinator/control/fleet_json.h"

namespace fanfetch {
namespace {

/// `running`, `silent for 12s`.
std::string state_of(const FleetView::Node& node) {
  std::string text(name(node.state));
  if (node.state == NodeState::silent && node.quiet) text += " for " + human_time_left(*node.quiet);
  return text;
}

std::string node_table(const FleetView& view) {
  std::vector<Cells> rows = {{"node", "partitions", "links", "state, version"}};
  for (const FleetView::Node& node : view.nodes) {
    const std::string version = printable(node.version, 40);
    rows.push_back({printable(node.name), human_count(node.partitions), human_count(node.links),
                    state_of(node) + (version.empty() ? "" : ", " + version)});
  }
  return text_table(rows, 2);
}

/// What waits, the nodes, and what is to be said of them.
std::string fleet_text(const FleetView& view) {
  std::string text = text_table({{"links that no node has", human_count(view.backlog)},
                                 {"links with nodes", human_count(view.pending)},
                                 {"results for the driver", human_count(view.results)},
                                 {"dead letters", human_count(view.dead_letters)}});
  text += '\n';
  if (view.nodes.empty()) {
    text += "No node is there.\n";
  } else {
    text += node_table(view);
  }
  if (!view.spread.empty()) {
    text += fmt::format("Shared by nodes: {}\n",
                        printable(fmt::format("{}", fmt::join(view.spread, ", ")), 1000));
  }
  if (view.state != FleetJob::State::done && view.owned < view.partitions) {
    text += fmt::format("{} of {} partitions are no node's.\n",
                        human_count(view.partitions - view.owned), human_count(view.partitions));
  }
  if (view.dead_letters > 0) {
    text += fmt::format(
        "Dead letters were no links, or took each node down; to read them: redis-cli XRANGE "
        "'{}dead' - +\n",
        key_prefix(printable(view.job)));
  }
  return text;
}

}  // namespace

std::string fleet_status_text(const FleetView& view) {
  const std::string silence = driver_silence_text(view);
  const std::string where = printable(view.where);
  const std::string first =
      silence.empty() ? fmt::format("Job {} is {}: its driver's folder is {}\n", view.job,
                                    name(view.state), where)
                      : fmt::format(
                            "Job {} is {}, and its driver is {}: the same command goes on with its "
                            "folder, {}\n",
                            view.job, name(view.state), silence, where);
  return first + '\n' + fleet_text(view);
}

std::string seen_fleet_text(const SeenFleet& fleet) {
  if (!fleet.age) return "The fleet's Redis has not answered yet.\n";
  std::string text;
  if (*fleet.age >= kOldLook) {
    text = fmt::format("The fleet's Redis has not answered for {}. Before that:\n",
                       human_time_left(*fleet.age));
  }
  return text + fleet_text(fleet.view);
}

std::string fleet_status_json(const FleetView& view) {
  JsonText json;
  json.begin();
  json.key("schema").number(std::uint64_t{1});
  put_fleet(json, view);
  json.end();
  return json.line();
}

}  // namespace fanfetch
