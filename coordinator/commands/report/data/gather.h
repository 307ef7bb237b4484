#pragma once

#include <cstddef>
#include <cstdint>

#include "common/clock.h"
#include "common/result.h"
#include "coordinator/commands/folder/folder.h"
#include "coordinator/commands/report/data/report_data.h"
#include "coordinator/ledger/history.h"

namespace fanfetch {

/// How much of each kind a report has.
struct ReportLimits {
  std::size_t runs = 20;
  std::size_t hosts = 200;
  std::size_t nodes = 200;
  std::size_t examples = 5;                           ///< Of each class of failures.
  std::size_t worst_hosts = 3;                        ///< The same.
  std::size_t contents = 10;                          ///< That several files have.
  std::size_t pictures = 60;                          ///< 0: none are opened.
  std::uint64_t picture_bytes = 40 * 1024;            ///< Of one.
  std::uint64_t all_picture_bytes = 3 * 1024 * 1024;  ///< Of all, as data: URLs.
};

/// Reads what a report shows: one pass over the rows, some 3 µs each, in memory that does not grow
/// with the ledger (some 15 MB; beyond 100,000 files, 24 bytes a file in a temporary file), and
/// the sample pictures. A run may write the ledger meanwhile and does not have to wait: the rows
/// are read in pages, so that a link that is settled during the pass may count as before or after.
/// Error: the ledger cannot be read.
[[nodiscard]] Result<ReportData> gather_report(History& history, const RunFolder& folder,
                                               WallTime now, const ReportLimits& limits = {});

}  // namespace fanfetch
