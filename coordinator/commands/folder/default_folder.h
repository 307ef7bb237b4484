#pragma once

#include <string>
#include <vector>

#include "common/result.h"
#include "coordinator/commands/folder/folder.h"

namespace fanfetch {

/// Those of `downloads` and `images` here, the folders of runs that name none, that have a ledger.
/// One where this user may not look for it counts: who opens it says so.
[[nodiscard]] std::vector<std::string> folders_with_ledger();

/// The folder that is meant where a command names none: `output` of the configuration file that a
/// run would read, with its `ledger`; else the one of folders_with_ledger(). Of the other settings
/// of the file only the names are checked. Error: why there is none, or what is wrong in the file.
[[nodiscard]] Result<RunFolder> default_folder();

}  // namespace fanfetch
