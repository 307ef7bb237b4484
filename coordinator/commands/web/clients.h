#pragma once

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "common/clock.h"
#include "common/event_loop.h"
#include "coordinator/commands/web/client_connection.h"
#include "coordinator/commands/web/listener.h"

namespace fanfetch {

/// Gives each client a thread, as answers read disks and wait for a run. There are at most kMost:
/// one more takes the place of the one that has said nothing for longest, so that silence costs
/// nobody but the silent. If all have said what they want, it waits for the first that goes.
/// Thread: the loop's.
class Clients {
 public:
  static constexpr std::size_t kMost = 32;
  /// While there are no descriptors to be had, nobody is let in for so long at a time.
  static constexpr Duration kRest = std::chrono::milliseconds(500);
  /// Runs on the client's thread.
  using Serve = std::function<void(ClientConnection&)>;

  /// `loop` and `listener` are lent.
  Clients(EventLoop& loop, const Listener& listener, Serve serve);
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;
  /// Cuts all connections, and waits for their threads.
  ~Clients();

 private:
  struct Client {
    ClientConnection connection;
    std::thread thread;

    explicit Client(UniqueFd fd) : connection(std::move(fd)) {}
  };

  void listen();
  void stop_listening();
  void accept_some();
  void rest();
  void make_room();
  void join_gone();

  EventLoop& loop_;
  const Listener& listener_;
  const Serve serve_;
  UniqueFd gone_event_;
  std::list<std::unique_ptr<Client>> clients_;
  bool listens_ = false;
  std::optional<EventLoop::TimerKey> rest_;

  std::mutex mutex_;
  std::vector<const Client*> gone_;  // under the mutex: their threads are about to end
};

}  // namespace fanfetch
