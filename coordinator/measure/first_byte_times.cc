#include "coordinator/measure/first_byte_times.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>

namespace fanfetch {
namespace {

void add_to(std::uint32_t& count, std::uint32_t more) {
  count += std::min(more, std::numeric_limits<std::uint32_t>::max() - count);
}

}  // namespace

void FirstByteTimes::add(Time time) {
  const auto bucket = std::ranges::lower_bound(kBounds, time) - kBounds.begin();
  add_to(counts_[static_cast<std::size_t>(bucket)], 1);
  sum_ += std::max(time, Time(0));
}

void FirstByteTimes::add(const FirstByteTimes& more) {
  for (std::size_t index = 0; index < kBuckets; ++index) {
    add_to(counts_[index], more.counts_[index]);
  }
  sum_ += more.sum_;
}

std::uint64_t FirstByteTimes::count() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

std::optional<FirstByteTimes::Time> FirstByteTimes::quantile(double share) const {
  const std::uint64_t all = count();
  if (all == 0) return std::nullopt;
  const double wanted = static_cast<double>(all) * share;
  double below = 0;
  for (std::size_t index = 0; index < kBounds.size(); ++index) {
    const double here = counts_[index];
    if (below + here < wanted) {
      below += here;
      continue;
    }
    const double from = index == 0 ? 0 : static_cast<double>(kBounds[index - 1].count());
    const auto to = static_cast<double>(kBounds[index].count());
    return Time(std::llround(from + (to - from) * (wanted - below) / here));
  }
  return kBounds.back();
}

std::string FirstByteTimes::counts_text() const {
  return fmt::format("{}", fmt::join(counts_, " "));
}

FirstByteTimes FirstByteTimes::read(std::string_view counts_text, Time sum) {
  FirstByteTimes times;
  times.sum_ = std::max(sum, Time(0));
  const char* at = counts_text.data();
  const char* const end = at + counts_text.size();
  for (std::uint32_t& count : times.counts_) {
    while (at != end && *at == ' ') ++at;
    const auto read = std::from_chars(at, end, count);
    if (read.ec != std::errc()) break;
    at = read.ptr;
  }
  return times;
}

}  // namespace fanfetch
