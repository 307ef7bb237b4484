#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/commands/report/data/report_data.h"

namespace fanfetch {

/// Counts rows by the node of a fleet that they are of, in bounded memory. Pure.
class NodeTable {
 public:
  /// More are not told apart.
  static constexpr std::size_t kMost = 10'000;

  /// `node`: empty: none. `bytes`: of a saved file.
  void add(std::string_view node, bool saved, std::uint64_t bytes);
  /// Those with most links first, then by name; `more`: how many are left out. Call once.
  [[nodiscard]] std::vector<ReportNode> take(std::size_t most, std::uint64_t& more);

 private:
  std::map<std::string, ReportNode, std::less<>> nodes_;
};

}  // namespace fanfetch
