#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fanfetch {

/// A small histogram of times to first byte: some 60 bytes, however many times it holds. Ledgers
/// hold its counts, so its bounds never change.
class FirstByteTimes {
 public:
  using Time = std::chrono::milliseconds;

  /// Upper bounds of its buckets, inclusive; behind the last one is a bucket without a bound.
  static constexpr std::array<Time, 14> kBounds = {
      Time(1),   Time(2),   Time(5),    Time(10),   Time(20),   Time(50),    Time(100),
      Time(200), Time(500), Time(1000), Time(2000), Time(5000), Time(10000), Time(30000)};
  static constexpr std::size_t kBuckets = kBounds.size() + 1;

  /// Times below zero count as zero.
  void add(Time time);
  void add(const FirstByteTimes& more);

  [[nodiscard]] std::uint64_t count() const;
  [[nodiscard]] std::uint64_t in_bucket(std::size_t index) const { return counts_[index]; }
  /// All times together.
  [[nodiscard]] Time sum() const { return sum_; }
  /// That `share` (of 1) of the times are as short: exact to the bucket, and inside it in
  /// proportion, as Prometheus' histogram_quantile() does it. Beyond the last bound: that bound.
  /// nullopt: no time was added.
  [[nodiscard]] std::optional<Time> quantile(double share) const;
  [[nodiscard]] std::optional<Time> median() const { return quantile(0.5); }

  /// The counts of all buckets, a blank between two: `0 0 3 1 …`.
  [[nodiscard]] std::string counts_text() const;
  /// What counts_text() and sum() have yielded. Counts that are missing, or no numbers, are 0.
  [[nodiscard]] static FirstByteTimes read(std::string_view counts_text, Time sum);

  bool operator==(const FirstByteTimes&) const = default;

 private:
  // A bucket that is full stays so: four billion requests to one host.
  std::array<std::uint32_t, kBuckets> counts_{};
  Time sum_{0};
};

}  // namespace fanfetch
