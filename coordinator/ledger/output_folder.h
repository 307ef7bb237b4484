#pragma once

#include <string>

#include "common/result.h"
#include "common/unique_fd.h"

namespace fanfetch {

/// Why an output folder cannot be used.
struct OutputError {
  enum class Kind {
    unwritable,  ///< Exit status 4.
    busy,        ///< Another run holds it: exit status 5.
  };
  Kind kind = Kind::unwritable;
  std::string message;
};

/// The folder that a run writes to, opened and locked. Holds `.fanfetch/part`, where workers write,
/// empty at the start. All names are resolved from descriptors held open all run.
class OutputFolder {
 public:
  /// Makes the folder if it is missing, and takes the lock; waits up to 2 s for a run that is just
  /// ending. What a killed run left in `part` is removed.
  [[nodiscard]] static tl::expected<OutputFolder, OutputError> open(const std::string& path);

  [[nodiscard]] int fd() const { return folder_.get(); }
  [[nodiscard]] int part_fd() const { return part_.get(); }
  /// For the workers to inherit: the lock ends with the last process of the run.
  [[nodiscard]] int lock_fd() const { return lock_.get(); }

 private:
  OutputFolder() = default;

  UniqueFd folder_;
  UniqueFd part_;
  UniqueFd lock_;
};

}  // namespace fanfetch
