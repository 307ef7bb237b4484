#pragma once

#include <string>

namespace fanfetch {

/// A file of 4 MiB that is removed when the disk is full, so that the last batch has room for its
/// rows. Removed with this object, too. Thread: one at a time.
class Reserve {
 public:
  /// Makes the file. Without room, or without fallocate() on that file system, there is no reserve.
  explicit Reserve(std::string path);
  Reserve(const Reserve&) = delete;
  Reserve& operator=(const Reserve&) = delete;
  ~Reserve() { free(); }

  /// False: there was nothing to free.
  bool free();

 private:
  std::string path_;  // empty: nothing is reserved
};

}  // namespace fanfetch
