#pragma once

#include <string>
#include <string_view>

#include "common/result.h"

namespace fanfetch {

/// The path of a program of fanfetch's that a user does not start himself: in libexec where
/// fanfetch is installed, else at `built`, seen from this program's folder in a build folder.
/// Error: it is at neither place.
[[nodiscard]] Result<std::string> own_program(std::string_view name, std::string_view built);

}  // namespace fanfetch
