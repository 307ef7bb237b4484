#include "coordinator/commands/fleet/fleet_status_report.h"

#include <fmt/format.h>

#include <vector>

#include "common/human_text.h"
#include "common/utf8.h"
#include "coordinator/commands/folder/text_table.h"
#include "coordinator/report/json_text.h"

namespace fanfetch {
namespace {

/// `running`, `silent for 12s`.
std::string state_of(const FleetView::Node& node) {
  std::string text(name(node.state));
  if (node.state == NodeState::silent && node.quiet) text += " for " + human_time_left(*node.quiet);
  return text;
}

std::string nodes_text(const FleetView& view) {
  std::vector<Cells> rows = {{"node", "partitions", "links", "state, version"}};
  for (const FleetView::Node& node : view.nodes) {
    const std::string version = printable(node.version, 40);
    rows.push_back({printable(node.name), human_count(node.partitions), human_count(node.links),
                    state_of(node) + (version.empty() ? "" : ", " + version)});
  }
  return text_table(rows, 2);
}

}  // namespace

std::string fleet_status_text(const FleetView& view) {
  std::string text = fmt::format("Job {} is {}: its driver's folder is {}\n\n", view.job,
                                 name(view.state), printable(view.where));
  text += text_table({{"links that no node has", human_count(view.backlog)},
                      {"links with nodes", human_count(view.pending)},
                      {"results for the driver", human_count(view.results)},
                      {"dead letters", human_count(view.dead_letters)}});
  text += '\n';
  if (view.nodes.empty()) {
    text += "No node is there.\n";
  } else {
    text += nodes_text(view);
  }
  if (view.state != FleetJob::State::done && view.owned < view.partitions) {
    text += fmt::format("{} of {} partitions are no node's.\n",
                        human_count(view.partitions - view.owned), human_count(view.partitions));
  }
  if (view.dead_letters > 0) {
    text += fmt::format(
        "Dead letters were no links, or took each node down; to read them: redis-cli XRANGE "
        "'{}dead' - +\n",
        key_prefix(view.job));
  }
  return text;
}

std::string fleet_status_json(const FleetView& view) {
  JsonText json;
  json.begin();
  json.key("schema").number(std::uint64_t{1});
  json.key("job").text(view.job);
  json.key("state").text(name(view.state));
  json.key("where").text(view.where);
  json.key("partitions").number(view.partitions);
  json.key("owned").number(view.owned);
  json.key("backlog").number(view.backlog);
  json.key("pending").number(view.pending);
  json.key("results").number(view.results);
  json.key("dead_letters").number(view.dead_letters);
  json.key("nodes").begin_list();
  for (const FleetView::Node& node : view.nodes) {
    json.begin();
    json.key("name").text(node.name);
    json.key("state").text(name(node.state));
    json.key("version");
    node.version.empty() ? json.null() : json.text(node.version);
    json.key("quiet_ms");
    node.quiet ? json.number(static_cast<std::uint64_t>(node.quiet->count())) : json.null();
    json.key("partitions").number(node.partitions);
    json.key("links").number(node.links);
    json.end();
  }
  json.end_list();
  json.end();
  return json.line();
}

}  // namespace fanfetch
