#pragma once

#include <string>
#include <string_view>

namespace fanfetch {

/// The commit that was built, such as `v0.1.0-12-g1a2b3c4d5e6f` (`-dirty`: and changes); `unknown`
/// outside a repository. The only source that another commit compiles again.
extern const std::string_view kCommit;

/// `0.1.0`.
[[nodiscard]] std::string_view program_version();

/// `fanfetch 0.1.0`, then, a line each, the commit, the libraries with their versions as they are
/// loaded, and how far this machine locks workers in.
[[nodiscard]] std::string version_text();

}  // namespace fanfetch
