#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

#include "common/url.h"
#include "coordinator/link/link.h"
#include "coordinator/link/packed_link.h"

namespace fanfetch {

/// The links of a driver that are on their way to a node, or back: until its ledger has their
/// results. Pure. Thread: one at a time.
class SentLinks {
 public:
  /// REQUIRES: !has(its ID).
  void add(Link link, unsigned partition);
  [[nodiscard]] bool has(const LinkId& id) const { return links_.contains(id); }

  struct Answer {
    /// Set: the result is the first one of this link, which is to be recorded with it.
    std::optional<Link> link;
    /// The result stays in Redis for now: on_recorded() names it. False: nobody waits for it, as
    /// its link has another one already.
    bool is_needed = false;
    bool is_known = false;  ///< The link is one of these.
  };
  /// A result of the link was read, possibly once more. `entry`: its own, in Redis; not empty.
  [[nodiscard]] Answer on_result(const LinkId& id, const std::string& entry);

  struct Recorded {
    unsigned partition = 0;
    std::string entry;  ///< Of its result.
  };
  /// The ledger has the link's result, which is forgotten. nullopt: it is none of these links, or
  /// has no result.
  [[nodiscard]] std::optional<Recorded> on_recorded(const LinkId& id);

  /// Redis has lost all links that have no result.
  void on_lost();
  /// Takes a link that is sent for the `sent`-th time.
  using Send = std::function<void(const Link& link, unsigned partition, unsigned sent)>;
  /// Has those of them sent once more that have no result since.
  void send_lost(const Send& send);

  struct BigHost {
    Url url;  ///< Of one of its links.
    std::uint64_t links = 0;
    std::uint64_t of = 0;  ///< All links of the partition that were counted.
  };
  /// The host of a partition that has most links there without a result, and is whole. nullopt:
  /// there is none.
  /// Costs a look at all links.
  [[nodiscard]] std::optional<BigHost> biggest_host(unsigned partition);

  [[nodiscard]] std::size_t size() const { return links_.size(); }

 private:
  struct Sent {
    PackedLink link;  // moved from once there is a result
    unsigned partition = 0;
    unsigned times : 31 = 1;
    unsigned is_lost : 1 = 0;
    std::string result;  // its entry, while the ledger takes it; empty: there is none yet
  };
  std::unordered_map<LinkId, Sent, HashOfId> links_;
};

}  // namespace fanfetch
