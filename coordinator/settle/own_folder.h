#pragma once

#include <string>
#include <tl/expected.hpp>

#include "common/unique_fd.h"
#include "coordinator/process/exit.h"

namespace fanfetch {

// Folders that a run makes for itself beside the files, and why it could not (kExitOutput).

/// Opens a folder below `parent`, makes it if it is missing, and follows no symbolic link. Invalid:
/// errno says why.
[[nodiscard]] UniqueFd open_subfolder(int parent, const std::string& name);

/// `what`: `write to the output folder`. `error`: an errno value.
[[nodiscard]] tl::unexpected<Exit> unwritable_output(const std::string& path, const char* what,
                                                     int error);

/// Why open_subfolder() had none in `parent`, whose path is `path`. Names what is in the way, where
/// that is a symbolic link or no folder: it would look to everybody like a folder that can be
/// written to.
[[nodiscard]] tl::unexpected<Exit> no_subfolder(const std::string& path, const std::string& name,
                                                int parent, int error);

}  // namespace fanfetch
