#pragma once

#include <string>
#include <utility>

#include "coordinator/commands/folder/folder.h"
#include "coordinator/commands/web/report_cache.h"

namespace fanfetch {

/// Reports of a folder's ledger (ReportData), which is opened each time: it may have come, gone or
/// changed its place.
class LedgerReport : public ReportSource {
 public:
  explicit LedgerReport(RunFolder folder) : folder_(std::move(folder)) {}

  [[nodiscard]] Result<RunMark> look() override;
  [[nodiscard]] Result<std::string> read() override;

 private:
  const RunFolder folder_;
};

}  // namespace fanfetch
