#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "coordinator/link/record.h"
#include "coordinator/measure/host_sums.h"

namespace fanfetch {

/// Sums by host in bounded memory (some 4 MB; 12 MB of hosts that send every status there is),
/// whatever the list. Pure. Nothing is ever lost: what is not kept by host is in the rest.
///
/// Which hosts are kept: a batched form of space-saving (Metwally and others, 2005; batches as by
/// Anderson and others, 2017). Where the table is full, a fifth of it goes to the rest at once: the
/// hosts with the lowest ranks. A host's rank is its links plus those that it may have had before
/// it came in, at most the highest rank that ever went to the rest. So a big host that begins late
/// is not pushed out again and again by those that were there first, as it would be if the smallest
/// sums went. A newcomer's sums begin at zero: they are what was measured, no guess is among them.
/// In batches, as finding a single smallest host costs as much as finding 2,500 of them: 0.1 µs a
/// newcomer.
class HostTable {
 public:
  struct Limits {
    std::size_t keep = 10'000;  ///< After hosts went to the rest.
    std::size_t most = 12'500;  ///< Before that.
  };
  HostTable() : HostTable(Limits()) {}
  explicit HostTable(Limits limits) : limits_(limits) {}

  /// Counts a settled link, if is_measured(). Allocates for a new host, or a failure of a new kind.
  void add(const Record& record);

  /// The biggest hosts (most links, then most bytes), at most Limits::keep, in any order. Links
  /// without a host have the empty one. Valid until the next add().
  [[nodiscard]] std::vector<std::pair<std::string_view, const HostSums*>> biggest() const;
  /// All hosts that biggest() leaves out.
  [[nodiscard]] HostSums rest() const;
  /// All hosts together. `most_kinds`: see HostSums::kMostKinds.
  [[nodiscard]] HostSums all(std::size_t most_kinds) const;
  [[nodiscard]] std::size_t size() const { return hosts_.size(); }

 private:
  struct Entry {
    HostSums sums;
    std::uint64_t links = 0;
    std::uint64_t before = 0;  // links that it may have had before it came in
    [[nodiscard]] std::uint64_t rank() const { return before + links; }
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  using Hosts = std::unordered_map<std::string, Entry, Hash, std::equal_to<>>;
  using Ordered = std::vector<Hosts::const_iterator>;

  Entry& entry_of(std::string_view url);
  Entry& entry_named(std::string_view host);
  [[nodiscard]] Ordered ordered() const;
  void make_room();

  Limits limits_;
  Hosts hosts_;
  HostSums rest_;            // of those that went
  std::uint64_t floor_ = 0;  // the highest rank of these
  // What stands before the path of the last URL, and its entry: lists go host by host.
  std::string last_start_;
  Entry* last_ = nullptr;
};

}  // namespace fanfetch
