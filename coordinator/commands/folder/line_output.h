#pragma once

#include <string>
#include <string_view>

#include "common/result.h"
#include "common/unique_fd.h"

namespace fanfetch {

/// Where a command's lines go: stdout, or a file that is there as a whole or not at all. Nothing
/// steers a terminal through it: text for people is made printable wherever it goes, data only
/// where that is a terminal, because a file or a pipe has to get the bytes of the list and the
/// server. Errors stick and are told at the end. REQUIRES: SIGPIPE is ignored.
class LineOutput {
 public:
  /// stdout.
  LineOutput();
  /// A file. What is there stays until finish(); a device or a pipe is written as it is.
  [[nodiscard]] static Result<LineOutput> open(const std::string& path);
  LineOutput(LineOutput&& other) noexcept;
  LineOutput& operator=(LineOutput&&) = delete;
  LineOutput(const LineOutput&) = delete;
  ~LineOutput();

  /// Lines for people. Buffered, a piece at a time. False: it cannot be written any more.
  bool add_text(std::string_view lines);
  /// Lines for programs, the same.
  bool add_data(std::string_view lines);
  /// A line for people that takes the place of the last one so shown, where that can be done: on a
  /// terminal. Written immediately. False: the same.
  bool show(std::string_view line);
  /// Writes what is buffered. False: as add().
  bool flush();
  /// Ends the output: the file gets its name. Dies of SIGPIPE if stdout's reader is gone.
  [[nodiscard]] Result<> finish();

 private:
  bool add(std::string_view lines);

  UniqueFd file_;          // not valid: stdout
  std::string path_;       // empty: stdout
  std::string temporary_;  // renamed to path_ in the end; empty: nothing to rename
  bool to_terminal_ = false;
  bool shows_ = false;  // the cursor is behind a line of show()
  std::string buffer_;
  int error_ = 0;
};

}  // namespace fanfetch
