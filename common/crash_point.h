#pragma once

#include <string_view>

namespace fanfetch {

/// Marks a point between two steps where a kill must lose nothing. Does nothing in the programs
/// that users run. The tests link the same object files with another definition, which kills the
/// run there (tests/support/crash_point.cc): FANFETCH_CRASH_AT=point:n, when a process reaches the
/// point for the n-th time. A unit of its own, so that the linker can replace it.
void crash_point(std::string_view point);

}  // namespace fanfetch
