#pragma once

#include <string>

#include "tests/support/temp_dir.h"

namespace fanfetch::support {

/// The two programs that crash where FANFETCH_CRASH_AT says, in a folder laid out like a build
/// folder, so that the coordinator finds its worker. Their paths come from FANFETCH_CRASHING and
/// FANFETCH_CRASHING_WORKER.
class CrashingPrograms {
 public:
  CrashingPrograms();

  /// For Launch::program.
  [[nodiscard]] std::string coordinator() const { return folder_.at("coordinator/fanfetch"); }

 private:
  TempDir folder_;
};

}  // namespace fanfetch::support
