#include "coordinator/fleet/sent_links.h"

#include <cassert>
#include <map>
#include <utility>

namespace fanfetch {

void SentLinks::add(Link link, unsigned partition) {
  const LinkId id = link_id(link.hash);
  const bool is_new =
      links_.try_emplace(id, Sent{.link = PackedLink(std::move(link)), .partition = partition})
          .second;
  assert(is_new);
  (void)is_new;
}

SentLinks::Answer SentLinks::on_result(const LinkId& id, const std::string& entry) {
  const auto found = links_.find(id);
  if (found == links_.end()) return {};
  Sent& sent = found->second;
  if (!sent.result.empty()) {
    return {.link = std::nullopt, .is_needed = sent.result == entry, .is_known = true};
  }
  sent.result = entry;
  return {.link = std::move(sent.link).unpack(), .is_needed = true, .is_known = true};
}

std::optional<SentLinks::Recorded> SentLinks::on_recorded(const LinkId& id) {
  const auto found = links_.find(id);
  if (found == links_.end() || found->second.result.empty()) return std::nullopt;
  Recorded recorded{.partition = found->second.partition, .entry = std::move(found->second.result)};
  links_.erase(found);
  return recorded;
}

void SentLinks::on_lost() {
  for (auto& [id, one] : links_) one.is_lost = 1;
}

void SentLinks::send_lost(const Send& send) {
  for (auto& [id, one] : links_) {
    if (one.is_lost == 0 || !one.result.empty()) continue;
    one.is_lost = 0;
    Link link = std::move(one.link).unpack();
    ++one.times;
    send(link, one.partition, one.times);
    one.link = PackedLink(std::move(link));
  }
}

std::optional<SentLinks::BigHost> SentLinks::biggest_host(unsigned partition) {
  std::map<std::string, BigHost> hosts;  // by origin
  std::uint64_t all = 0;
  for (auto& [id, one] : links_) {
    if (one.partition != partition || !one.result.empty()) continue;
    Link link = std::move(one.link).unpack();
    if (link.piece.count == 1)
      ++hosts.try_emplace(link.url.origin(), BigHost{.url = link.url}).first->second.links;
    ++all;
    one.link = PackedLink(std::move(link));
  }
  std::optional<BigHost> biggest;
  for (auto& [origin, host] : hosts) {
    if (!biggest || host.links > biggest->links) biggest = std::move(host);
  }
  if (biggest) biggest->of = all;
  return biggest;
}

}  // namespace fanfetch
