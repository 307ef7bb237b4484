#include "coordinator/report/host_tally.h"

#include <algorithm>
#include <iterator>

namespace fanfetch {

void HostTally::add(std::string_view host) {
  host = host.substr(0, kMostNameBytes);
  if (const auto known = counts_.find(host); known != counts_.end()) {
    ++known->second;
  } else if (counts_.size() < kMostHosts) {
    counts_.emplace(host, 1);
  } else {
    // One of each host kept, and this one, are left out together: that can happen only once for
    // each kMostHosts added.
    ++uncounted_;
    for (auto it = counts_.begin(); it != counts_.end();) {
      it = --it->second == 0 ? counts_.erase(it) : std::next(it);
    }
  }
}

std::vector<std::pair<std::string, std::uint64_t>> HostTally::worst(std::size_t most) const {
  std::vector<std::pair<std::string, std::uint64_t>> all(counts_.begin(), counts_.end());
  const std::size_t count = std::min(most, all.size());
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end(),
                    [](const auto& a, const auto& b) {
                      return a.second != b.second ? a.second > b.second : a.first < b.first;
                    });
  all.resize(count);
  return all;
}

}  // namespace fanfetch
