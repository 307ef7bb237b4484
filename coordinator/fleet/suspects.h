#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace fanfetch {

// A link may take down whoever fetches it: a machine's memory, its kernel. It would go round from
// node to node for ever. Redis counts how often an entry was delivered, and nodes keep to it that
// one is delivered again, as a further time, only where its lease ran out: not where it was handed
// back, and not within one lease. So, after n deliveries without a result n nodes are gone that had
// it, or were cut off. Mostly it is not the link's fault: a node that goes takes thousands down.

/// After so many deliveries nobody tries it any more.
inline constexpr unsigned kMostDeliveries = 5;
/// After so many it is tried apart from others.
inline constexpr unsigned kSuspectDeliveries = 2;
/// As many of these at once as show soon, if they go well, that nearly all are innocent.
inline constexpr std::size_t kSuspectsTogether = 64;

/// How many such links a node may try at once, where one was delivered so often and has no result;
/// 0: it is not to be fetched any more.
[[nodiscard]] constexpr std::size_t company_of(unsigned deliveries) {
  if (deliveries < kSuspectDeliveries) return std::numeric_limits<std::size_t>::max();
  if (deliveries == kSuspectDeliveries) return kSuspectsTogether;
  return deliveries < kMostDeliveries ? 1 : 0;
}

/// The entries that a node tries apart from others: when, and which together. Those that wait are
/// not delivered to it, so that its end does not count for them. It tries those of one partition at
/// a time, and asks for no others of that meanwhile, as those would be in their way. Pure. Thread:
/// one at a time.
class Suspects {
 public:
  struct Suspect {
    std::string entry;
    unsigned deliveries = kSuspectDeliveries;  ///< Without a result.
  };

  void add(unsigned partition, Suspect suspect);
  /// The partition is read from the beginning, or not any more.
  void forget(unsigned partition);

  /// It is the partition's turn.
  [[nodiscard]] bool has_turn(unsigned partition) const { return turn_ == partition; }

  struct Turn {
    unsigned partition = 0;
    std::vector<std::string>
        entries;  ///< To be got now; on_got() follows. Empty: its turn is over.
  };
  /// nullopt: there is nothing to be done before the node has fewer links. `held`: that it has of a
  /// partition.
  [[nodiscard]] std::optional<Turn> next(const std::function<std::size_t(unsigned)>& held);
  /// They have come, or what has become of them since.
  void on_got(unsigned partition);

 private:
  std::map<unsigned, std::deque<Suspect>> waiting_;  // by partition
  std::optional<unsigned> turn_;
  bool is_asking_ = false;
};

}  // namespace fanfetch
