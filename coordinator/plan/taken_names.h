#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "coordinator/plan/open_table.h"

namespace fanfetch {

/// The names that this run has given out, so that two links never get one file. Keeps 64-bit
/// hashes, 11 to 22 bytes a name (half as much again while the table doubles): two names that share
/// a hash cost one of them a needless suffix, no more. Not thread-safe.
class TakenNames {
 public:
  /// Takes a name; false: it is taken already. REQUIRES: `folded` comes from fold_case(), so that
  /// names that differ in case alone are one.
  [[nodiscard]] bool take(std::string_view folded);

  [[nodiscard]] std::size_t size() const { return table_.size(); }

 private:
  struct Entry {
    std::uint64_t hash = 0;

    [[nodiscard]] bool is_free() const { return hash == 0; }
    [[nodiscard]] std::uint64_t bits() const { return hash; }
    [[nodiscard]] bool is_same(const Entry& other) const { return hash == other.hash; }
  };
  static_assert(sizeof(Entry) == 8);

  OpenTable<Entry> table_;
};

}  // namespace fanfetch
