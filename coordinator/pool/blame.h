#pragma once

#include <cstdint>

namespace fanfetch {

/// What a lost job had to do with its worker's death. A header of its own: who decides what follows
/// needs no more of the pool.
enum class Blame : std::uint8_t {
  none,     ///< The worker had not started it.
  shared,   ///< It was one of several jobs that ran.
  sole,     ///< It ran alone: it is what kills workers.
  stopped,  ///< It ran alone, and the sandbox ended the worker: not a crash.
};

}  // namespace fanfetch
