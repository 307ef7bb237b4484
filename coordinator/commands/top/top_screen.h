#pragma once

#include <cstddef>
#include <vector>

#include "coordinator/commands/top/top_line.h"
#include "coordinator/commands/top/top_model.h"

namespace fanfetch {

/// The least terminal that shows all.
inline constexpr std::size_t kTopRows = 16, kTopColumns = 60;

/// The whole screen: at most `look.rows` lines, none wider than `look.columns`. A smaller terminal
/// than the least gets what fits. Pure.
[[nodiscard]] std::vector<TopLine> top_screen(const TopModel& model, const TopLook& look);

}  // namespace fanfetch
