#include "coordinator/commands/report/data/failure_classes.h"

#include <algorithm>
#include <utility>

#include "common/outcome.h"
#include "coordinator/link/failure_status.h"
#include "coordinator/report/failure_text.h"

namespace fanfetch {
namespace {

using Examples = std::vector<FailureExample>;

/// The last example whose host another one has, too.
Examples::iterator find_repeated(Examples& examples) {
  for (auto one = examples.end(); one != examples.begin();) {
    --one;
    const auto same = [&](const FailureExample& other) { return other.host == one->host; };
    if (std::any_of(examples.begin(), one, same)) return one;
  }
  return examples.end();
}

}  // namespace

FailureClasses::Entry& FailureClasses::entry_of(std::string_view error) {
  const auto find = [&](std::string_view name) {
    return std::ranges::find_if(entries_, [&](const Entry& one) { return one.shown.name == name; });
  };
  if (error.empty()) error = kUnknown;
  if (const auto known = find(error); known != entries_.end()) return *known;
  if (entries_.size() >= kMostClasses) {
    error = kUnknown;
    if (const auto known = find(error); known != entries_.end()) return *known;
  }
  Entry& entry = entries_.emplace_back();
  entry.shown.name = error;
  entry.shown.known = error_class(error).has_value();
  return entry;
}

void FailureClasses::offer(Entry& entry, const Failure& failure) const {
  Examples& examples = entry.shown.examples;
  const std::string_view host = host_and_path(failure.url).host;
  auto place = examples.end();
  if (examples.size() >= most_examples_) {
    const auto same = [&](const FailureExample& one) { return one.host == host; };
    if (std::ranges::any_of(examples, same)) return;
    place = find_repeated(examples);
    entry.is_spread = place == examples.end();
    if (entry.is_spread) return;
    examples.erase(place);
  }
  examples.push_back({.url = std::string(failure.url),
                      .host = std::string(host),
                      .http_status = failure.http_status,
                      .attempts = failure.attempts,
                      .message = std::string(failure.message)});
}

void FailureClasses::add(const Failure& failure) {
  Entry& entry = entry_of(failure.error);
  ++entry.shown.count;
  if (const auto status = failure_status(failure.http_status)) ++entry.statuses[*status];
  if (!entry.is_spread && most_examples_ > 0) offer(entry, failure);
}

std::vector<FailureClass> FailureClasses::take() {
  std::vector<FailureClass> all;
  for (Entry& entry : entries_) {
    entry.shown.statuses.assign(entry.statuses.begin(), entry.statuses.end());
    std::ranges::stable_sort(entry.shown.statuses, std::ranges::greater(),
                             [](const auto& one) { return one.second; });
    all.push_back(std::move(entry.shown));
  }
  entries_.clear();
  std::ranges::sort(all, [](const FailureClass& a, const FailureClass& b) {
    return a.count != b.count ? a.count > b.count : a.name < b.name;
  });
  return all;
}

}  // namespace fanfetch
