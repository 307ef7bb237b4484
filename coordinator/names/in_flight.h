#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "coordinator/link/link.h"

namespace fanfetch {

/// The links and names that the plan has given out and the ledger does not know yet: what is on its
/// way is bounded, and so is this. Any thread.
class InFlight {
 public:
  /// The place in the list of the same link, if it is on its way. `generation` becomes how often
  /// settled() was called so far: a look into the ledger that is as new misses no link.
  [[nodiscard]] std::optional<std::uint64_t> find(const LinkId& link,
                                                  std::uint64_t& generation) const;
  void add(const LinkId& link, std::uint64_t place);
  /// Takes a name; false: another link on its way has it. `key`: see Link::name_key; `generation`:
  /// as in find().
  [[nodiscard]] bool take_name(std::uint64_t key, std::uint64_t& generation);
  void give_back_name(std::uint64_t key);
  /// The ledger knows the link from now on, and the name that it has got: the planned one, or
  /// another one that was taken for it.
  void settled(const LinkId& link, std::uint64_t planned_name, std::uint64_t final_name);

  [[nodiscard]] std::size_t size() const;

 private:
  struct HashOfId {
    /// They are hashes already.
    std::size_t operator()(const LinkId& id) const;
  };

  mutable std::mutex mutex_;  // guards what follows
  std::unordered_map<LinkId, std::uint64_t, HashOfId> places_;
  std::unordered_set<std::uint64_t> names_;
  std::uint64_t generation_ = 0;
};

}  // namespace fanfetch
