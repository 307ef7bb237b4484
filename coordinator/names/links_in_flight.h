#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "coordinator/link/link.h"

namespace fanfetch {

/// The links that were planned and are not in the ledger yet. Bounded, as the number of links in
/// flight is. Any thread: the reader's adds and asks, the ledger's removes.
class LinksInFlight {
 public:
  /// The index in the list of the same link, or nullopt if it is not in flight. `generation`
  /// becomes generation() as of this call.
  [[nodiscard]] std::optional<std::uint64_t> find(const LinkId& link,
                                                  std::uint64_t& generation) const;
  /// A link that is in flight already keeps its index.
  void add(const LinkId& link, std::uint64_t index);
  /// Call once the link's row is in the ledger, or will not be in this run. Returns whether it was
  /// in flight.
  bool settled(const LinkId& link);

  /// How often settled() was called. A look into the ledger that began after this had that value
  /// shows the rows of all links that were settled by then.
  [[nodiscard]] std::uint64_t generation() const {
    return generation_.load(std::memory_order_acquire);
  }

 private:
  std::atomic<std::uint64_t> generation_{0};  // changed under mutex_
  mutable std::mutex mutex_;                  // guards what follows
  std::unordered_map<LinkId, std::uint64_t, HashOfId> indexes_;
};

}  // namespace fanfetch
