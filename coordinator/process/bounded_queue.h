#pragma once

#include <condition_variable>
#include <cstddef>
#include <iterator>
#include <mutex>
#include <vector>

#include "common/event_loop.h"
#include "common/unique_fd.h"

namespace fanfetch {

/// Hands values from a thread that may wait to an event loop that may not, several at a time: a
/// wake-up costs more than most values.
template <class T>
class BoundedQueue {
 public:
  /// Holds at most `capacity` values and one push more.
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity), filled_(make_eventfd()) {}

  /// Waits while the queue is full, and empties `values`. False: it is closed, and they are
  /// dropped.
  bool push(std::vector<T>& values) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return values_.size() < capacity_ || closed_; });
    const bool was_empty = values_.empty();
    if (!closed_) {
      values_.insert(values_.end(), std::move_iterator(values.begin()),
                     std::move_iterator(values.end()));
    }
    values.clear();
    if (was_empty && !values_.empty()) post_eventfd(filled_.get());
    return !closed_;
  }

  /// All that is there, in the order in which it came; `values` is emptied first. Never waits.
  void pop_all(std::vector<T>& values) {
    values.clear();
    const std::lock_guard lock(mutex_);
    values.swap(values_);
    room_.notify_one();
  }

  /// Whoever waits in push() goes on; what is in the queue is dropped.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    values_.clear();
    room_.notify_all();
  }

  /// An eventfd, posted when the queue stops being empty.
  [[nodiscard]] int filled_fd() const { return filled_.get(); }

 private:
  const std::size_t capacity_;
  UniqueFd filled_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable room_;
  std::vector<T> values_;
  bool closed_ = false;
};

}  // namespace fanfetch
