#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "common/result.h"
#include "common/unique_fd.h"

namespace fanfetch {

/// Which rows of earlier runs have come up in this run's list, and at which index: so a link that
/// is listed twice is recognized, whatever the size of the ledger. Eight bytes a row (row numbers
/// are dense) in a file without a name; one page of it is in memory, as rows come up nearly in
/// order. Thread: only the reader's.
class SeenRows {
 public:
  /// Makes the file in `folder`; it is gone with this object or with the process.
  [[nodiscard]] static Result<SeenRows> make(const std::string& folder);

  /// Notes that `row` is the list's entry `index` (from 1). If it was noted before, that index
  /// stays and is returned. nullopt: it is new, or error().
  [[nodiscard]] std::optional<std::uint64_t> add(std::int64_t row, std::uint64_t index);
  /// An errno value, or 0.
  [[nodiscard]] int error() const { return error_; }

 private:
  static constexpr std::int64_t kPageRows = 512;

  explicit SeenRows(UniqueFd file) : file_(std::move(file)) {}
  void turn_to(std::int64_t page);

  UniqueFd file_;
  std::int64_t page_ = -1;  // the one in memory; -1 before the first
  std::array<std::uint64_t, kPageRows> indexes_{};
  bool changed_ = false;
  int error_ = 0;
};

}  // namespace fanfetch
