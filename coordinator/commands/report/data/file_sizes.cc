#include "coordinator/commands/report/data/file_sizes.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace fanfetch {

void FileSizes::add(std::uint64_t bytes) {
  ++counts_[static_cast<std::size_t>(std::bit_width(bytes))];
  ++count_;
  biggest_ = std::max(biggest_, bytes);
}

std::uint64_t FileSizes::median() const {
  const double wanted = static_cast<double>(count_) / 2;
  double below = 0;
  for (std::size_t index = 0; index < kBuckets && count_ > 0; ++index) {
    const auto here = static_cast<double>(counts_[index]);
    if (below + here < wanted || here == 0) {
      below += here;
      continue;
    }
    if (index == 0) return 0;
    const double from = std::ldexp(1.0, static_cast<int>(index) - 1);
    const double inside = from + from * (wanted - below) / here;
    return std::min(biggest_, static_cast<std::uint64_t>(inside));
  }
  return 0;
}

}  // namespace fanfetch
