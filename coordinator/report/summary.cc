#include "coordinator/report/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

#include "common/ip_address.h"
#include "common/ip_network.h"

namespace fanfetch {
namespace {

constexpr std::size_t kMaxHints = 3;
constexpr std::size_t kWorstHosts = 3;
/// Failures of a run that may be tried again at once; more deserve a look first.
constexpr std::uint64_t kFewFailures = 20;

/// Largest count first; equal counts by name, so that the order is the same in every run.
template <class Name>
void sort_by_count(std::vector<std::pair<Name, std::uint64_t>>& counts) {
  std::sort(counts.begin(), counts.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
}

/// `12 refused, 3 dns`, or nothing if all counts are 0; behind each class `more_of` it.
std::string by_class(const std::function<std::uint64_t(ErrorClass)>& count_of,
                     const std::function<std::string(ErrorClass)>& more_of) {
  std::vector<std::pair<std::string_view, std::uint64_t>> counts;
  for (int i = 0; i < kErrorClasses; ++i) {
    const auto error = static_cast<ErrorClass>(i);
    if (const std::uint64_t count = count_of(error); count > 0) {
      counts.emplace_back(name(error), count);
    }
  }
  sort_by_count(counts);
  std::string text;
  for (const auto& [error, count] : counts) {
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {}{}", human_count(count), error, more_of(*error_class(error)));
  }
  return text;
}

/// ` (404: 5, 403: 2)`: the statuses that failures of the class came with.
std::string statuses_of(const FailureCounts& failures, ErrorClass error) {
  std::vector<std::pair<int, std::uint64_t>> counts;
  for (const auto& [kind, count] : failures.by_status) {
    if (kind.first == error) counts.emplace_back(kind.second, count);
  }
  sort_by_count(counts);
  std::string text;
  for (const auto& [status, count] : counts) {
    text += fmt::format("{}{}: {}", text.empty() ? " (" : ", ", status, human_count(count));
  }
  return text.empty() ? text : text + ')';
}

std::string failures_by_class(const FailureCounts& failures) {
  return by_class(
      [&](ErrorClass error) { return failures.by_class[static_cast<std::size_t>(error)]; },
      [&](ErrorClass error) { return statuses_of(failures, error); });
}

/// `; most at a.test (12), b.test (3) and c.test (1)`; empty: no host is known.
std::string worst_hosts(const FailureCounts& failures) {
  const auto worst = failures.by_host.worst(kWorstHosts);
  const char* about = failures.by_host.uncounted() > 0 ? "about " : "";
  std::string text;
  for (const auto& [host, count] : worst) {
    text += fmt::format("{}{} ({}{})", text.empty() ? "; most at " : ", ", printable(host), about,
                        human_count(count));
  }
  return text;
}

std::string skipped_by_class(const Tally& tally) {
  return by_class([&](ErrorClass error) { return tally.skipped_as(error); },
                  [](ErrorClass) { return std::string(); });
}

/// The network that a user most likely wants to allow if this address was refused.
Cidr network_around(const IpAddress& address) {
  const bool own_machine = to_text(address) == "::1";  // loopback is a network of one address
  return network_of(address, own_machine ? 128 : address.v6 ? 64 : 24);
}

/// For addresses that --allow-private does not open either. Says which option does, but not with
/// what value: link-local ones lead to cloud metadata and secrets.
void add_reserved_hint(const Tally& tally, std::string_view whose,
                       std::vector<std::string>& lines) {
  std::uint64_t all = 0;
  std::uint64_t most = 0;
  std::string_view example;
  for (const auto& [address, count] : tally.refused()) {
    if (scope_of_literal(address) != AddressScope::forbidden) continue;
    all += count;
    if (count <= most) continue;
    most = count;
    example = address;
  }
  if (all == 0) return;
  lines.push_back(
      fmt::format("hint: {} refused at link-local or reserved addresses such as {}: only "
                  "an --allow-net that names them{} lets links reach these",
                  all, example, whose));
}

/// One line for each network of private addresses, with its most refused one.
std::vector<std::string> hints(const Tally& tally, const RunPlace& place) {
  const std::string_view whose = place.is_of_driver ? ", on each node," : "";
  struct Refused {
    std::uint64_t count = 0;
    std::uint64_t most = 0;
    std::string address;
  };
  std::map<std::string, Refused> by_network;
  for (const auto& [address, count] : tally.refused()) {
    const auto ip = parse_ip(address);
    if (!ip || scope_of_literal(address) != AddressScope::private_net) continue;
    Refused& refused = by_network[to_text(network_around(*ip))];
    refused.count += count;
    if (count <= refused.most) continue;
    refused.most = count;
    refused.address = address;
  }
  std::vector<std::pair<std::string, std::uint64_t>> counts;
  for (const auto& [network, refused] : by_network) counts.emplace_back(network, refused.count);
  sort_by_count(counts);
  const bool too_many = counts.size() > kMaxHints;
  if (too_many) counts.resize(kMaxHints);
  std::vector<std::string> lines;
  for (const auto& [network, count] : counts) {
    lines.push_back(fmt::format("hint: {} refused at {}: --allow-net {}{} lets links reach it",
                                count, by_network.at(network).address, network, whose));
  }
  if (too_many) {
    lines.push_back(
        fmt::format("hint: --allow-private{} lets links reach all private addresses", whose));
  }
  add_reserved_hint(tally, whose, lines);
  return lines;
}

std::string folder_word(const RunPlace& place) {
  const bool like_an_option = place.output.starts_with('-');
  return shell_word(like_an_option ? "./" + place.output : place.output);
}

std::string ledger_option(const RunPlace& place) {
  return place.ledger.empty() ? "" : " --ledger=" + shell_word(place.ledger);
}

/// How to go on with new failures. Entries of a list that are no URLs are not in the ledger, and
/// stay what they are.
void add_failure_hints(const Tally& tally, const RunPlace& place, std::vector<std::string>& lines) {
  std::vector<std::pair<std::string_view, std::uint64_t>> classes;
  for (int i = 0; i < kErrorClasses; ++i) {
    const auto error = static_cast<ErrorClass>(i);
    if (error == ErrorClass::bad_url || error == ErrorClass::no_link) continue;
    const std::uint64_t count = tally.new_failures().by_class[static_cast<std::size_t>(i)];
    if (count > 0) classes.emplace_back(name(error), count);
  }
  if (classes.empty()) return;
  sort_by_count(classes);
  lines.push_back("hint: to list what failed: " + export_command(place, "--failed"));
  if (tally.new_failures().all > kFewFailures) return;
  std::string names;
  for (const auto& [error, count] : classes) names.append(names.empty() ? "" : ",").append(error);
  lines.push_back("hint: to try that again: " + retry_command(names, place));
}

}  // namespace

std::string shell_word(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=./:,@%";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos) {
    return std::string(text);
  }
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

std::string retry_command(std::string_view classes, const RunPlace& place) {
  return fmt::format("fanfetch --retry-failed {} -o {}{}{}", classes, folder_word(place),
                     ledger_option(place), place.options_again);
}

std::string export_command(const RunPlace& place, std::string_view filter) {
  return fmt::format("fanfetch export {}{} {}", folder_word(place), ledger_option(place), filter);
}

std::string status_command(const RunPlace& place, std::string_view options) {
  return fmt::format("fanfetch status {}{} {}", folder_word(place), ledger_option(place), options);
}

std::string failed_text(std::uint64_t failed, std::uint64_t stood) {
  return fmt::format(
      "{} failed{}", human_count(failed - stood),
      stood > 0 ? fmt::format(", {} stand from earlier runs", human_count(stood)) : "");
}

std::string old_failures_line(const Tally& tally) {
  std::string line = "from earlier runs: " + failures_by_class(tally.old_failures()) +
                     worst_hosts(tally.old_failures());
  const auto some = [&](std::uint64_t count) {
    return count == tally.old_failures().all ? "they are" : human_count(count) + " of them";
  };
  if (const std::uint64_t untried = tally.untried_failures(); untried > 0) {
    line += fmt::format("; {} not tried again without --retry-failed all", some(untried));
  }
  if (const std::uint64_t left_out = tally.left_out(); left_out > 0) {
    line += fmt::format("; {} left out: without its list, no run can try such a link again",
                        some(left_out));
  }
  return line;
}

std::vector<std::string> summary_lines(const Tally& tally, Duration took, const RunPlace& place) {
  std::vector<std::string> lines;
  const std::uint64_t old = tally.old_failures().all;
  if (tally.new_failures().all > 0) {
    lines.push_back("failures: " + failures_by_class(tally.new_failures()) +
                    worst_hosts(tally.new_failures()));
  }
  if (old > 0) lines.push_back(old_failures_line(tally));
  if (const std::string skipped = skipped_by_class(tally); !skipped.empty()) {
    lines.push_back("skipped: " + skipped);
  }
  for (std::string& hint : hints(tally, place)) lines.push_back(std::move(hint));
  add_failure_hints(tally, place, lines);
  // Scripts read this line: its numbers are plain.
  lines.push_back(fmt::format(
      "Took {}: {} saved, {} kept, {} skipped, {} failed{} ({}) in {}{}", human_duration(took),
      tally.count(Status::saved), tally.count(Status::kept), tally.count(Status::skipped),
      tally.count(Status::failed) - old,
      old > 0 ? fmt::format(", {} stand from earlier runs", old) : "", human_bytes(tally.bytes()),
      printable(place.output), place.is_of_driver ? ", files on the nodes" : ""));
  return lines;
}

}  // namespace fanfetch
