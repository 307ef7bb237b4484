#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>

namespace fanfetch {

/// What tells that a file is still the one that was saved, without reading it.
struct FileStamp {
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;  ///< Since 1970.

  bool operator==(const FileStamp&) const = default;
};

[[nodiscard]] inline FileStamp stamp_of(const struct stat& status) {
  return {.size = static_cast<std::uint64_t>(status.st_size),
          .mtime_ns = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
}

/// Of the regular file `name` below `folder`; none: there is no such file (a symbolic link is
/// none).
[[nodiscard]] inline std::optional<FileStamp> stamp_of(int folder, const std::string& name) {
  struct stat status {};
  if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
  if (!S_ISREG(status.st_mode)) return std::nullopt;
  return stamp_of(status);
}

}  // namespace fanfetch
