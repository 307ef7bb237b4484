#pragma once

#include <string>

namespace fanfetch {

/// A file of 4 MiB that is only there to be removed: on a full disk the last batch then still has
/// room for its rows. Gone with this object. Thread: one at a time.
class Reserve {
 public:
  /// Makes the file if the disk has room for it and knows how; else there is no reserve.
  explicit Reserve(std::string path);
  Reserve(const Reserve&) = delete;
  Reserve& operator=(const Reserve&) = delete;
  ~Reserve() { free(); }

  /// False: there was nothing to free.
  bool free();

 private:
  std::string path_;  // empty: none
};

}  // namespace fanfetch
