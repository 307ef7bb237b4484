#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "coordinator/fleet/partition_lease.h"
#include "coordinator/link/link.h"

namespace fanfetch {

/// The links that a node has got and has not reported: which entry of which partition each is of.
/// Pure. Thread: one at a time.
///
/// A link may come again while it is held: its driver sent it a second time, or its entry was lost
/// and written again. Then the newer entry counts, as the older one may be gone.
class HeldLinks {
 public:
  /// How many links of a node wait at most, in all and of a partition: enough to keep its workers
  /// busy while others are with its ledger, a batch of 512 links that is settled and one that
  /// fills; few enough that they are no load for its memory. Whoever takes a partition over gets
  /// them all.
  struct Limits {
    std::size_t all = 8192;
    std::size_t each = 2048;
  };

  explicit HeldLinks(unsigned partitions) : HeldLinks(partitions, Limits()) {}
  HeldLinks(unsigned partitions, Limits limits)
      : limits_(limits), counts_(partitions), settling_(partitions) {}

  struct Place {
    unsigned partition = 0;
    std::string entry;         ///< In the partition's stream.
    std::uint64_t index = 0;   ///< Link::index, as the driver has it.
    TakeNumber take = 0;       ///< Of the lease by which it was delivered, the last time.
    bool is_settling = false;  ///< See on_settling(), which sets it.
  };
  struct Added {
    bool is_new = false;  ///< It is to be fetched.
    /// The older entry of a link that was held already, which is of no use any more; empty: there
    /// is none, or it is the same.
    std::string outdated;
  };
  Added add(const LinkId& link, Place place);
  /// It has its result. nullopt: it is not held.
  [[nodiscard]] std::optional<Place> take(const LinkId& link);
  /// What became of it is known, and goes to the ledger. Does nothing to one that is not held.
  void on_settling(const LinkId& link);
  /// Links of the partition of which that is so, and which have no result yet.
  [[nodiscard]] std::size_t settling(unsigned partition) const { return settling_[partition]; }
  /// None of them will get one.
  void forget_settling();
  /// Of the lease by which the node has the link; nullopt: it is not held.
  [[nodiscard]] std::optional<TakeNumber> take_of(const LinkId& link) const;

  /// Where the partition's links are.
  [[nodiscard]] std::vector<std::string> entries_of(unsigned partition) const;

  /// How many more links of the partition may be asked for.
  [[nodiscard]] std::size_t room(unsigned partition) const;
  /// The same of all together.
  [[nodiscard]] std::size_t room() const;
  [[nodiscard]] std::size_t size() const { return places_.size(); }
  /// The same of a partition.
  [[nodiscard]] std::size_t count(unsigned partition) const { return counts_[partition]; }

 private:
  void count(const Place& place, int change);

  Limits limits_;
  std::unordered_map<LinkId, Place, HashOfId> places_;
  std::vector<std::size_t> counts_, settling_;  // by partition
};

}  // namespace fanfetch
