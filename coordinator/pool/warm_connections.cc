#include "coordinator/pool/warm_connections.h"

#include <algorithm>

namespace fanfetch {

void WarmConnections::begin(HostKey host) {
  ++busy_;
  const auto found = by_host_.find(host);
  if (found == by_host_.end()) return shrink();
  idle_.erase(found->second.back());
  found->second.pop_back();
  if (found->second.empty()) by_host_.erase(found);
}

void WarmConnections::end(HostKey host, Connection connection) {
  --busy_;
  if (connection == Connection::closed) return;
  by_host_[host].push_back(idle_.insert(idle_.end(), host));
  shrink();
}

void WarmConnections::clear() {
  busy_ = 0;
  idle_.clear();
  by_host_.clear();
}

void WarmConnections::shrink() {
  while (!idle_.empty() && idle_.size() + busy_ > most_) {
    const auto of_host = by_host_.find(idle_.front());
    auto& connections = of_host->second;
    connections.erase(std::find(connections.begin(), connections.end(), idle_.begin()));
    if (connections.empty()) by_host_.erase(of_host);
    idle_.pop_front();
  }
}

}  // namespace fanfetch
