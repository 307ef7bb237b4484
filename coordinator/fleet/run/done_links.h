#pragma once

#include <mutex>
#include <utility>
#include <vector>

#include "common/event_loop.h"
#include "coordinator/link/link.h"
#include "coordinator/link/record.h"

namespace fanfetch {

/// A link for which nothing is left to be done, with its record.
struct DoneLink {
  LinkId link{};
  Record record;
  bool lasts = false;  ///< See SettlerHooks::on_done.
};

/// Done links on their way from the ledger's thread to the loop. Any thread; no call waits.
class DoneLinks {
 public:
  DoneLinks() : filled_(make_eventfd()) {}

  void push(DoneLink link) {
    const std::lock_guard lock(mutex_);
    links_.push_back(std::move(link));
    if (links_.size() == 1) post_eventfd(filled_.get());
  }
  [[nodiscard]] std::vector<DoneLink> take_all() {
    drain_eventfd(filled_.get());
    const std::lock_guard lock(mutex_);
    return std::exchange(links_, {});
  }
  /// Readable when there is something to take.
  [[nodiscard]] int filled_fd() const { return filled_.get(); }

 private:
  UniqueFd filled_;
  std::mutex mutex_;  // guards what follows
  std::vector<DoneLink> links_;
};

}  // namespace fanfetch
