#pragma once

#include <string>
#include <string_view>

#include "common/result.h"
#include "coordinator/schedule/rate_plan.h"

namespace fanfetch {

// --limit-rate as people write it. Errors as in option_values.h.

/// A size (see parse_size), or a timetable of the day: `08:00,512K 18:00,off`, with `pause` for
/// times at which nothing new begins.
[[nodiscard]] Result<RatePlan> parse_rate_plan(std::string_view text);

/// In words that parse_rate_plan() takes: `2M`, `none`, `08:00,512K 18:00,off`.
[[nodiscard]] std::string rate_plan_text(const RatePlan& plan);

/// `512K`, `off`, `pause`: one of a timetable.
[[nodiscard]] std::string allowed_text(const AllowedRate& rate);

}  // namespace fanfetch
