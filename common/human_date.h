#pragma once

#include <string>

#include "common/clock.h"

namespace fanfetch {

/// `2026-11-22 20:12:05 UTC`: what format_rfc3339() is for programs, for people.
[[nodiscard]] std::string human_date(WallTime time);

}  // namespace fanfetch
