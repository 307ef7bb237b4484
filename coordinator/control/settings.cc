#include "coordinator/control/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "coordinator/options/option_values.h"
#include "coordinator/options/rate_plan_text.h"

namespace fanfetch {
namespace {

/// In the unit that makes it a whole number, if one does.
std::string rate_text(double per_second) {
  if (per_second <= 0) return "none";
  for (const auto& [seconds, unit] : {std::pair{1.0, 's'}, {60.0, 'm'}, {3600.0, 'h'}}) {
    const double rate = per_second * seconds;
    const double whole = std::round(rate);
    if (whole >= 1 && std::abs(rate - whole) < 1e-6 * whole) {
      return fmt::format("{:.0f}/{}", whole, unit);
    }
  }
  return fmt::format("{}/s", per_second);
}

constexpr std::string_view kDefault = "default";
constexpr std::string_view kHostPrefix = "host.";
constexpr std::string_view kLimitRate = "limit-rate";

template <class Target, class Value>
Result<> store_in(Target& target, Result<Value> value) {
  if (!value) return tl::unexpected(std::move(value.error()));
  target = static_cast<Target>(*std::move(value));
  return {};
}

/// The largest unit in which it is a whole number.
std::string size_text(std::uint64_t bytes) {
  if (bytes == 0) return "none";
  static constexpr std::string_view kUnits = "KMGT";
  std::string unit;
  for (std::size_t i = 0; i < kUnits.size() && bytes % 1024 == 0; ++i) {
    bytes /= 1024;
    unit = kUnits[i];
  }
  return fmt::format("{}{}", bytes, unit);
}

/// In the same way.
std::string time_text(std::chrono::milliseconds time) {
  if (time.count() == 0) return "none";
  if (time.count() % 1000 != 0) return fmt::format("{}s", static_cast<double>(time.count()) / 1000);
  const auto seconds = time.count() / 1000;
  if (seconds % 3600 == 0) return fmt::format("{}h", seconds / 3600);
  return seconds % 60 == 0 ? fmt::format("{}m", seconds / 60) : fmt::format("{}s", seconds);
}

std::string per_host_text(const PerHost& per_host) {
  if (!per_host.adapts) return fmt::to_string(per_host.limit.value_or(0));
  return per_host.limit ? fmt::format("auto:{}", *per_host.limit) : "auto";
}

/// One of the settings that every run has.
struct Row {
  std::string_view name;
  Result<> (*set)(Settings&, std::string_view value);
  void (*reset)(Settings&, const Settings& begun);
  std::string (*text)(const Settings&);
};

constexpr Row kRows[] = {
    {"jobs",
     [](Settings& s, std::string_view value) {
       return store_in(s.jobs, parse_count(value, 1, 4096));
     },
     [](Settings& s, const Settings& begun) { s.jobs = begun.jobs; },
     [](const Settings& s) { return fmt::to_string(s.jobs); }},
    {kLimitRate,
     [](Settings& s, std::string_view value) {
       return store_in(s.limit_rate, parse_rate_plan(value));
     },
     [](Settings& s, const Settings& begun) { s.limit_rate = begun.limit_rate; },
     [](const Settings& s) { return rate_plan_text(s.limit_rate); }},
    {"per-host",
     [](Settings& s, std::string_view value) {
       return store_in(s.per_host, parse_per_host(value));
     },
     [](Settings& s, const Settings& begun) { s.per_host = begun.per_host; },
     [](const Settings& s) { return per_host_text(s.per_host); }},
    {"rate",
     [](Settings& s, std::string_view value) { return store_in(s.rate, parse_rate(value)); },
     [](Settings& s, const Settings& begun) { s.rate = begun.rate; },
     [](const Settings& s) { return rate_text(s.rate); }},
    {"max-duration",
     [](Settings& s, std::string_view value) {
       return store_in(s.limits.max_duration, parse_time(value));
     },
     [](Settings& s, const Settings& begun) { s.limits.max_duration = begun.limits.max_duration; },
     [](const Settings& s) { return time_text(s.limits.max_duration); }},
    {"max-transfer",
     [](Settings& s, std::string_view value) {
       return store_in(s.limits.max_transfer, parse_size(value));
     },
     [](Settings& s, const Settings& begun) { s.limits.max_transfer = begun.limits.max_transfer; },
     [](const Settings& s) { return size_text(s.limits.max_transfer); }},
    {"min-free",
     [](Settings& s, std::string_view value) {
       return store_in(s.limits.min_free, parse_size(value));
     },
     [](Settings& s, const Settings& begun) { s.limits.min_free = begun.limits.min_free; },
     [](const Settings& s) { return size_text(s.limits.min_free); }},
};

std::string names() {
  std::string text;
  for (const Row& row : kRows) text += fmt::format("{}, ", row.name);
  return text + "host.HOST";
}

const HostLimit* find_host(const HostLimits& limits, const HostAndPort& host) {
  const auto found = std::ranges::find_if(
      limits, [&](const HostLimit& one) { return one.host == host.host && one.port == host.port; });
  return found == limits.end() ? nullptr : &*found;
}

Result<> set_host(Settings& settings, const Settings& begun, std::string_view name,
                  std::string_view value) {
  const auto host = parse_host(name);
  if (!host) return tl::unexpected(host.error());
  if (value == "normal") {
    drop_limit(settings.hosts, host->host, host->port);
  } else if (value == kDefault) {
    drop_limit(settings.hosts, host->host, host->port);
    if (const HostLimit* old = find_host(begun.hosts, *host)) settings.hosts.push_back(*old);
  } else {
    const auto most = parse_host_most(value);
    if (!most) return fail("'{}' is none of skip, normal, and a number from 1 to 4096", value);
    put_limit(settings.hosts, {host->host, host->port, *most});
  }
  if (settings.hosts.size() <= kMaxHostLimits) return {};
  return fail("there are more than {} hosts with limits of their own", kMaxHostLimits);
}

const Row* find_row(std::string_view name) {
  const auto* row = std::ranges::find(kRows, name, &Row::name);
  return row == std::end(kRows) ? nullptr : row;
}

Result<> set_one(Settings& settings, const Settings& begun, const Assignment& one) {
  if (one.name.starts_with(kHostPrefix)) {
    return set_host(settings, begun, std::string_view(one.name).substr(kHostPrefix.size()),
                    one.value);
  }
  const Row* row = find_row(one.name);
  if (row == nullptr) return fail("it is not one of {}", names());
  if (one.value != kDefault) return row->set(settings, one.value);
  row->reset(settings, begun);
  return {};
}

std::string host_name(const HostLimit& limit) {
  return limit.port ? fmt::format("{}{}:{}", kHostPrefix, limit.host, *limit.port)
                    : fmt::format("{}{}", kHostPrefix, limit.host);
}

std::string host_text(const HostLimits& limits, const HostLimit& which) {
  const HostLimit* limit = find_host(limits, {which.host, which.port});
  if (limit == nullptr) return "normal";
  return limit->most ? fmt::to_string(*limit->most) : "skip";
}

std::string text_of(const Settings& now, std::string_view name) {
  if (const Row* row = find_row(name)) return row->text(now);
  const auto host = parse_host(name.substr(kHostPrefix.size()));
  return host ? host_text(now.hosts, {.host = host->host, .port = host->port}) : "";
}

}  // namespace

Result<Assignment> parse_assignment(std::string_view word) {
  const std::size_t equals = word.find('=');
  if (equals == word.npos || equals == 0) return fail("'{}' is not NAME=VALUE", word);
  return Assignment{std::string(word.substr(0, equals)), std::string(word.substr(equals + 1))};
}

Result<Settings> changed(const Settings& now, const Settings& begun,
                         std::span<const Assignment> values) {
  Settings settings = now;
  for (const Assignment& one : values) {
    if (auto set = set_one(settings, begun, one); !set) {
      return fail("{}: {}", one.name, set.error().message);
    }
  }
  return settings;
}

bool is_of_one_run(std::string_view name) {
  return name == "max-duration" || name == "max-transfer" || name == "min-free";
}

bool is_of_hosts(std::string_view name) {
  return name == "per-host" || name == "rate" || name.starts_with(kHostPrefix);
}

std::vector<SettingLine> setting_lines(const Settings& now, const Settings& begun,
                                       const std::string& rate_holds) {
  std::vector<SettingLine> lines;
  for (const Row& row : kRows) {
    lines.push_back({std::string(row.name), row.text(now), row.text(begun),
                     row.name == kLimitRate ? rate_holds : ""});
  }
  HostLimits hosts = begun.hosts;
  for (const HostLimit& limit : now.hosts) put_limit(hosts, limit);
  std::ranges::sort(hosts, {}, host_name);
  for (const HostLimit& limit : hosts) {
    lines.push_back({host_name(limit), host_text(now.hosts, limit), host_text(begun.hosts, limit)});
  }
  return lines;
}

std::string changes_text(const Settings& now, std::span<const Assignment> values) {
  std::string text;
  std::vector<std::string_view> said;
  for (const Assignment& one : values) {
    if (std::ranges::find(said, one.name) != said.end()) continue;
    said.push_back(one.name);
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", one.name, text_of(now, one.name));
  }
  return text;
}

}  // namespace fanfetch
