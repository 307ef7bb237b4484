#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/result.h"
#include "common/unique_fd.h"
#include "coordinator/link/record.h"
#include "coordinator/report/record_keys.h"

namespace fanfetch {

/// The record as one JSON object on one line, with its newline: every key of the documented format
/// (null if unknown), then the list's own columns if they were kept. Always valid JSON (invalid
/// UTF-8 becomes U+FFFD), and safe on a terminal: what that would act on is escaped.
[[nodiscard]] std::string to_json_line(const Record& record, RecordKeys keys = RecordKeys::all);

/// Whether `text`, the beginning of a file, is that of records as to_json_line() and older versions
/// have written them. The first one may be cut off, as a full disk leaves it.
[[nodiscard]] bool begins_with_record(std::string_view text);

/// `--results`: writes records as links settle. Thread: only the ledger's; a write may block.
class JsonlLog {
 public:
  /// Replaces the file `path`; `-` is stdout. Error: it cannot be written (exit status 4).
  [[nodiscard]] static Result<JsonlLog> open(const std::string& path,
                                             RecordKeys keys = RecordKeys::all);

  /// Buffers a record until flush().
  void add(const Record& record);
  /// Writes the buffered records. Returns 0, or an errno value and keeps what was not written;
  /// EPIPE if the reader of stdout is gone. REQUIRES: SIGPIPE is ignored or blocked.
  [[nodiscard]] int flush();
  /// Records that were added and are not, or not wholly, written.
  [[nodiscard]] std::uint64_t unwritten() const;
  [[nodiscard]] bool to_stdout() const { return !file_.valid(); }

 private:
  explicit JsonlLog(RecordKeys keys) : keys_(keys) {}

  RecordKeys keys_;
  UniqueFd file_;  // invalid: stdout
  std::string buffer_;
};

}  // namespace fanfetch
