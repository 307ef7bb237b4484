#pragma once

#include <sys/types.h>

#include <cstddef>
#include <map>
#include <optional>

#include "common/event_loop.h"
#include "common/unique_fd.h"
#include "coordinator/control/live_run.h"
#include "coordinator/control/session.h"

namespace fanfetch {

/// Serves a run's control socket from its loop. No call waits for a client: all descriptors are
/// non-blocking, a turn of the loop does a bounded piece of work for each, and who is slow or
/// silent is dropped. Only the run's own user and root are heard. Thread: the loop's.
class ControlServer {
 public:
  /// One more takes the place of the one that has been silent for longest.
  static constexpr std::size_t kMaxClients = 32;
  /// Taken from the queue of the kernel in a turn of the loop.
  static constexpr int kAcceptsPerTurn = 16;
  /// While there are no descriptors to be had, nobody is let in for so long at a time.
  static constexpr Duration kRest = std::chrono::milliseconds(500);

  /// `listener`: non-blocking. `loop` and `run` are lent.
  ControlServer(EventLoop& loop, UniqueFd listener, LiveRun& run);
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  [[nodiscard]] std::size_t clients() const { return clients_.size(); }

 private:
  struct Client {
    UniqueFd fd;
    ControlSession session;
    std::optional<EventLoop::TimerKey> again = {};  // set: it has sent more than was answered
    bool ended = false;                             // it sends nothing more
  };
  using Clients = std::map<int, Client>;

  void accept_some();
  void rest();
  void add(UniqueFd fd);
  void serve(int fd);
  [[nodiscard]] bool read_from(Client& client);
  [[nodiscard]] bool write_to(Client& client);
  void watch_for(Client& client);
  void drop(Clients::iterator client);
  void drop_most_silent();
  void drop_overdue();
  void arm();

  EventLoop& loop_;
  UniqueFd listener_;
  LiveRun& run_;
  Clients clients_;  // by descriptor
  std::optional<EventLoop::TimerKey> timer_;
  std::optional<EventLoop::TimerKey> rest_;  // set: nobody is let in until then
};

}  // namespace fanfetch
