#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "common/result.h"
#include "common/unique_fd.h"
#include "coordinator/commands/checks/file_check.h"

namespace fanfetch {

/// Processes that compare the files of a folder with its ledger, each its share of the rows, and
/// report over one pipe. They end with the process that made them. Each locks itself in
/// (common/sandbox/) before it opens the first file: it can read below the folder, and no more.
class CheckProcesses {
 public:
  /// `folder`: of the files, lent. REQUIRES: there is no thread, and no database is open.
  [[nodiscard]] static Result<CheckProcesses> start(unsigned count, const std::string& ledger,
                                                    int folder);
  CheckProcesses(CheckProcesses&&) = default;
  CheckProcesses& operator=(CheckProcesses&&) = delete;
  CheckProcesses(const CheckProcesses&) = delete;
  /// Ends them.
  ~CheckProcesses();

  /// What has been found; nothing by the end of `wait`, and when all are done.
  [[nodiscard]] std::vector<Finding> next(std::chrono::milliseconds wait);
  [[nodiscard]] bool done() const { return !findings_.valid(); }
  /// Error: one of them did not come to its end. REQUIRES: done().
  [[nodiscard]] Result<> finish();

 private:
  CheckProcesses() = default;

  std::vector<pid_t> pids_;
  UniqueFd findings_;
};

}  // namespace fanfetch
