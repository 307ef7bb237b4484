#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "common/event_loop.h"
#include "coordinator/sources/entry/source.h"

namespace fanfetch {

/// Links on their way from a node's loop, which gets them from the fleet, to its reader, which
/// plans them as those of a list. Each function can be called from any thread, and none waits.
class FleetDoor {
 public:
  FleetDoor() : filled_(make_eventfd()) {}

  /// Many at once: what a lock for each of them costs, both threads would feel.
  void push(std::vector<ListedItem> items);
  /// Nothing more comes. `why`: an error that ends the list; nullopt: it is at its end.
  void close(std::optional<Error> why);

  struct Taken {
    std::vector<ListedItem> items;  ///< Empty: there are none yet, filled_fd() tells; or no more.
    bool is_closed = false;         ///< Nothing comes behind them.
    std::optional<Error> why = {};  ///< See close().
  };
  /// All that has come.
  [[nodiscard]] Taken take_all();
  /// Readable when there is something to take.
  [[nodiscard]] int filled_fd() const { return filled_.get(); }

 private:
  UniqueFd filled_;
  std::mutex mutex_;  // guards what follows
  std::vector<ListedItem> items_;
  bool closed_ = false;
  std::optional<Error> why_;
};

/// The links of a fleet's job that fall to this node, as long as the job lasts.
class FleetSource final : public Source {
 public:
  /// Lends `door`. `before_waiting`, `stop_fd`: see SourceContext.
  FleetSource(FleetDoor& door, std::function<void()> before_waiting, int stop_fd)
      : door_(door), before_waiting_(std::move(before_waiting)), stop_fd_(stop_fd) {}

  [[nodiscard]] Result<std::optional<ListedItem>> next() override;

 private:
  FleetDoor& door_;
  const std::function<void()> before_waiting_;
  const int stop_fd_;
  FleetDoor::Taken taken_;
  std::size_t next_ = 0;  // of its items
};

}  // namespace fanfetch
