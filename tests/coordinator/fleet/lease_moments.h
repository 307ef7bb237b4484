#pragma once

#include <chrono>

#include "coordinator/fleet/lease_rules.h"

namespace fanfetch {

/// So many seconds after the machine was started.
inline BootInstant at(int second) { return BootInstant(std::chrono::seconds(second)); }

}  // namespace fanfetch
