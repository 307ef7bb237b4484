#pragma once

#include <string>
#include <vector>

#include "coordinator/link/file_stamp.h"

namespace fanfetch {

/// A file that fanfetch wrote, and that is no download.
struct WrittenFile {
  enum class Kind : std::uint8_t { exported, results, ledger, metrics, report };
  Kind kind = Kind::exported;
  std::string path;  ///< Absolute, without symbolic links.
  FileStamp stamp;   ///< Of an export, as it was left.

  bool operator==(const WrittenFile&) const = default;
};

// They are noted in `.fanfetch/written` of each output folder that they tell of, and of the one in
// which they lie, so that `verify` knows them there, and an export knows which file it may replace.
// A note is a help: where it cannot be written, because a medium is read-only say, there is none.

/// What was noted in `folder`; files may be gone since.
[[nodiscard]] std::vector<WrittenFile> written_files(const std::string& folder);

/// Notes the file `path`, as it is now, in `folders` and in the one that it lies in.
void note_written(WrittenFile::Kind kind, const std::string& path,
                  const std::vector<std::string>& folders);

/// Whether an export has left the file `path` just as it is: noted in one of `folders`, in the one
/// that it lies in, or by the file itself where its file system has extended attributes.
[[nodiscard]] bool is_untouched_export(const std::string& path,
                                       const std::vector<std::string>& folders);

}  // namespace fanfetch
