#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>

#include "common/event_loop.h"
#include "common/unique_fd.h"

namespace fanfetch {

/// Hands values from a thread that may wait to an event loop that may not.
template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity), filled_(make_eventfd()) {}

  /// Waits while the queue is full. False: it is closed, and the value is dropped.
  bool push(T value) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return values_.size() < capacity_ || closed_; });
    if (closed_) return false;
    values_.push_back(std::move(value));
    if (values_.size() == 1) post_eventfd(filled_.get());
    return true;
  }

  /// Never waits. None: it is empty.
  [[nodiscard]] std::optional<T> try_pop() {
    const std::lock_guard lock(mutex_);
    if (values_.empty()) return std::nullopt;
    std::optional<T> value(std::move(values_.front()));
    values_.pop_front();
    if (values_.size() == capacity_ / 2) room_.notify_one();  // not for each value: half a queue
    return value;
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
  std::deque<T> values_;
  bool closed_ = false;
};

}  // namespace fanfetch
