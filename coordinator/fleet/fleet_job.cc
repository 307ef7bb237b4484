#include "coordinator/fleet/fleet_job.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "common/ascii.h"
#include "common/human_text.h"
#include "common/utf8.h"
#include "coordinator/fleet/fleet_partitions.h"

namespace fanfetch {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMostOptions = 200;
constexpr std::size_t kMostSettings = 2000;  // a thousand hosts may have limits of their own
constexpr std::size_t kMostNameBytes = 64;
constexpr std::size_t kMostSpreadBytes = 64 * 300;        // of kMostSpreadHosts names
constexpr std::int64_t kLongestLease = 24 * 3600 * 1000;  // in milliseconds, as any such time
constexpr char kBetween = '\n';                           // an option's name, and its values
constexpr std::string_view kHostLimit = "host-limit";

struct StateName {
  FleetJob::State state;
  std::string_view name;
};
constexpr StateName kStates[] = {{FleetJob::State::running, "running"},
                                 {FleetJob::State::paused, "paused"},
                                 {FleetJob::State::stopped, "stopped"},
                                 {FleetJob::State::done, "done"}};

/// An option that is a setting, too, and what a run without it has.
struct LimitOption {
  std::string_view name, without;
};
constexpr LimitOption kLimitOptions[] = {{"per-host", "auto"}, {"rate", "none"}};

/// The limits of hosts that options say, as settings.
FleetFields limits_of(const decltype(FleetJob::options)& options) {
  FleetFields limits;
  for (const auto& [option, values] : options) {
    if (values.size() != 1) continue;
    const std::string& value = values.front();
    if (std::ranges::find(kLimitOptions, option, &LimitOption::name) != std::end(kLimitOptions)) {
      add_settings(limits, {{option, value}});
    } else if (const auto equals = value.rfind('='); option == kHostLimit && equals != value.npos) {
      add_settings(limits, {{"host." + value.substr(0, equals), value.substr(equals + 1)}});
    }
  }
  return limits;
}

}  // namespace

std::string_view name(FleetJob::State state) {
  return std::ranges::find(kStates, state, &StateName::state)->name;
}

std::optional<FleetJob::State> job_state(std::string_view name) {
  const auto* const found = std::ranges::find(kStates, name, &StateName::name);
  return found == std::end(kStates) ? std::nullopt : std::optional(found->state);
}

std::string options_to_bytes(const decltype(FleetJob::options)& options) {
  FleetFields fields;
  for (const auto& [option, values] : options) {
    std::string text;
    for (const std::string& value : values) text += (text.empty() ? "" : "\n") + value;
    fields.emplace_back(option, std::move(text));
  }
  return to_bytes(fields);
}

Result<decltype(FleetJob::options)> options_from_bytes(std::string_view bytes) {
  decltype(FleetJob::options) options;
  if (bytes.empty()) return options;
  const auto fields = fields_from_bytes(bytes);
  if (!fields || fields->size() > kMostOptions) return fail("the job's options cannot be read");
  for (const auto& [option, text] : *fields) {
    std::vector<std::string> values;
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find(kBetween, begin), text.size());
      values.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
    options.emplace_back(option, std::move(values));
  }
  return options;
}

void add_settings(FleetFields& settings, const FleetFields& told) {
  for (const auto& one : told) {
    std::erase_if(settings, [&](const auto& known) { return known.first == one.first; });
    if (one.second != kAsBegun) settings.push_back(one);
  }
}

FleetFields new_settings(const FleetFields& before, const FleetFields& after) {
  const auto has_name = [](const FleetFields& settings, const std::string& name) {
    return std::ranges::find(settings, name, &FleetFields::value_type::first) != settings.end();
  };
  FleetFields told;
  for (const auto& [name, value] : before) {
    if (!has_name(after, name)) told.emplace_back(name, kAsBegun);
  }
  for (const auto& one : after) {
    if (std::ranges::find(before, one) == before.end()) told.push_back(one);
  }
  return told;
}

