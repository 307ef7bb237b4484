#pragma once

#include <optional>
#include <string>

#include "coordinator/link/file_stamp.h"

namespace fanfetch {

/// Gives whole parts their final names. Thread: one at a time; every call may touch the disk.
class Placer {
 public:
  /// Both are lent: the output folder, and the folder of the parts.
  Placer(int output_fd, int part_fd) : output_(output_fd), parts_(part_fd) {}

  /// Moves the part `part_name` to `name` (relative, clean), and makes the folders on its way.
  /// Replaces nothing but a file that is `replaces`; never follows a symbolic link. Returns 0 or an
  /// errno value: EEXIST if something else lies there, ENOTDIR or ELOOP if a file or a link stands
  /// in a folder's place.
  [[nodiscard]] int move(const std::string& part_name, const std::string& name,
                         const std::optional<FileStamp>& replaces) const;
  /// False: the error comes from this link's name or part. True: it would meet every link, or it
  /// passes, as a shortage of descriptors does; in both cases the part is not to be given up.
  [[nodiscard]] static bool concerns_the_output(int error);

  /// Removes what is left of a part that nobody wants any more, and what it takes to go on with it.
  void discard(const std::string& part_name) const;
  /// The same, unless a later attempt may be able to resume it: only a part that has no sidecar for
  /// certain is removed.
  void discard_unless_resumable(const std::string& part_name) const;

  [[nodiscard]] int output_fd() const { return output_; }
  [[nodiscard]] int part_fd() const { return parts_; }

 private:
  int output_;
  int parts_;
};

}  // namespace fanfetch
