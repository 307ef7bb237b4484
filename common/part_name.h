#pragma once

#include <string_view>

namespace fanfetch {

/// Beside `.fanfetch/part/HASH` lies `HASH.resume` as long as the part can be gone on from: the
/// worker writes it (worker/store/sidecar.h), the coordinator only sees that it is there.
inline constexpr std::string_view kSidecarSuffix = ".resume";

}  // namespace fanfetch
