#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "common/sha256.h"
#include "coordinator/link/file_stamp.h"

namespace fanfetch {

/// What the ledger says of one file.
struct ExpectedFile {
  std::int64_t row = 0;
  std::string name;
  std::optional<FileStamp> stamp;
  std::optional<Sha256Digest> sha256;
  bool saved = true;  ///< False: it waits to be fetched again.
};

/// How a file compares with that.
enum class Verdict : std::uint8_t {
  under_way,  ///< None yet: only says how much was read.
  good,
  good_unnoted,  ///< The same, but the ledger has another time, or takes it for spoilt.
  missing,
  not_a_file,  ///< A folder, a symbolic link, a pipe …
  size_differs,
  content_differs,
  time_differs,  ///< There is no hash to compare with, so that this is all that can be told.
  lost_content,  ///< The disk does not give it back (EIO).
  unreadable,    ///< It may be good: see Finding::error.
};

/// A frame in the pipe between processes: fixed size, and small enough to be written at once.
struct Finding {
  std::int64_t row = 0;
  std::uint64_t bytes_read = 0;  ///< Since the last finding.
  FileStamp found;               ///< Of what lies there.
  std::int32_t error = 0;        ///< errno
  Verdict verdict = Verdict::good;
};

/// Compares one file below `folder`; never waits for a pipe, nor follows a link in the file's
/// place. Tells of large files how far it is, now and then.
[[nodiscard]] Finding check_file(int folder, const ExpectedFile& expected,
                                 const std::function<void(const Finding&)>& under_way);

}  // namespace fanfetch
