#include "coordinator/measure/run_samples.h"

namespace fanfetch {

RunSamples::RunSamples(std::chrono::milliseconds interval, std::size_t most)
    : interval_(interval), next_(interval), most_(most) {}

void RunSamples::add(const RunSample& sample) {
  if (!samples_.empty() && sample.at <= samples_.back().at) {
    samples_.back() = sample;
    return;
  }
  samples_.push_back(sample);
  if (samples_.size() == most_) thin();
  // At whole intervals of the run, however late this one was.
  next_ = (sample.at / interval_ + 1) * interval_;
}

/// Keeps the second of each two: those at whole intervals of the doubled distance, among them the
/// newest.
void RunSamples::thin() {
  std::size_t kept = 0;
  for (std::size_t i = 1; i < samples_.size(); i += 2) samples_[kept++] = samples_[i];
  samples_.resize(kept);
  interval_ *= 2;
}

}  // namespace fanfetch
