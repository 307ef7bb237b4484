#pragma once

#include <memory>
#include <utility>

#include "common/clock.h"
#include "coordinator/dispatch/task.h"
#include "coordinator/link/packed_link.h"

namespace fanfetch {

/// A task between its requests, when nobody looks at it: far more of them wait than have a request
/// of theirs made. One that was never asked for takes about 0.4 KB.
class WaitingTask {
 public:
  /// A link as the reader has handed it over. `added`: see Task.
  WaitingTask(Link link, Instant added) : added_(added), link_(std::move(link)) {}
  /// One that has been asked for.
  explicit WaitingTask(Task task)
      : progress_(std::make_unique<TaskProgress>(std::move(task))), link_(std::move(task.link)) {}

  /// The task as it was, for its next request or its end. Call once.
  [[nodiscard]] Task wake() && {
    Link link = std::move(link_).unpack();
    if (!progress_) return Task(std::move(link), added_);
    return Task(std::move(link), std::move(*progress_));
  }

 private:
  Instant added_{};                         // of one without progress
  std::unique_ptr<TaskProgress> progress_;  // before link_: it takes its share of a task first
  PackedLink link_;
};

}  // namespace fanfetch
