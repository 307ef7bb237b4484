#pragma once

#include <string_view>

#include "common/outcome.h"

namespace fanfetch {

/// What the class means, for people: half a sentence that fits a line of help. Stands beside
/// name(), in the one table of the classes.
[[nodiscard]] std::string_view meaning(ErrorClass error);

}  // namespace fanfetch
