#include "coordinator/pool/death_toll.h"

#include <fmt/format.h>

#include <csignal>

namespace fanfetch {

std::string DeathToll::tell(const WorkerDeath& death, bool by_us,
                            std::optional<std::uint64_t> oom_kills) {
  out_of_memory_ =
      death.signal == SIGKILL && !by_us && oom_kills_ && oom_kills && *oom_kills > *oom_kills_;
  last_ = death.how;
  killed_ = death.signal == SIGKILL && !by_us;
  if (out_of_memory_) last_ += ": the kernel may have been out of memory";
  return last_;
}

std::optional<Error> DeathToll::verdict(bool none_starts) const {
  if (!none_starts && in_a_row_ < kHopeless) return std::nullopt;
  const char* advice =
      out_of_memory_ ? "lower --jobs or --workers, or give it more memory"
      : killed_ ? "somebody kills them: see the kernel's log, and what watches over this machine"
      : none_starts ? "is fanfetch installed whole?"
                    : "this is a bug";
  return Error{fmt::format("the worker processes keep dying (the last one {}); {}", last_, advice)};
}

}  // namespace fanfetch
