#pragma once

#include <string>
#include <tl/expected.hpp>

#include "common/unique_fd.h"
#include "coordinator/process/exit.h"
#include "coordinator/settle/run_folder.h"

namespace fanfetch {

// A folder of `--state DIR` and the one of the files know each other: DIR/output holds the path of
// the files, and `.fanfetch/state-…` beside them that of DIR. So a command may be given either.
//
// Nodes of a fleet may share the folder of the files, on a file system that their machines share,
// where no ledger could be. A node's DIR is on its own machine, and DIR/node holds its name: its
// parts, which have to be on the file system of the files, and its lock are in `.fanfetch/node-…`.

/// The folder that `named.output` stands for: it may be a state folder, or one whose runs keep
/// their state elsewhere. What is neither, or not there, stays as it is. REQUIRES: `named.state` is
/// empty. Exit (kExitConfiguration): its files were moved, what is noted there is a path where
/// another run keeps its state on this machine, or several runs write there, each with a state
/// folder of its own.
[[nodiscard]] tl::expected<RunFolder, Exit> find_run_folder(RunFolder named);

/// Whether `names` are what the folder of the files was begun with: with that state folder or, if
/// it is empty, with none. Exit (kExitConfiguration): it was not; says with which.
[[nodiscard]] tl::expected<void, Exit> check_state(const RunFolder& names);

struct StateFolder {
  UniqueFd state;
  UniqueFd work;     ///< That of RunFolder::work_path().
  std::string node;  ///< RunFolder::node, as it is from now on.
};
/// Opens the state folder, which is made if it is missing, and its folder `part`; all notes are
/// there afterwards. `names.node`: of a folder that is new. `own`: `.fanfetch` in the folder of the
/// files. REQUIRES: check_state(), and `names.state` is not empty. Exit: the folder is somebody
/// else's, lies among the files or, with its parts, on another file system (kExitConfiguration), or
/// cannot be written to (kExitOutput), or one without a state has begun (kExitConfiguration).
[[nodiscard]] tl::expected<StateFolder, Exit> open_state_folder(const RunFolder& names, int own);

}  // namespace fanfetch
