#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <vector>

#include "common/clock.h"

namespace fanfetch {

/// Which of its partitions a node asks for links, how often, and for how many. Most partitions of a
/// list have no links at a time: those that had some of late are *hot* and are asked again at once,
/// and the others by sweeps over all of them. Whoever gets no links asks less and less often, so
/// that idle nodes are no load for Redis. Pure: `now` comes in. Thread: one at a time.
class ReadPlan {
 public:
  /// Partitions that one question names, so that no answer holds Redis up.
  static constexpr unsigned kMostPartitions = 256;
  /// Of these, kept for a sweep that is under way, however many are hot.
  static constexpr unsigned kPartitionsOfSweep = 64;
  /// Links of one partition in an answer: at least, and as many as one that is alone can have.
  static constexpr std::size_t kLinksOfPartition = 64, kLinksOfAnswer = 512;
  /// How long a partition is hot after its last links.
  static constexpr std::chrono::seconds kHotFor{1};
  /// After an answer with fewer links than these the next question waits.
  static constexpr std::size_t kFewLinks = 64;
  /// How long hot partitions rest after an answer with few links, and each that had none after it
  /// twice as long as before.
  static constexpr std::chrono::milliseconds kFirstRest{2}, kLongestRest{64};
  /// The same from a sweep to the next one, where no partition became hot.
  static constexpr std::chrono::milliseconds kFirstPause{32}, kLongestPause{512};

  explicit ReadPlan(unsigned partitions) : works_(partitions) {}

  /// The node works on the partition from now on, or not any more.
  void begin(unsigned partition, Instant now);
  void end(unsigned partition);
  /// There is more room for links, or what is asked for has changed.
  void hurry(Instant now) { next_hot_ = now; }

  struct Question {
    unsigned partition = 0;
    std::size_t most = 0;  ///< Links.
  };
  /// What is to be asked now, in one question; empty: nothing before wake_at(). `room`: for links
  /// of a partition.
  [[nodiscard]] std::vector<Question> next(Instant now,
                                           const std::function<std::size_t(unsigned)>& room);
  /// The answer has something of the partition, so many links.
  void on_links(unsigned partition, std::size_t links, Instant now);
  /// That was all of it.
  void on_answered(Instant now);

  [[nodiscard]] Instant wake_at() const;

 private:
  void ask_hot(std::vector<Question>& questions, unsigned most,
               const std::function<std::size_t(unsigned)>& room);
  void ask_others(std::vector<Question>& questions, Instant now,
                  const std::function<std::size_t(unsigned)>& room);
  void end_sweep(Instant now, const std::function<std::size_t(unsigned)>& room);

  std::vector<bool> works_;          // by partition
  std::map<unsigned, Instant> hot_;  // and when its last links came
  unsigned hot_turn_ = 0;            // the first hot one to be asked
  Instant next_hot_{};
  Duration rest_{};

  unsigned sweep_turn_ = 0;  // the next partition to look at
  unsigned sweep_left_ = 0;  // of the sweep that is under way
  Instant next_sweep_{};
  Duration pause_{};
  bool found_some_ = false;  // the sweep: a partition that was not hot

  std::size_t links_ = 0;  // of the answer
};

}  // namespace fanfetch
