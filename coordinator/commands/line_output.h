#pragma once

#include <string>
#include <string_view>

#include "common/result.h"
#include "common/unique_fd.h"

namespace fanfetch {

/// Where a command's lines go: stdout, or a file that is there as a whole or not at all. Errors
/// stick and are told at the end. REQUIRES: SIGPIPE is ignored.
class LineOutput {
 public:
  /// stdout.
  LineOutput() = default;
  /// A file. What is there stays until finish(); a device or a pipe is written as it is.
  [[nodiscard]] static Result<LineOutput> open(const std::string& path);
  LineOutput(LineOutput&& other) noexcept;
  LineOutput& operator=(LineOutput&&) = delete;
  LineOutput(const LineOutput&) = delete;
  ~LineOutput();

  /// Buffered, a piece at a time. False: it cannot be written any more.
  bool add(std::string_view text);
  /// Writes what is buffered. False: as add().
  bool flush();
  /// Ends the output: the file gets its name. Dies of SIGPIPE if stdout's reader is gone.
  [[nodiscard]] Result<> finish();

 private:
  UniqueFd file_;          // not valid: stdout
  std::string path_;       // empty: stdout
  std::string temporary_;  // renamed to path_ in the end; empty: nothing to rename
  std::string buffer_;
  int error_ = 0;
};

}  // namespace fanfetch
