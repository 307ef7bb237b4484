#pragma once

#include <string>

#include "tests/support/temp_dir.h"

namespace fanfetch::support {

/// The two programs that crash where FANFETCH_CRASH_AT says, laid out as a build folder is, so that
/// the coordinator finds its worker. They are what FANFETCH_CRASHING and FANFETCH_CRASHING_WORKER
/// name.
class CrashingPrograms {
 public:
  CrashingPrograms();

  /// For Launch::program.
  [[nodiscard]] std::string coordinator() const { return folder_.at("coordinator/fanfetch"); }

 private:
  TempDir folder_;
};

}  // namespace fanfetch::support
