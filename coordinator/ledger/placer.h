#pragma once

#include <functional>
#include <string>

#include "common/result.h"

namespace fanfetch {

/// Gives whole parts their final names. Thread: the ledger's alone; every call may touch the disk.
class Placer {
 public:
  /// What to do when `name` is taken: the n-th other name like it for the same link, n from 1.
  using OtherName = std::function<std::string(const std::string& name, unsigned n)>;

  /// How a part could not be placed.
  struct PlaceError {
    enum class Reach {
      this_link,  ///< Something stands in this name's way; others may do.
      output,     ///< The folder cannot be written: the run is at its end.
    };
    Reach reach;
    std::string message;
  };

  /// Both are lent: the output folder, and the folder of the parts.
  Placer(int output_fd, int part_fd) : output_(output_fd), parts_(part_fd) {}

  /// Moves the part `part_name` to `name` (relative, clean), and makes the folders on its way.
  /// Never replaces a file, never follows a symbolic link. Returns the name it got. If it fails,
  /// the part is removed.
  /// Where a file or a link stands in a folder's place, the name loses its folders: `a/b.jpg`
  /// becomes like `a_b.jpg`.
  [[nodiscard]] tl::expected<std::string, PlaceError> place(const std::string& part_name,
                                                            const std::string& name,
                                                            const OtherName& other_name) const;

  /// Removes what a killed worker may have left of a part that nobody wants any more.
  void discard(const std::string& part_name) const;

 private:
  [[nodiscard]] int move(const std::string& part_name, const std::string& name) const;

  int output_;
  int parts_;
};

}  // namespace fanfetch
