#pragma once

#include <sys/stat.h>
#include <time.h>

#include <cstdint>
#include <optional>
#include <string>

#include "coordinator/link/beneath.h"

namespace fanfetch {

/// Size and time of a file: if both are unchanged, the file is taken for the one that was saved,
/// without reading it.
struct FileStamp {
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;  ///< See nanoseconds().

  bool operator==(const FileStamp&) const = default;
};

/// Nanoseconds since 1970, modulo 2^64: exact from 1677 to 2262. File systems know times far beyond
/// that, which wrap around and still differ from each other: two such times share a value only if
/// they are 584 years apart.
[[nodiscard]] constexpr std::int64_t nanoseconds(const timespec& time) {
  constexpr std::uint64_t kPerSecond = 1'000'000'000;
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(time.tv_sec) * kPerSecond +
                                   static_cast<std::uint64_t>(time.tv_nsec));
}

[[nodiscard]] inline FileStamp stamp_of(const struct stat& status) {
  return {.size = static_cast<std::uint64_t>(status.st_size),
          .mtime_ns = nanoseconds(status.st_mtim)};
}

/// Of the regular file `name` below `folder`, a directory's descriptor. nullopt: there is no such
/// file, or it is something else, such as a symbolic link, or lies behind one.
[[nodiscard]] inline std::optional<FileStamp> stamp_of(int folder, const std::string& name) {
  struct stat status {};
  if (status_beneath(folder, name, status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return stamp_of(status);
}

}  // namespace fanfetch
