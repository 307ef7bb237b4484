#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace fanfetch {

/// A small histogram of file sizes by powers of two: half a kilobyte, however many files.
class FileSizes {
 public:
  /// Bucket 0 holds empty files; bucket N those from 2^(N-1) to 2^N - 1 bytes.
  static constexpr std::size_t kBuckets = 65;

  void add(std::uint64_t bytes);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t in_bucket(std::size_t index) const { return counts_[index]; }
  /// The size that half of the files do not exceed: the bucket is exact, inside it in proportion.
  /// 0: there are no files.
  [[nodiscard]] std::uint64_t median() const;
  [[nodiscard]] std::uint64_t biggest() const { return biggest_; }

  bool operator==(const FileSizes&) const = default;

 private:
  std::array<std::uint64_t, kBuckets> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t biggest_ = 0;
};

}  // namespace fanfetch
