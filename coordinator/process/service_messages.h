#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/clock.h"

namespace fanfetch {

/// What a service manager is told, in the words of sd_notify(3), and when. Whoever is hung must be
/// found: no message is a matter of time alone, but STATUS. Pure.
class ServiceMessages {
 public:
  /// How a run is, as one turn of the loop sees it.
  struct Look {
    bool ending = false;      ///< It takes no more links, and is about to finish.
    std::uint64_t moves = 0;  ///< Grows each time that the ledger's thread has done something.
    bool idle = false;        ///< The ledger's thread has nothing to do.
    std::string_view status;  ///< One line for people.
  };

  /// `watchdog`: how long the manager waits for a sign of life; nullopt: it does not.
  explicit ServiceMessages(std::optional<Duration> watchdog) : watchdog_(watchdog) {}

  /// Before the run is up, something of the start has moved: rows, files, bytes. Returns what is to
  /// be sent now; empty: nothing.
  [[nodiscard]] std::string starting(Instant now);
  /// The same of a run that is up, at each look; the first one says that it is up.
  [[nodiscard]] std::string running(const Look& look, Instant now);
  /// How often to call running().
  [[nodiscard]] Duration look_interval() const;
  /// The last message could not be sent: what it said is still to be said.
  void not_sent();

  /// STATUS changes at most so often, and so often a slow start or end asks for more time.
  static constexpr auto kInterval = std::chrono::seconds(5);
  /// Which is this: syncs of a slow disk may take a minute each.
  static constexpr auto kMoreTime = std::chrono::minutes(3);

 private:
  /// What was said, and when. A message that is not sent takes none of it for said.
  struct Said {
    bool ready = false, stopping = false;
    std::string status;
    std::optional<Instant> status_at, alive_at, more_time_at;
    std::uint64_t moves_alive = 0, moves_more_time = 0;  // as of those times
  };

  const std::optional<Duration> watchdog_;
  Said said_, before_;
};

}  // namespace fanfetch
