#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace fanfetch {

/// How far a run was at one moment; all but `in_flight` are of the run so far.
struct RunSample {
  std::chrono::milliseconds at{0};  ///< Since the run began.
  std::uint64_t files = 0;          ///< Saved.
  std::uint64_t bytes = 0;          ///< Of these.
  std::uint64_t failed = 0;
  std::uint64_t in_flight = 0;

  bool operator==(const RunSample&) const = default;
};

/// The samples of a run, at equal distances, in bounded memory however long it lasts: as soon as
/// there are `most`, every second one goes, and from then on they are taken half as often. Pure.
class RunSamples {
 public:
  static constexpr std::chrono::milliseconds kFirstInterval{10'000};
  static constexpr std::size_t kMost = 2000;

  explicit RunSamples(std::chrono::milliseconds interval = kFirstInterval,
                      std::size_t most = kMost);

  /// Whether a sample is to be taken, `elapsed` after the run's begin.
  [[nodiscard]] bool is_due(std::chrono::milliseconds elapsed) const { return elapsed >= next_; }
  /// Adds a sample whether or not it is due: the last one of a run is not. One that is not later
  /// than the last one takes its place.
  void add(const RunSample& sample);

  [[nodiscard]] const std::vector<RunSample>& all() const { return samples_; }
  [[nodiscard]] std::chrono::milliseconds interval() const { return interval_; }

 private:
  void thin();

  std::chrono::milliseconds interval_;
  std::chrono::milliseconds next_;
  const std::size_t most_;
  std::vector<RunSample> samples_;
};

}  // namespace fanfetch
