#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "common/clock.h"
#include "coordinator/link/page.h"

namespace fanfetch {

/// What is left of Imgur's rate limits, by the headers of its responses: one limit for an address
/// ("user"), and one per day for a client ID, which Imgur blocks for a month after several
/// breaches. Pure.
class ImgurCredits {
 public:
  /// Too little is left to ask for more.
  struct Shortage {
    std::string what;  ///< `8 of 500 credits left`.
    /// When the credits are renewed; at least a second. nullopt: unknown, or too late to wait for.
    std::optional<std::chrono::milliseconds> renewed_in;
    std::string advice;  ///< For a user who does not wait that long.
  };

  /// Reads a response's headers. Missing or malformed ones change nothing.
  void note(const Page& page, WallTime now);
  /// nullopt: further requests are allowed, as far as is known. A small reserve is kept.
  [[nodiscard]] std::optional<Shortage> shortage(WallTime now) const;
  /// Forgets the user's remaining credits. Call after waiting for their renewal.
  void renew();

  /// `480 of 500 credits left, renewed in 12 min`; empty if nothing is known.
  [[nodiscard]] std::string describe(WallTime now) const;

 private:
  struct Account {
    std::optional<std::uint64_t> limit;
    std::optional<std::uint64_t> remaining;

    [[nodiscard]] bool is_short() const;
    [[nodiscard]] std::string left() const;
  };

  Account user_;
  Account client_;
  std::optional<WallTime> user_reset_;
};

/// `45 s`, `12 min`, `3 h`: rounded up, and at least a second.
[[nodiscard]] std::string rough_time(std::chrono::milliseconds time);

}  // namespace fanfetch
