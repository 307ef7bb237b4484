#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/result.h"

namespace fanfetch {

/// Which files are the program's own, wherever they lie: ledgers and what lies beside them,
/// results, metrics, exports.
struct OwnFiles {
  std::vector<std::string> paths;
};

/// Something that lies below a folder.
struct FoundFile {
  std::string name;  ///< Relative to the folder.
  bool own = false;  ///< Of OwnFiles.
};

/// Calls `visit` with all that lies below the folder `path` and is no folder: files, symbolic links
/// (not followed), pipes. Leaves out `.fanfetch` at its top. Names come as the folders give them.
/// Memory: a descriptor a level of folders. `visit` returns false to stop. Error: a folder that
/// cannot be read; the rest is not looked at.
[[nodiscard]] Result<> each_file_below(const std::string& path, const OwnFiles& own,
                                       const std::function<bool(const FoundFile& file)>& visit);

}  // namespace fanfetch
