#pragma once

#include <bitset>

#include "coordinator/link/record.h"

namespace fanfetch {

/// `--retry-failed`: which failures of earlier runs are tried again. Pure.
struct RetryFailed {
  enum class Which {
    curable,  ///< All but those that are gone for good.
    all,
    none,
    classes,  ///< Those of `classes`, gone for good or not.
  };
  Which which = Which::curable;
  std::bitset<kErrorClasses> classes;

  [[nodiscard]] bool includes(const Record& failed) const;
};

/// Asking again would bring the same answer: 404, 410, a name that does not exist, a URL that is
/// none, bytes that are no picture, a picture that stands for one that is gone.
[[nodiscard]] bool gone_for_good(const Record& failed);

}  // namespace fanfetch
