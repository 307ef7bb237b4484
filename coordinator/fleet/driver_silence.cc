#include "coordinator/fleet/driver_silence.h"

#include <fmt/format.h>

namespace fanfetch {

std::string DriverSilence::on_look(std::optional<std::chrono::milliseconds> quiet, Instant now) {
  if (!quiet) return "";
  const std::string silence = silence_text(quiet);
  if (silence.empty()) {
    if (!next_word_) return "";
    next_word_.reset();
    return "the fleet's driver is there again";
  }
  if (now < heeds_from_ || (next_word_ && now < *next_word_)) return "";
  next_word_ = now + kAgainAfter;
  return fmt::format(
      "the fleet's driver is {}: this node does what it has, and waits for the driver", silence);
}

}  // namespace fanfetch
