#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/result.h"
#include "common/url.h"
#include "coordinator/sources/entry/source.h"

namespace fanfetch {

/// What decides to which slice a link falls: the host that it is at, so that one run alone asks
/// each host and keeps its limits, or the link itself, for a list with few hosts.
enum class SliceBy : std::uint8_t { origin, link };

/// `--slice I/N`: the part of a list that one of N runs takes, each on its own machine, without
/// anything that connects them. The parts are the same for whoever reads the same list.
struct Slice {
  unsigned number = 1;  ///< From 1.
  unsigned count = 1;
  SliceBy by = SliceBy::origin;

  bool operator==(const Slice&) const = default;
};

/// `origin` or `link`.
[[nodiscard]] std::string_view name(SliceBy by);

/// The values of `--slice` and `--slice-by`. Error: what is wrong, without the option's name.
[[nodiscard]] Result<Slice> parse_slice(std::string_view text);
[[nodiscard]] Result<SliceBy> parse_slice_by(std::string_view text);

/// `2/8 by origin`: for people and for the ledger's run row.
[[nodiscard]] std::string to_text(const Slice& slice);
/// Reads what to_text() writes. nullopt: it is something else.
[[nodiscard]] std::optional<Slice> slice_from_text(std::string_view text);

/// The slice, from 1 to `count`, of a key: the first 64 bits of its SHA-256, most significant
/// first, modulo `count`, plus 1. Never to change: runs of different versions share a list.
[[nodiscard]] unsigned slice_of(std::string_view key, unsigned count);

/// Which slices of a list several folders hold, a line for each way of slicing: `of 8 slices by
/// origin are here: 1-3, 5; missing: 4, 6-8`. Empty without a slice.
[[nodiscard]] std::string slices_text(std::span<const Slice> slices);

/// Takes the entries of a list that fall to a slice. Thread: one at a time.
class SliceChooser {
 public:
  explicit SliceChooser(Slice slice) : slice_(slice) {}

  /// `index`: the entry's place in the list. An entry without a link that can be asked for falls to
  /// one slice, too, which reports it: by its text or, without one, by its place.
  [[nodiscard]] bool takes(const ListedItem& item, std::uint64_t index);

 private:
  [[nodiscard]] bool takes(const Url& url);

  Slice slice_;
  std::string last_origin_;  // lists have many links of one host in a row
  bool takes_last_ = false;
};

}  // namespace fanfetch
