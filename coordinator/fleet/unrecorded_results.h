#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace fanfetch {

/// A node's results that Redis has taken, until their driver has recorded them: what has to be put
/// there again where Redis has lost it. Pure. Thread: one at a time.
///
/// A driver removes a result once that is recorded, and does so in about the order in which they
/// came. So all that came before the first one that is there have gone their way.
class UnrecordedResults {
 public:
  /// More than that, and the oldest are forgotten, so that a driver which is away takes no more of
  /// its nodes' memory: some 20,000 results of usual links. Those links may be fetched once more,
  /// where Redis loses them, too.
  static constexpr std::size_t kMostBytes = std::size_t{8} << 20;

  explicit UnrecordedResults(std::size_t most_bytes = kMostBytes) : most_bytes_(most_bytes) {}

  struct Result {
    std::string id;  ///< What Redis calls it, among the job's results.
    unsigned partition = 0;
    std::string link;    ///< The link's entry.
    std::string fields;  ///< As to_bytes() has them.
    bool has_file = false;
  };
  /// IDs rise, but for those that Redis still had when they were put there again.
  void add(Result result);
  /// Redis was asked, after all these were added, what the first of all results is called that is
  /// there; empty: there is none.
  void on_first(std::string_view id);
  /// All that are left, in their order.
  [[nodiscard]] std::vector<Result> take_all();
  /// Of these, those that have a file. The others stay.
  [[nodiscard]] std::vector<Result> take_files();

 private:
  [[nodiscard]] static std::size_t bytes_of(const Result& result);
  void forget_first();

  const std::size_t most_bytes_;
  std::deque<Result> results_;
  std::size_t bytes_ = 0;
};

}  // namespace fanfetch
