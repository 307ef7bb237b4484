#pragma once

#include <string_view>

namespace fanfetch {

/// A part file `.fanfetch/part/HASH` that can be resumed has a sidecar `HASH.resume`. The worker
/// writes it (worker/store/sidecar.h); the coordinator only looks whether it exists.
inline constexpr std::string_view kSidecarSuffix = ".resume";

/// `PID.sandbox` is there for the moment in which a worker tries its sandbox, which may be while
/// the run still cleans up.
inline constexpr std::string_view kSelfTestSuffix = ".sandbox";

}  // namespace fanfetch
