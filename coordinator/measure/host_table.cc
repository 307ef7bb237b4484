#include "coordinator/measure/host_table.h"

#include <algorithm>

#include "common/url.h"
#include "common/url_text.h"

namespace fanfetch {
namespace {

/// Statuses of the rest that are told apart.
constexpr std::size_t kMostKindsOfRest = 64;

/// The host of such a beginning where it is written as parse_url() would have it; empty: it is
/// written otherwise.
std::string_view plain_host(std::string_view start) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!start.starts_with(scheme)) continue;
    const std::string_view host = start.substr(scheme.size());
    // Only what a number or an escape could not be a part of: such a host may have another form.
    const bool plain = std::ranges::all_of(host, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    });
    const bool named = !host.empty() && host.back() >= 'a' && host.back() <= 'z';
    if (plain && named && host.front() != '.' && host.find("..") == host.npos &&
        host.find("xn--") == host.npos) {
      return host;
    }
  }
  return {};
}

}  // namespace

void HostTable::add(const Record& record) {
  if (!is_measured(record)) return;
  Entry& entry = entry_of(record.url ? std::string_view(*record.url) : std::string_view());
  ++entry.links;
  entry.sums.add(record);
}

HostTable::Entry& HostTable::entry_of(std::string_view url) {
  const std::string_view start = url_start(url);
  if (last_ != nullptr && start == last_start_) return *last_;
  std::string_view host = plain_host(start);
  Url parsed;
  if (host.empty()) {
    if (auto read = parse_url(start.empty() ? url : start)) parsed = std::move(*read);
    host = parsed.host;
  }
  Entry& entry = entry_named(host);
  // Else all of the URL decides, not its beginning.
  last_ = start.empty() ? nullptr : &entry;
  last_start_ = start;
  return entry;
}

HostTable::Entry& HostTable::entry_named(std::string_view host) {
  if (const auto known = hosts_.find(host); known != hosts_.end()) return known->second;
  if (hosts_.size() >= limits_.most) make_room();
  return hosts_.emplace(std::string(host), Entry{.before = floor_}).first->second;
}

/// Sends the hosts with the lowest ranks to the rest. Among equals the names decide, so that equal
/// runs have equal sums.
void HostTable::make_room() {
  std::vector<Hosts::iterator> entries;
  entries.reserve(hosts_.size());
  for (auto entry = hosts_.begin(); entry != hosts_.end(); ++entry) entries.push_back(entry);
  const auto kept = entries.begin() + static_cast<std::ptrdiff_t>(limits_.keep);
  std::nth_element(entries.begin(), kept, entries.end(), [](const auto& one, const auto& other) {
    const auto rank = one->second.rank(), other_rank = other->second.rank();
    return rank != other_rank ? rank > other_rank : one->first < other->first;
  });
  for (auto gone = kept; gone != entries.end(); ++gone) {
    floor_ = std::max(floor_, (*gone)->second.rank());
    rest_.add((*gone)->second.sums, kMostKindsOfRest);
    hosts_.erase(*gone);
  }
  last_ = nullptr;
}

/// All, the biggest first.
HostTable::Ordered HostTable::ordered() const {
  Ordered entries;
  entries.reserve(hosts_.size());
  for (auto entry = hosts_.begin(); entry != hosts_.end(); ++entry) entries.push_back(entry);
  if (entries.size() <= limits_.keep) return entries;
  const auto kept = entries.begin() + static_cast<std::ptrdiff_t>(limits_.keep);
  std::nth_element(entries.begin(), kept, entries.end(), [](const auto& one, const auto& other) {
    const Entry &a = one->second, &b = other->second;
    if (a.links != b.links) return a.links > b.links;
    return a.sums.bytes != b.sums.bytes ? a.sums.bytes > b.sums.bytes : one->first < other->first;
  });
  return entries;
}

std::vector<std::pair<std::string_view, const HostSums*>> HostTable::biggest() const {
  std::vector<std::pair<std::string_view, const HostSums*>> rows;
  for (const auto& entry : ordered()) {
    if (rows.size() == limits_.keep) break;
    rows.emplace_back(entry->first, &entry->second.sums);
  }
  return rows;
}

HostSums HostTable::rest() const {
  HostSums sums = rest_;
  const Ordered entries = ordered();
  for (std::size_t i = limits_.keep; i < entries.size(); ++i) {
    sums.add(entries[i]->second.sums, kMostKindsOfRest);
  }
  return sums;
}

HostSums HostTable::all(std::size_t most_kinds) const {
  HostSums sums = rest_;
  for (const auto& [host, entry] : hosts_) sums.add(entry.sums, most_kinds);
  return sums;
}

}  // namespace fanfetch
