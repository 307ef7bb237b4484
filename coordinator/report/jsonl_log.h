#pragma once

#include <string>
#include <string_view>

#include "common/result.h"
#include "common/unique_fd.h"
#include "coordinator/link/record.h"
#include "coordinator/report/record_keys.h"

namespace fanfetch {

/// One JSON object in one line, newline included, with every key of the command line's contract,
/// null where unknown, and behind them the list's own columns if they were kept. Valid JSON
/// whatever bytes the record holds (invalid UTF-8 becomes U+FFFD).
[[nodiscard]] std::string to_json_line(const Record& record, RecordKeys keys = RecordKeys::all);

/// `--results`: writes records as they settle. Thread: the ledger's alone; a write may block.
class JsonlLog {
 public:
  /// Replaces `path`; `-` is stdout. Error: it cannot be written (exit status 4).
  [[nodiscard]] static Result<JsonlLog> open(const std::string& path);

  /// Buffered: a record is on its way after flush().
  void add(const Record& record);
  /// Writes what is buffered. Returns 0 or the error as errno, and keeps the rest; EPIPE when
  /// stdout's reader is gone. REQUIRES: SIGPIPE is ignored or blocked.
  [[nodiscard]] int flush();
  [[nodiscard]] bool to_stdout() const { return !file_.valid(); }

 private:
  JsonlLog() = default;

  UniqueFd file_;  // none: stdout
  std::string buffer_;
};

}  // namespace fanfetch
