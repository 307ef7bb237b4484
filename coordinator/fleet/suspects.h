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
// node to node for ever. So Redis counts for each entry how often whoever had it is gone: its lease
// ran out, and it has not said since that it lives. A node that is cut off, or was asleep, says so
// as soon as it can; one that ends as it was told to, or hands a partition back, says so before.
// Mostly it is not the link's fault: a node that goes takes thousands down. That a deadly link goes
// round once more is the lesser evil.

/// So many that are gone had it: nobody tries it any more.
inline constexpr unsigned kMostGone = 5;
/// So many: it is tried apart from others of its partition.
inline constexpr unsigned kSuspectGone = 2;
/// As many of these at once as show soon, if they go well, that nearly all are innocent.
inline constexpr std::size_t kSuspectsTogether = 64;

/// How many such links a node may try at once, where so many are gone that had one; 0: it is not to
/// be fetched any more.
[[nodiscard]] constexpr std::size_t company_of(unsigned gone) {
  if (gone < kSuspectGone) return std::numeric_limits<std::size_t>::max();
  if (gone == kSuspectGone) return kSuspectsTogether;
  return gone < kMostGone ? 1 : 0;
}

/// Why one is given up, for people.
[[nodiscard]] std::string gone_nodes(unsigned gone);

/// The entries that a node tries apart from others of their partition: when, and which together.
/// Those that wait are not delivered to it, so that its end does not count for them. It tries those
/// of one partition at a time, and asks for no others of that meanwhile, as those would be in their
/// way. Pure. Thread: one at a time.
class Suspects {
 public:
  struct Suspect {
    std::string entry;
    unsigned gone = kSuspectGone;  ///< That had it.
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