FleetFields changed_limits(const decltype(FleetJob::options)& begun,
                           const decltype(FleetJob::options)& now) {
  FleetFields changed = new_settings(limits_of(begun), limits_of(now));
  for (auto& [name, value] : changed) {
    if (value != kAsBegun) continue;
    const auto* const limit = std::ranges::find(kLimitOptions, name, &LimitOption::name);
    value = limit == std::end(kLimitOptions) ? "normal" : limit->without;
  }
  return changed;
}

Result<FleetJob> decode_job(std::string name, const FleetFields& fields) {
  const auto text = [&fields](std::string_view field) -> std::string_view {
    const auto found = std::ranges::find(fields, field, &FleetFields::value_type::first);
    return found == fields.end() ? std::string_view() : std::string_view(found->second);
  };
  const auto number = [&text](std::string_view field, std::int64_t least, std::int64_t most) {
    const std::string_view digits = text(field);
    std::int64_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    const bool good = !digits.empty() && error == std::errc() && stop == end;
    return good && value >= least && value <= most ? value : std::int64_t{-1};
  };
  if (text("id").empty()) return fail("there is no job '{}'", name);
  if (text("protocol") != kFleetProtocol) {
    return fail(
        "job '{}' is that of another version of fanfetch, which speaks protocol {} and not "
        "{}: driver and nodes have to be of one version",
        name, printable(text("protocol"), 20), kFleetProtocol);
  }
  FleetJob job{.name = std::move(name)};
  job.id = text("id").substr(0, kMostNameBytes);
  job.born = text("born").substr(0, kMostNameBytes);
  const auto state = job_state(text("state"));
  const auto partitions = number("partitions", 1, kMostPartitions);
  const auto lease = number("lease_ms", 1, kLongestLease);
  const auto stop = number("stop_ms", 0, kLongestLease);
  const bool has_spread_after = !text("spread_ms").empty();  // older drivers know none
  const auto spread_after = has_spread_after ? number("spread_ms", 1, kLongestLease) : 0;
  if (!state || partitions < 0 || lease < 0 || stop < 0 || spread_after < 0 ||
      lease < stop * LeaseRules::kStopsOfLease) {
    return fail("what Redis has of job '{}' cannot be read", job.name);
  }
  job.state = *state;
  job.partitions = static_cast<unsigned>(partitions);
  job.rules = LeaseRules::of(milliseconds(lease), milliseconds(stop));
  auto options = options_from_bytes(text("options"));
  if (!options) return tl::unexpected(std::move(options.error()));
  job.options = std::move(*options);
  if (has_spread_after) job.spread_after = milliseconds(spread_after);
  job.spread = text("spread").substr(0, kMostSpreadBytes);
  auto settings = fields_from_bytes(text("settings"));
  if (settings && settings->size() <= kMostSettings) job.settings = std::move(*settings);
  return job;
}

std::optional<std::chrono::milliseconds> driver_quiet(const FleetFields& fields,
                                                      std::int64_t now_ms) {
  const auto found = std::ranges::find(fields, "seen_ms", &FleetFields::value_type::first);
  if (found == fields.end()) return std::nullopt;
  std::int64_t seen = 0;
  const char* const end = found->second.data() + found->second.size();
  const auto read = std::from_chars(found->second.data(), end, seen);
  if (read.ec != std::errc() || read.ptr != end || seen < 0) return std::nullopt;
  return std::min(std::chrono::milliseconds(now_ms - std::min(seen, now_ms)), kLongestQuiet);
}

std::string silence_text(std::optional<std::chrono::milliseconds> driver_quiet) {
  if (!driver_quiet || *driver_quiet < kDriverSilentAfter) return "";
  return "silent for " + human_time_left(*driver_quiet);
}

std::string key_prefix(std::string_view job) { return fmt::format("ff:{{{}}}:", job); }

std::string job_name_of(std::string_view list) {
  while (list.ends_with('/')) list.remove_suffix(1);
  std::string name(list.substr(list.rfind('/') + 1));  // npos + 1 is 0
  if (name.size() > kMostNameBytes) name.resize(kMostNameBytes);
  for (char& c : name) {
    if (!is_alphanumeric(c) && c != '-' && c != '_' && c != '.') c = '-';
  }
  name.erase(0, std::min(name.find_first_not_of(".-"), name.size()));
  return name.empty() ? "list" : name;
}

}  // namespace fanfetch
