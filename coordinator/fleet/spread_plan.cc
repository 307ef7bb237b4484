#include "coordinator/fleet/spread_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "coordinator/fleet/fleet_partitions.h"

namespace fanfetch {
namespace {

/// `cdn.example.org:443`; nullopt: it is no host as Url has it.
std::optional<SpreadHost> host_from_text(std::string_view text) {
  const auto url = parse_url(fmt::format("http://{}/", text));
  if (!url) return std::nullopt;
  if (text == url->host) return SpreadHost{.host = url->host};
  if (text != fmt::format("{}:{}", url->host, url->port)) return std::nullopt;
  return SpreadHost{.host = url->host, .port = url->port};
}

}  // namespace

const SpreadHost* find_spread(const SpreadHosts& hosts, const std::string& host,
                              std::optional<std::uint16_t> port) {
  const SpreadHost* on_any_port = nullptr;
  for (const SpreadHost& one : hosts) {
    if (one.host != host) continue;
    if (one.port == port) return &one;
    if (!one.port) on_any_port = &one;
  }
  return on_any_port;
}

SpreadHosts spread_only(const SpreadHosts& hosts) {
  SpreadHosts only;
  for (const SpreadHost& one : hosts) {
    const SpreadHost* const usual = find_spread(hosts, one.host, std::nullopt);
    if (one.pieces > 1 || (usual != nullptr && usual->pieces > 1)) only.push_back(one);
  }
  return only;
}

std::optional<SpreadHosts> joined(SpreadHosts held, const SpreadHosts& wanted) {
  const SpreadHosts before = held;
  for (const SpreadHost& one : wanted) {
    const SpreadHost* const known = find_spread(before, one.host, one.port);
    if (one.pieces != (known == nullptr ? 1 : known->pieces)) return std::nullopt;
    // Who says nothing of ports means all of them.
    const bool has_other_port = !one.port && std::ranges::any_of(before, [&](const auto& held_one) {
      return held_one.host == one.host && held_one.pieces != one.pieces &&
             find_spread(wanted, held_one.host, held_one.port)->port != held_one.port;
    });
    if (has_other_port) return std::nullopt;
    put_spread(held, one);
  }
  return held;
}

std::string to_text(const SpreadHost& host) {
  return host.port ? fmt::format("{}:{}={}", host.host, *host.port, host.pieces)
                   : fmt::format("{}={}", host.host, host.pieces);
}

std::optional<SpreadHosts> spread_from_text(std::string_view text) {
  SpreadHosts hosts;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    const std::size_t equals = word.rfind('=');
    auto host = host_from_text(word.substr(0, equals));
    if (equals == word.npos || !host) return std::nullopt;
    const char* const end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data() + equals + 1, end, host->pieces);
    if (error != std::errc() || stop != end) return std::nullopt;
    if (host->pieces == 0 || host->pieces > kMostPieces) return std::nullopt;
    put_spread(hosts, std::move(*host));
    if (hosts.size() > kMostSpreadHosts) return std::nullopt;
  }
  return hosts;
}

}  // namespace fanfetch
