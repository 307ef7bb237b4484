#pragma once

#include <string>
#include <string_view>

#include "common/result.h"

namespace fanfetch {

/// The file of `--metrics`, as node_exporter's textfile collector wants it: each time, it appears
/// as a whole in place of the earlier one. Thread: one that may wait for the disk.
class MetricsFile {
 public:
  explicit MetricsFile(std::string path) : path_(std::move(path)) {}

  /// Replaces it; mode 0644, as node_exporter is another user. Looks its folder up each time, so
  /// that one that was lost may come back. Not synced: after a power cut the run is gone, too.
  [[nodiscard]] Result<> write(std::string_view text) const;

  /// What it is called until it is whole: `.NAME.fanfetch-new`, beside it. node_exporter does not
  /// read it, and the next write() removes what a killed run has left.
  [[nodiscard]] static std::string temporary_path(const std::string& path);

 private:
  std::string path_;
};

}  // namespace fanfetch
