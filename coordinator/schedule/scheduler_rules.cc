// The parts of Scheduler that users steer and look at in mid-run.

#include <algorithm>
#include <tuple>
#include <utility>

#include "coordinator/schedule/scheduler.h"

namespace fanfetch {
namespace {

/// Larger comes first.
std::uint64_t weight(const HostView& host, HostOrder order) {
  switch (order) {
    case HostOrder::in_flight: return host.in_flight;
    case HostOrder::waiting: return host.waiting;
    case HostOrder::failed: return host.failed;
    case HostOrder::bytes: return host.bytes;
    case HostOrder::pause: break;
  }
  return host.until ? static_cast<std::uint64_t>(host.until->time_since_epoch().count()) : 0;
}

}  // namespace

void Scheduler::set_rules(HostRules rules, Instant now) {
  rules_ = std::move(rules);
  // Collected first: reposition() may erase the host, or one without tasks in its stead.
  std::vector<Host*> with_tasks;
  for (auto& [name, host] : hosts_) {
    apply_rules(host, now);
    if (host.first_ready != kNoTask || !host.delayed.empty()) with_tasks.push_back(&host);
  }
  for (Host* host : with_tasks) reposition(*host, now);
}

void Scheduler::rested(Instant since, Instant now) {
  for (auto& [name, host] : hosts_) host.governor.rested(since, now);
}

void Scheduler::apply_rules(Host& host, Instant now) const {
  const HostLimit* own = find_limit(rules_.limits, host.name->text);
  host.skipped = own != nullptr && !own->most;
  host.has_own_limit = rules_.per_host || own != nullptr;
  if (own != nullptr && own->most) {
    host.governor.follow_rules(share_of_limit(*own->most, host.piece), false, now);
  } else {
    host.governor.follow_rules(share_of_limit(rules_.per_host.value_or(host.asked), host.piece),
                               rules_.adapts, now);
  }
}

HostView Scheduler::view(const Host& host, Instant now) const {
  HostView view{.in_flight = host.governor.in_flight(),
                .limit = host.governor.current_limit(),
                .waiting = host.ready + host.delayed.size(),
                .done = host.done,
                .failed = host.failed,
                .bytes = host.bytes};
  const Instant until = host.governor.last_pause().until;
  if (host.skipped) {
    view.state = HostView::State::skipped;
  } else if (now < until) {
    view.until = until;
    view.state = host.governor.given_up(now) ? HostView::State::given_up : HostView::State::paused;
  }
  return view;
}

std::vector<HostView> Scheduler::top_hosts(HostOrder order, std::size_t most, Instant now) const {
  // Names are long: only those that are handed out are copied.
  std::vector<std::tuple<std::uint64_t, const Host*>> ranked;
  ranked.reserve(hosts_.size());
  for (const auto& [name, host] : hosts_) {
    ranked.emplace_back(weight(view(host, now), order), &host);
  }
  const auto first = [](const auto& a, const auto& b) {
    const auto& [weight_a, host_a] = a;
    const auto& [weight_b, host_b] = b;
    return weight_a != weight_b ? weight_a > weight_b : host_a->name->text < host_b->name->text;
  };
  const std::size_t count = std::min(most, ranked.size());
  std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(count),
                    ranked.end(), first);
  std::vector<HostView> hosts;
  for (std::size_t i = 0; i < count; ++i) {
    const Host& host = *std::get<1>(ranked[i]);
    hosts.push_back(view(host, now));
    hosts.back().host = host.name->text;
  }
  return hosts;
}

}  // namespace fanfetch
