#pragma once

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "common/event_loop.h"
#include "worker/transport/loop_multi.h"

namespace fanfetch {

/// The multi handle for new transfers, and those before it until their last transfer has ended.
/// libcurl 7.88 keeps something of each host whose connection it has closed to make room for
/// another's, and looks through all of it when it makes room again: over 20,000 hosts that cost 12
/// s of CPU instead of 4, and 160 bytes a host. So a handle that has opened many connections is
/// replaced; those that it kept are lost. Thread: the loop's.
class CurlMultis {
 public:
  /// Whether transfers of HTTP/2 share connections.
  enum class Sharing { no, yes };
  /// `connections`: how many each handle keeps open for re-use.
  CurlMultis(EventLoop& loop, unsigned connections, Sharing sharing);

  /// Old handles that wait for their last transfer: while there are this many, none is replaced.
  static constexpr std::size_t kMostOld = 4;

  // As CurlMulti. An easy handle must not move between add() and remove().
  void add(CurlEasy& easy);
  void remove(CurlEasy& easy);
  void collect(const std::function<void(void* owner, ExchangeEnd end)>& done);

 private:
  struct One {
    LoopMulti multi;
    std::size_t transfers = 0;
    long connections = 0;  // opened so far
  };

  void make_current();

  EventLoop& loop_;
  unsigned connections_;
  Sharing sharing_;
  std::vector<std::unique_ptr<One>> all_;  // the current one is the last
  std::unordered_map<const CurlEasy*, One*> of_;
};

}  // namespace fanfetch
