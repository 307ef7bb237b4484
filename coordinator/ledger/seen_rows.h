#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "common/result.h"
#include "common/unique_fd.h"

namespace fanfetch {

/// Which rows of earlier runs this run has met already, and where in its list: so that a link
/// listed twice is one link, whatever the ledger's size. Eight bytes a row in a file without a name
/// (the rows are dense), of which a page is in memory, as they are met nearly in order. Thread: the
/// reader's alone.
class SeenRows {
 public:
  /// The file is made in `folder` and is gone with this object, or with the process.
  [[nodiscard]] static Result<SeenRows> make(const std::string& folder);

  /// Remembers that `row` stands at `place` (from 1) of the list. Returns the place where it stood
  /// before, which stays; none: it is new, or error().
  [[nodiscard]] std::optional<std::uint64_t> add(std::int64_t row, std::uint64_t place);
  /// An errno value, or 0.
  [[nodiscard]] int error() const { return error_; }

 private:
  static constexpr std::int64_t kPageRows = 512;

  explicit SeenRows(UniqueFd file) : file_(std::move(file)) {}
  void turn_to(std::int64_t page);

  UniqueFd file_;
  std::int64_t page_ = -1;  // in memory; -1: none yet
  std::array<std::uint64_t, kPageRows> places_{};
  bool changed_ = false;
  int error_ = 0;
};

}  // namespace fanfetch
