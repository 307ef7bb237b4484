#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "coordinator/schedule/host_limits.h"
#include "coordinator/schedule/per_host.h"
#include "coordinator/schedule/rate_plan.h"
#include "coordinator/schedule/run_limits.h"

namespace fanfetch {

/// What of a run may change while it goes on. Each is the option of the same name, or of none.
struct Settings {
  unsigned jobs = 64;
  RatePlan limit_rate;
  PerHost per_host;
  double rate = 0;  ///< Requests a second to one host; 0: no limit.
  RunLimits limits;
  HostLimits hosts;

  bool operator==(const Settings&) const = default;
};

/// `NAME=VALUE`, for example `jobs=8`, `host.example.org=skip`, `limit-rate=default`.
struct Assignment {
  std::string name, value;

  bool operator==(const Assignment&) const = default;
};

/// Error: there is no '='.
[[nodiscard]] Result<Assignment> parse_assignment(std::string_view word);

/// `now` after all of `values`, in turn. `default` is what `begun`, the start of the run, has.
/// Error: one of them is not known or wrong, which is said; then nothing is to change. Pure.
[[nodiscard]] Result<Settings> changed(const Settings& now, const Settings& begun,
                                       std::span<const Assignment> values);

/// Whether the setting says when a run is to end: that of a fleet's driver is not its nodes'.
[[nodiscard]] bool is_of_one_run(std::string_view name);

/// Whether the setting limits what a host is asked for: for a fleet, that is its driver's to say.
[[nodiscard]] bool is_of_hosts(std::string_view name);

/// One setting for people and programs, in words that it may be given in again.
struct SettingLine {
  std::string name, now, begun;
  std::string holds = {};  ///< Of a timetable: what it allows at present, and until when.

  bool operator==(const SettingLine&) const = default;
};

/// All of them, in a fixed order; of hosts those that have a limit of their own, now or at the
/// start. `rate_holds`: SettingLine::holds of limit-rate.
[[nodiscard]] std::vector<SettingLine> setting_lines(const Settings& now, const Settings& begun,
                                                     const std::string& rate_holds = "");

/// `jobs 8, limit-rate 2M`: what `values` has made of it, each name once.
[[nodiscard]] std::string changes_text(const Settings& now, std::span<const Assignment> values);

}  // namespace fanfetch
