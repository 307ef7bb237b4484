#pragma once

#include <cstdint>

namespace fanfetch {

/// How well a task is placed at present with the worker that has a connection to its host.
enum class Placement : std::uint8_t {
  good,   ///< The worker has room, and not much more to do than others.
  later,  ///< It has not: a task of another host comes first.
  gone,   ///< It takes no tasks for some time, so the connection does not count.
};

}  // namespace fanfetch
