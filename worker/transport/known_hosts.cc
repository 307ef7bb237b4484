#include "worker/transport/known_hosts.h"

#include <algorithm>

namespace fanfetch {
namespace {

std::string name_of(const Job& job) {
  return fmt::format("{}:{}", job.connect_host, job.connect_port);
}

std::vector<IpAddress> addresses_of(const Job& job) {
  std::vector<IpAddress> addresses;
  for (const std::string& text : job.addresses) {
    if (const auto address = parse_ip(text)) addresses.push_back(*address);
  }
  return addresses;
}

bool contains(const std::vector<IpAddress>& addresses, const IpAddress& address) {
  return std::find(addresses.begin(), addresses.end(), address) != addresses.end();
}

}  // namespace

bool is_literal(const Job& job) { return parse_ip(job.connect_host).has_value(); }

std::vector<std::string> KnownHosts::use(const Job& job) {
  if (is_literal(job)) return {};
  std::vector<std::string> changes;
  const std::string name = name_of(job);
  const auto known = hosts_.find(name);
  Hosts::iterator host;
  if (known == hosts_.end()) {
    host = used_.insert(used_.end(), Host{name, {}, 0});
    hosts_.emplace(host->name, host);
  } else {
    host = known->second;
    if (host->users == 0) used_.splice(used_.end(), unused_, host);
  }
  ++host->users;
  host->addresses = addresses_of(job);

  while (unused_.size() > most_unused_) {
    changes.push_back('-' + unused_.front().name);
    hosts_.erase(unused_.front().name);
    unused_.pop_front();
  }
  // Each time, also when it is known: libcurl does not say when it has read an earlier list.
  // A '-' at the front would take the host out; behind a '+' it is part of the name. What '+' says,
  // that the entry gets old, holds for no job that needs it: see JobAddresses.
  std::string entry = name.starts_with('-') ? '+' + name : name;
  char separator = ':';
  for (const IpAddress& address : host->addresses) {
    entry += separator;
    entry += address.v6 ? '[' + to_text(address) + ']' : to_text(address);
    separator = ',';
  }
  if (!host->addresses.empty()) changes.push_back(std::move(entry));
  return changes;
}

void KnownHosts::forget(const Job& job) {
  const auto known = hosts_.find(name_of(job));
  if (known == hosts_.end()) return;  // a literal
  const auto host = known->second;
  if (--host->users == 0) unused_.splice(unused_.end(), used_, host);
}

bool KnownHosts::may_reach(const Job& job, const IpAddress& address) const {
  if (contains(addresses_of(job), address)) return true;
  const auto known = hosts_.find(name_of(job));
  return known != hosts_.end() && contains(known->second->addresses, address);
}

}  // namespace fanfetch
