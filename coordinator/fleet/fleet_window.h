#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace fanfetch {

/// The driver's decision which links are in Redis: as few as keep the nodes busy, as they take its
/// memory, and as many partitions as there are, as each may be another node's. Pure. Counts links;
/// the links themselves are elsewhere, those parked in a LinkSpool. Thread: one at a time.
///
/// A partition has up to Limits::each links outstanding (sent, and without a result). Where more
/// partitions have links than Limits::all makes room for, each has an equal share of that: of
/// 100,000, only fifty partitions could have 2,000 each, and the nodes of all others would starve.
/// A link of a partition with its share is parked, and so are all of that partition behind it, in
/// the order of the list, while the reader goes on to other hosts.
class FleetWindow {
 public:
  struct Limits {
    unsigned each = 2'000;  ///< Outstanding, of a partition.
    /// Outstanding, of all. If more partitions than these have links, the share of each is one, and
    /// on_link() says `wait` to those that come last.
    unsigned all = 100'000;
  };

  FleetWindow(unsigned partitions, Limits limits);

  enum class Way : std::uint8_t {
    send,
    park,
    wait,  ///< Read no further; ask again with the same link after results.
  };
  /// The next link of the list is of this partition. Counts it, unless it waits. `has_room`: of the
  /// spool.
  [[nodiscard]] Way on_link(unsigned partition, bool has_room);
  /// The spool refused the link that on_link() has just told to park: it waits, as if there had
  /// been no room.
  void not_parked(unsigned partition);

  struct Refill {
    unsigned partition = 0;
    unsigned count = 0;
  };
  /// Parked links that are to be sent now, those of a partition that were parked first; counts them
  /// as sent. Call after results until nullopt; that costs a look at all partitions. They come in
  /// batches of a quarter of a window, in turn.
  [[nodiscard]] std::optional<Refill> refill();

  /// Nothing of the partition is sent until release(): its links are parked.
  void hold(unsigned partition) { counts_[partition].is_held = true; }
  void release(unsigned partition) { counts_[partition].is_held = false; }

  /// Where a link is to go that is parked in some partition, and belongs to `to` by now, or still
  /// does. Into a partition that is held it is sent, too, if there is room: it is held for the sake
  /// of links such as this one. Changes nothing.
  [[nodiscard]] Way way_of_parked(unsigned to, bool has_room) const;
  /// It was the first one that is parked in `from`, and went that way. REQUIRES: that is not
  /// `wait`.
  void on_moved(unsigned from, unsigned to, Way way);
  /// The link that on_link() told to wait belongs to another partition by now.
  void forget_waiting(unsigned partition);

  /// A link has its result. Without an outstanding one, as after a second result of the same link,
  /// it changes nothing.
  void on_result(unsigned partition);

  /// What Redis holds of the job, counted in one step.
  struct Carried {
    std::uint64_t links = 0;    ///< In all partitions' streams, delivered to nodes or not.
    std::uint64_t results = 0;  ///< That the driver has not acknowledged.
    unsigned sending = 0;       ///< Links on their way to Redis: sent, without an answer.
  };
  /// Whether all that is outstanding was lost. As a node puts a result
  /// into Redis in one step with taking the link out, each outstanding link is in one of these
  /// places, unless Redis has lost it. They stay counted as outstanding.
  [[nodiscard]] bool has_lost(const Carried& carried) const;
  /// Nothing is outstanding or parked: with a list that has been read, the job is done.
  [[nodiscard]] bool is_empty() const { return outstanding_ == 0 && parked_ == 0; }

  [[nodiscard]] unsigned outstanding(unsigned partition) const { return counts_[partition].out; }
  [[nodiscard]] std::uint64_t outstanding() const { return outstanding_; }
  [[nodiscard]] std::uint64_t parked() const { return parked_; }
  [[nodiscard]] std::uint64_t parked(unsigned partition) const { return counts_[partition].parked; }

  struct Load {
    unsigned partition = 0;
    std::uint64_t links = 0;  ///< Outstanding and parked.

    bool operator==(const Load&) const = default;
  };
  /// The partitions that have parked links. Costs a look at all.
  [[nodiscard]] std::vector<Load> full() const;

 private:
  struct Count {
    unsigned out = 0;
    bool waits = false;  // the link that the reader holds back
    bool is_held = false;
    std::uint64_t parked = 0;
    [[nodiscard]] bool is_active() const { return out > 0 || parked > 0 || waits; }
  };

  [[nodiscard]] unsigned share() const;
  template <class Change>
  void change(unsigned partition, Change by);

  Limits limits_;
  std::vector<Count> counts_;
  unsigned active_ = 0;  // partitions with links
  std::uint64_t outstanding_ = 0;
  std::uint64_t parked_ = 0;
  unsigned turn_ = 0;  // where refill() looks first
};

}  // namespace fanfetch
