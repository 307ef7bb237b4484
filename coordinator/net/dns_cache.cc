#include "coordinator/net/dns_cache.h"

#include <algorithm>
#include <utility>

namespace fanfetch {

const Resolution* DnsCache::find(const std::string& host, Instant now) {
  const auto found = by_host_.find(host);
  if (found == by_host_.end()) return nullptr;
  const auto entry = found->second;
  if (entry->until <= now) {
    by_host_.erase(found);
    entries_.erase(entry);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  return &entry->resolution;
}

const Resolution& DnsCache::put(const std::string& host, Resolution resolution,
                                std::chrono::seconds ttl, Instant now) {
  if (const auto found = by_host_.find(host); found != by_host_.end()) {
    const auto old = found->second;
    by_host_.erase(found);
    entries_.erase(old);
  }
  while (!entries_.empty() && entries_.size() >= most_hosts_) {
    by_host_.erase(entries_.back().host);
    entries_.pop_back();
  }
  auto lasts = std::clamp(ttl, kMinTtl, kMaxTtl);
  if (resolution.failure) {
    lasts = resolution.failure->retry == Retry::no ? kFinalFailureTtl : kPassingFailureTtl;
  }
  entries_.push_front({host, std::move(resolution), now + lasts});
  by_host_.emplace(entries_.front().host, entries_.begin());
  return entries_.front().resolution;
}

}  // namespace fanfetch
