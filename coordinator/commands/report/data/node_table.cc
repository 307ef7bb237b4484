#include "coordinator/commands/report/data/node_table.h"

#include <algorithm>
#include <utility>

namespace fanfetch {

void NodeTable::add(std::string_view node, bool saved, std::uint64_t bytes) {
  if (node.empty()) return;
  auto known = nodes_.find(node);
  if (known == nodes_.end()) {
    if (nodes_.size() >= kMost) return;
    known = nodes_.try_emplace(std::string(node)).first;
  }
  ReportNode& sums = known->second;
  ++(saved ? sums.files : sums.failed);
  if (saved) sums.bytes += bytes;
}

std::vector<ReportNode> NodeTable::take(std::size_t most, std::uint64_t& more) {
  std::vector<ReportNode> nodes;
  for (auto& [name, sums] : nodes_) nodes.emplace_back(std::move(sums)).name = name;
  nodes_.clear();
  std::ranges::stable_sort(nodes, std::ranges::greater(),
                           [](const ReportNode& node) { return node.files + node.failed; });
  more = nodes.size() - std::min(nodes.size(), most);
  nodes.resize(nodes.size() - more);
  return nodes;
}

}  // namespace fanfetch
