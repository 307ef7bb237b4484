#pragma once

#include <string>
#include <string_view>

namespace fanfetch {

/// Makes `bytes` the content of the file `name` in `folder` (a directory's descriptor), in such a
/// way that after a kill or a power cut the file has either its earlier content or `bytes`, whole.
/// Once this has returned 0, it is `bytes` also after a power cut. Follows no symbolic link; uses
/// and removes the file NAME.new. Returns 0 or an errno value, after which the earlier content is
/// still there unless the last fsync failed. REQUIRES: nobody else replaces it at the same time.
[[nodiscard]] int replace_file(int folder, const std::string& name, std::string_view bytes);

/// Brings the names in a folder (a directory's descriptor) to the disk. Returns 0 or an errno
/// value; 0 also on a file system that cannot sync a folder, as some network file systems cannot.
[[nodiscard]] int sync_folder(int folder);

}  // namespace fanfetch
