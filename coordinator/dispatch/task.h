#pragma once

#include <string>
#include <utility>

#include "common/clock.h"
#include "coordinator/link/link.h"

namespace fanfetch {

/// A link on its way: from the reader to its settlement. What the coordinator knows of it, whatever
/// a worker says.
struct Task {
  explicit Task(Link planned) : link(std::move(planned)) { start_over(); }

  /// Where a redirect leads.
  void ask_for(Url other) {
    url = std::move(other);
    origin = url.origin();
  }
  /// A retry begins at the link's own URL, whatever it was redirected to.
  void start_over() {
    ask_for(link.url);
    hops = 0;
  }

  Link link;
  Url url;              ///< To ask for now.
  std::string origin;   ///< Of `url`: its place in the scheduler.
  int attempts = 0;     ///< Begun at the link's own URL.
  int hops = 0;         ///< Redirects followed in this attempt.
  bool alone = false;   ///< A worker died with it: it runs alone from now on.
  int sole_deaths = 0;  ///< Of workers that ran nothing else.
  Instant started{};
  WallTime started_at{};
};

}  // namespace fanfetch
