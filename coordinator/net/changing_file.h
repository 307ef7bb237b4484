#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "common/clock.h"

namespace fanfetch {

/// A file of the system's configuration that may change during a run: tells when to read it again.
/// Looks at most once a second.
class ChangingFile {
 public:
  explicit ChangingFile(std::string path) : path_(std::move(path)) {}

  /// True once for each change: the first time, and when the file comes, goes, or is another one.
  [[nodiscard]] bool has_changed(Instant now);
  /// All of it; what cannot be read is empty, and what is over 16 MiB is cut.
  [[nodiscard]] std::string read() const;

 private:
  /// Device, inode, size, time of change: all 0 if there is none.
  using Version = std::tuple<std::uint64_t, std::uint64_t, std::int64_t, std::int64_t>;

  std::string path_;
  bool looked_ = false;
  Instant next_look_{};
  Version version_{};
};

}  // namespace fanfetch
