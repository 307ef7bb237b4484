#pragma once

#include <string>
#include <tl/expected.hpp>

#include "common/unique_fd.h"
#include "coordinator/process/exit.h"

namespace fanfetch {

// Folders that a run makes for itself beside the files, why it could not (kExitOutput), and the
// lock in one.

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

/// Opens the lock's file; `flags`: of open(2).
[[nodiscard]] UniqueFd open_lock(int folder, int flags);

struct FolderLock {
  UniqueFd file;  ///< Invalid: it could not be opened. Closing it gives the lock back.
  int error = 0;  ///< EWOULDBLOCK: another run holds it; else why it could not be taken.
};
enum class IfNoLock { make_it, leave_it };
/// Takes the lock in `folder`; waits up to 2 s for a run that is just ending.
[[nodiscard]] FolderLock lock_folder(int folder, IfNoLock missing = IfNoLock::make_it);

}  // namespace fanfetch
