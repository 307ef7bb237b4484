#pragma once

#include <string_view>

namespace fanfetch {

/// Marks an arrow between two steps where a kill must lose nothing. Does nothing in the programs
/// that users run. The tests link the same objects with a definition that kills the run there
/// (tests/support/crash_point.cc): FANFETCH_CRASH_AT=point:n, at the n-th time a process reaches
/// it.
void crash_point(std::string_view point);

}  // namespace fanfetch
