#pragma once

#include <string>

#include "coordinator/commands/folder/folder.h"
#include "coordinator/process/exit.h"

namespace fanfetch {

struct ReportArguments {
  RunFolder folder;
  std::string file = "report.html";  ///< `-` is stdout.
  bool force = false;                ///< Replace FILE, whoever wrote it.
};

/// `fanfetch report`: one HTML file that says what the runs into a folder have brought. Memory does
/// not grow with the ledger, and a run that is going on does not wait. Dies of SIGPIPE if stdout's
/// reader is gone.
[[nodiscard]] Exit run_report(const ReportArguments& arguments);

}  // namespace fanfetch
