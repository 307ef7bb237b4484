#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/result.h"
#include "common/sha256.h"
#include "common/unique_fd.h"

namespace fanfetch {

/// Finds files with the same content among any number of them in little memory: some 3 MB, and a
/// 256th of 24 bytes a file while it looks. What is more is in a temporary file without a name. Two
/// contents count as one if they agree in their size and 64 bits of their SHA-256: of 100 million
/// files, in one of a thousand ledgers. Thread: one at a time.
class SameContents {
 public:
  /// Files beyond memory go to `folder`, where the first 100,000 need none.
  explicit SameContents(std::string folder) : folder_(std::move(folder)) {}

  /// `row`: of the ledger, from 1 on, in rising order. Costs some 20 ns.
  void add(const Sha256Digest& digest, std::uint64_t bytes, std::int64_t row);

  /// A content that several files have.
  struct Group {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;         ///< Of one of them.
    std::vector<std::int64_t> rows;  ///< Of the first ones, at most kRows.
    /// What one file in place of them would save.
    [[nodiscard]] std::uint64_t spare() const { return (files - 1) * bytes; }
  };
  struct Found {
    std::uint64_t files = 0, bytes = 0;  ///< All but the first of each content.
    std::uint64_t contents = 0;
    std::vector<Group> biggest;  ///< Of these at most `most`, those that spare most first.
  };
  static constexpr std::size_t kRows = 3;

  /// Error: there is no room for the temporary file, or it cannot be read. Call once, at the end.
  [[nodiscard]] Result<Found> find(std::size_t most);

 private:
  struct File {
    std::uint64_t content = 0;  // of its digest
    std::uint64_t bytes = 0;
    std::int64_t row = 0;
    auto operator<=>(const File&) const =
        default;  // NOLINT(modernize-use-nullptr): it takes a 0 for one
  };
  static constexpr std::size_t kParts = 256;  // by one byte of the digest
  static constexpr std::size_t kPiece = 512;  // files of a part that are written at once

  struct Part {
    std::vector<File> files;
    std::vector<std::int64_t> pieces;  // where they begin in the temporary file
  };
  [[nodiscard]] bool write_out(Part& part);
  [[nodiscard]] bool read_back(Part& part);

  std::string folder_;
  std::array<Part, kParts> parts_;
  UniqueFd file_;  // not valid: all are in memory
  std::int64_t written_ = 0;
  int error_ = 0;  // of the temporary file; from then on nothing is held
};

}  // namespace fanfetch
