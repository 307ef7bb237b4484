#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "coordinator/redis/redis_reply.h"

namespace fanfetch {

// Redis' protocol (RESP 2) as bytes. The one home of hiredis.

/// What one reply may take, whoever sends it. No more of a larger one is held: it ends the
/// connection. Deeper than seven arrays in each other is none that hiredis reads.
struct RedisReplyLimits {
  /// The largest reply of a fleet is a batch of some thousand links.
  std::size_t most_bytes = std::size_t{32} << 20;
  /// All values of a reply together, arrays too.
  std::size_t most_values = 500'000;
};

/// Turns a server's bytes into replies. After an error it reads no more. Pure.
class RedisReplyReader {
 public:
  explicit RedisReplyReader(RedisReplyLimits limits = {});
  RedisReplyReader(RedisReplyReader&&) noexcept;
  ~RedisReplyReader();

  /// Takes some more bytes, and keeps them until next() has made replies of them.
  /// REQUIRES: next() returned nullopt since the last call.
  void feed(std::string_view bytes);
  /// The next whole reply; nullopt: more bytes are needed. Error: they are not Redis' protocol, or
  /// a reply is larger than it may be; half a sentence, without the server's name.
  [[nodiscard]] Result<std::optional<RedisReply>> next();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// Adds a command (its name and arguments, which may hold any bytes) to `output`. REQUIRES: there
/// is at least the name. Throws std::bad_alloc.
void append_command(const std::vector<std::string>& words, std::string& output);

}  // namespace fanfetch
