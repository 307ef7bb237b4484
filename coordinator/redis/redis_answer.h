#pragma once

#include <cstdint>
#include <functional>

#include "coordinator/redis/redis_reply.h"
#include "coordinator/redis/redis_trouble.h"

namespace fanfetch {

/// What became of a command.
struct RedisAnswer {
  enum class Fate : std::uint8_t {
    answered,  ///< `reply` has it, and is no error.
    /// The server said no: `trouble`, and its words in `reply`. A command did nothing then; a
    /// script may have done what stands before its error.
    refused,
    unknown,  ///< It may have been done or not: the connection ended (`trouble`) before a reply.
    unsent,   ///< It never left this machine: the connection ended before.
  };

  Fate fate = Fate::unknown;
  RedisReply reply;
  RedisTrouble trouble;

  [[nodiscard]] bool is_good() const { return fate == Fate::answered; }
};

/// Called once, from the loop; not at all if what the command was given to is destroyed before.
using RedisDone = std::function<void(RedisAnswer)>;

}  // namespace fanfetch
