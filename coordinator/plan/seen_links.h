#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "common/sha256.h"
#include "coordinator/plan/open_table.h"

namespace fanfetch {

/// The links that this run has planned already, so that one listed twice is fetched once. Keeps the
/// first 128 bits of each link's hash, its identity, and where it stood in the list: 24 bytes an
/// entry, 32 to 64 bytes a link (half as much again while the table doubles).
/// Thread: the reader's alone.
class SeenLinks {
 public:
  /// Remembers the link at `index`. Returns the index of the same link if it came before; that one
  /// stays the remembered one.
  [[nodiscard]] std::optional<std::uint64_t> add(const Sha256Digest& hash, std::uint64_t index);

  [[nodiscard]] std::size_t size() const { return table_.size(); }

 private:
  struct Entry {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::uint64_t index = 0;

    [[nodiscard]] bool is_free() const { return high == 0 && low == 0; }
    [[nodiscard]] std::uint64_t bits() const { return low; }
    [[nodiscard]] bool is_same(const Entry& other) const {
      return high == other.high && low == other.low;
    }
  };
  static_assert(sizeof(Entry) == 24);

  OpenTable<Entry> table_;
};

}  // namespace fanfetch
