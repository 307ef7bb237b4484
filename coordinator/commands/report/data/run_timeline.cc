#include "coordinator/commands/report/data/run_timeline.h"

#include <algorithm>

namespace fanfetch {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

}  // namespace

RunTimeline::RunTimeline(WallTime start, WallTime end)
    : start_(start), took_(std::max(duration_cast<milliseconds>(end - start), milliseconds(1))) {}

RunSample& RunTimeline::step_of(WallTime ended) {
  const auto at = std::clamp(duration_cast<milliseconds>(ended - start_), milliseconds(0), took_);
  const double share = static_cast<double>(at.count()) / static_cast<double>(took_.count());
  const auto step = static_cast<std::size_t>(share * static_cast<double>(kSteps));
  return steps_[std::min(step, kSteps - 1)];
}

void RunTimeline::add_saved(WallTime ended, std::uint64_t bytes) {
  RunSample& step = step_of(ended);
  ++step.files;
  step.bytes += bytes;
}

void RunTimeline::add_failed(WallTime ended) { ++step_of(ended).failed; }

std::vector<RunSample> RunTimeline::samples() const {
  std::vector<RunSample> samples;
  RunSample sum;
  for (std::size_t i = 0; i < kSteps; ++i) {
    sum.at = took_ * static_cast<milliseconds::rep>(i + 1) / static_cast<milliseconds::rep>(kSteps);
    sum.files += steps_[i].files;
    sum.bytes += steps_[i].bytes;
    sum.failed += steps_[i].failed;
    samples.push_back(sum);
  }
  if (sum.files + sum.failed == 0) samples.clear();
  return samples;
}

}  // namespace fanfetch
