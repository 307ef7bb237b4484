#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "common/unique_fd.h"

namespace fanfetch::bench {

/// What a worker has to do with: the coordinator's end of its channel, and a server. Apart from the
/// worker, as the two programs never include each other.
class OtherEnds {
 public:
  /// `parts`: the worker's folder, lent.
  explicit OtherEnds(int parts);
  ~OtherEnds();
  OtherEnds(const OtherEnds&) = delete;
  OtherEnds& operator=(const OtherEnds&) = delete;

  // What a worker inherits:
  [[nodiscard]] UniqueFd region() const;
  [[nodiscard]] UniqueFd submitted() const;
  [[nodiscard]] UniqueFd completed() const;

  /// Gives the worker jobs for files of 10 KB, numbered from `first` on, each when the one before
  /// has come back saved; then has it leave. Runs while the worker does, in a thread of its own.
  void run(std::uint64_t first, std::uint64_t count);

 private:
  struct All;
  std::unique_ptr<All> all_;
};

}  // namespace fanfetch::bench
