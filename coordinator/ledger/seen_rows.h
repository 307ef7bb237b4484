#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/result.h"
#include "common/unique_fd.h"

namespace fanfetch {

/// Which rows of earlier runs have come up in this run's list, and at which index: so a link that
/// is listed twice is recognized, whatever the size of the ledger. Eight bytes a row (row numbers
/// are dense) in a file without a name; some pages of it are in memory, as rows come up nearly in
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
  /// Each page of the file has its place in memory. Rows around the end of a page, which many
  /// transfers at once have left in no order, belong to two.
  static constexpr std::int64_t kPlaces = 4;
  struct Page {
    std::int64_t number = -1;  // -1 before the first
    bool changed = false;
    std::array<std::uint64_t, kPageRows> indexes{};
  };

  explicit SeenRows(UniqueFd file) : file_(std::move(file)) {}
  void turn_to(Page& page, std::int64_t number);

  UniqueFd file_;
  std::vector<Page> pages_ = std::vector<Page>(kPlaces);
  int error_ = 0;
};

}  // namespace fanfetch
