#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "common/clock.h"
#include "coordinator/link/page.h"

namespace fanfetch {

/// What is left of what Imgur allows, by the headers of its answers: so much for one address
/// ("user"), and so much a day for an application, which several breaches block for a month. Pure.
class ImgurCredits {
 public:
  /// Too little is left to ask for more.
  struct Shortage {
    std::string what;  ///< `8 of 500 credits left`.
    /// When there will be more; at least a second. None: not said, or too far off to wait for.
    std::optional<std::chrono::milliseconds> renewed_in;
    std::string advice;  ///< For who does not wait so long.
  };

  /// Takes what an answer says. Headers that are absent or no numbers leave what is known.
  void note(const Page& page, WallTime now);
  /// None: more may be asked for, as far as is known. A few are left on purpose.
  [[nodiscard]] std::optional<Shortage> shortage(WallTime now) const;
  /// Forgets what was left to the user: it has been waited for.
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
