#pragma once

#include <string>

#include "common/job.h"

namespace fanfetch {

/// What makes a connection what it is: jobs with the same key go the same way (common/way.h), and
/// have the same trust in the server. Holds the proxy's password: never printed. Pure.
[[nodiscard]] std::string connection_key(const Job& job);

}  // namespace fanfetch
