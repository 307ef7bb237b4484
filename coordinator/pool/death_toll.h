#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/result.h"
#include "coordinator/pool/worker_process.h"

namespace fanfetch {

/// How the workers of a run have died, and what that says of the machine and the program. Pure:
/// counts of count_oom_kills() come in.
class DeathToll {
 public:
  /// This many deaths in a row without one job done are not the links' fault. One link that kills
  /// its worker accounts for four.
  static constexpr unsigned kHopeless = 100;

  /// When the run begins; nullopt: the machine does not say.
  void begin(std::optional<std::uint64_t> oom_kills) { oom_kills_ = oom_kills; }

  /// Returns how it died, for people. `by_us`: we sent SIGKILL. Where nobody has, the kernel may
  /// have, which counts what it kills for want of memory.
  [[nodiscard]] std::string tell(const WorkerDeath& death, bool by_us,
                                 std::optional<std::uint64_t> oom_kills);
  /// That death was no known link's fault.
  void count() { ++in_a_row_; }
  void on_job_done() { in_a_row_ = 0; }

  /// Why the run cannot go on; nullopt: it can. `none_starts`: all workers keep dying before their
  /// first beat. REQUIRES: tell() was called.
  [[nodiscard]] std::optional<Error> verdict(bool none_starts) const;

 private:
  std::optional<std::uint64_t> oom_kills_;
  unsigned in_a_row_ = 0;
  std::string last_;
  bool out_of_memory_ = false;  // the last one, probably
  bool killed_ = false;         // the last one, and not by us
};

}  // namespace fanfetch
