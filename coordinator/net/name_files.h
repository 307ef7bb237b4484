#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

#include "coordinator/net/system_names.h"

namespace fanfetch {

/// The hosts file and resolv.conf. Reading them may wait for the disk, so the loop does not: see
/// NameWatch.
class NameFiles {
 public:
  explicit NameFiles(std::string hosts = "/etc/hosts", std::string resolv_conf = "/etc/resolv.conf")
      : hosts_{std::move(hosts), {}}, resolv_conf_{std::move(resolv_conf), {}} {}

  /// What both say. A file that cannot be read counts as empty; 16 MiB of each are read at most.
  [[nodiscard]] SystemNames read();
  /// Returns what both say if one of them came, went or changed since the last read; else nullopt.
  [[nodiscard]] std::optional<SystemNames> read_if_changed();

 private:
  /// Device, inode, size, time of change in nanoseconds; all 0: there is no such file.
  using Version = std::tuple<std::uint64_t, std::uint64_t, std::int64_t, std::int64_t>;
  struct File {
    std::string path;
    Version version;
  };

  [[nodiscard]] static Version version_of(const std::string& path);

  File hosts_;
  File resolv_conf_;
};

}  // namespace fanfetch
