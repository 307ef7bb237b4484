#pragma once

#include <cstdint>

namespace fanfetch {

/// Number of a link from the reader until it is finished, unique within a run. A header of its
/// own: the scheduler, the dispatcher and the workers' seam pass it on, and share nothing else.
using TaskId = std::uint64_t;

}  // namespace fanfetch
