#pragma once

#include <sys/stat.h>

#include <string>

#include "common/unique_fd.h"

namespace fanfetch {

// Files below the output folder, whose names come from links and whose folders anybody may have
// put there, also in mid-run. Neither function follows a symbolic link, on the way or at its end,
// or leaves the folder. `root`: a directory's descriptor; `path`: relative.

/// Opens what lies at `path`, with O_CLOEXEC. Not valid: see errno. ELOOP or ENOTDIR: a link, or
/// something else that is no folder, lies in the place of a folder.
[[nodiscard]] UniqueFd open_beneath(int root, const std::string& path, int flags);

/// 0, or an errno value. A link at the end of `path` is described itself.
[[nodiscard]] int status_beneath(int root, const std::string& path, struct stat& status);

}  // namespace fanfetch
