#pragma once

#include <bitset>
#include <cstddef>

#include "coordinator/link/record.h"

namespace fanfetch {

/// One more than the largest HTTP status.
inline constexpr std::size_t kHttpStatuses = 600;

/// `--retry-failed`: which failures of earlier runs are tried again. Pure.
struct RetryFailed {
  enum class Which {
    curable,  ///< All but those that are gone for good.
    all,
    none,
    classes,  ///< Those of `classes` or `statuses`, gone for good or not.
  };
  Which which = Which::curable;
  std::bitset<kErrorClasses> classes;
  std::bitset<kHttpStatuses> statuses;  ///< Of HTTP.

  [[nodiscard]] bool includes(const Record& failed) const;
};

/// Whether its last response had one of these HTTP statuses.
[[nodiscard]] bool has_status(const std::bitset<kHttpStatuses>& statuses, const Record& record);

/// Asking again would bring the same answer: 404, 410, a name that does not exist, a URL that is
/// none, bytes that are no picture, a picture that stands for one that is gone.
[[nodiscard]] bool gone_for_good(const Record& failed);

}  // namespace fanfetch
