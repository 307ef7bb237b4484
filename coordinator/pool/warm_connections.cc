#include "coordinator/pool/warm_connections.h"

#include <algorithm>

namespace fanfetch {
namespace {

/// A transfer that was broken off takes its connection with it.
bool leaves_connection(const Outcome& outcome) {
  const auto* failed = std::get_if<Failed>(&outcome);
  return failed == nullptr || failed->error == ErrorClass::http_4xx ||
         failed->error == ErrorClass::http_5xx || failed->error == ErrorClass::rate_limited;
}

}  // namespace

void WarmConnections::begin(const std::string& host) {
  ++busy_;
  const auto found = by_host_.find(host);
  if (found == by_host_.end()) return shrink();
  idle_.erase(found->second.back());
  found->second.pop_back();
  if (found->second.empty()) by_host_.erase(found);
}

void WarmConnections::end(const std::string& host, const Outcome& outcome) {
  --busy_;
  if (!leaves_connection(outcome)) return;
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
    auto& places = of_host->second;
    places.erase(std::find(places.begin(), places.end(), idle_.begin()));
    if (places.empty()) by_host_.erase(of_host);
    idle_.pop_front();
  }
}

}  // namespace fanfetch
