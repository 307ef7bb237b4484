#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "common/clock.h"
#include "common/result.h"
#include "coordinator/commands/folder/folder.h"

namespace fanfetch {

/// What the ledger tells of the folder (ReportData), as JSON for the page. Reading a ledger of ten
/// million rows takes half a minute, so it is read again only after twenty times as long as that
/// took, and by one at a time. Thread-safe.
class ReportCache {
 public:
  static constexpr int kRest = 20;

  explicit ReportCache(FolderArguments folder) : folder_(std::move(folder)) {}

  /// The latest, if another thread is reading, or else one that is as new as the rest allows.
  /// Error: the ledger cannot be read.
  [[nodiscard]] Result<std::shared_ptr<const std::string>> get();

 private:
  [[nodiscard]] Result<std::shared_ptr<const std::string>> read();

  const FolderArguments folder_;

  std::mutex reading_;
  std::mutex mutex_;
  // Under mutex_:
  std::shared_ptr<const std::string> last_;
  Instant good_until_{};
};

}  // namespace fanfetch
