#include "coordinator/commands/report/page_numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "common/human_text.h"

namespace fanfetch {
namespace {

/// 1, 2 or 5 times a power of ten.
double round_end(double most) {
  if (!(most > 0)) return 1;
  const double power = std::pow(10, std::floor(std::log10(most)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (most <= factor * power * (1 + 1e-9)) return factor * power;
  }
  return 10 * power;
}

}  // namespace

std::uint64_t round_count_end(std::uint64_t most) {
  for (std::uint64_t power = 1;; power *= 10) {
    for (const std::uint64_t end : {2 * power, 4 * power, 10 * power}) {
      if (most <= end) return end;
      if (end > std::numeric_limits<std::uint64_t>::max() / 100) return most;
    }
  }
}

double round_bytes_end(double most) {
  if (!(most > 1)) return 1;
  const double power = std::pow(1024, std::floor(std::log2(most) / 10));
  const double end = round_end(most / power);
  return end > 500 ? 1024 * power : end * power;
}

std::vector<RunStep> steps_of(const std::vector<RunSample>& samples, std::size_t most) {
  std::vector<RunStep> steps;
  const std::size_t stride = samples.empty() ? 1 : (samples.size() + most - 1) / most;
  RunSample last;
  for (std::size_t i = 0; i < samples.size(); i += stride) {
    const RunSample& sample = samples[std::min(i + stride, samples.size()) - 1];
    const auto grown = [](std::uint64_t now, std::uint64_t before) {
      return now > before ? now - before : 0;
    };
    const auto seconds = [](const RunSample& of) {
      return std::chrono::duration<double>(of.at).count();
    };
    if (sample.at <= last.at) continue;
    steps.push_back({.begin = seconds(last),
                     .end = seconds(sample),
                     .files = grown(sample.files, last.files),
                     .bytes = grown(sample.bytes, last.bytes),
                     .failed = grown(sample.failed, last.failed)});
    last = sample;
  }
  return steps;
}

std::string short_time(std::chrono::milliseconds time) {
  if (time < std::chrono::seconds(1)) return fmt::format("{} ms", time.count());
  return human_time(time);
}

std::string share_text(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0 || part == 0) return "0 %";
  const double share = 100 * static_cast<double>(part) / static_cast<double>(whole);
  if (share < 0.1) return "under 0.1 %";
  if (share > 99.9 && part < whole) return "over 99.9 %";
  return fmt::format("{:.{}f} %", share, share < 10 ? 1 : 0);
}

std::string plural(std::uint64_t count, std::string_view one) {
  return fmt::format("{} {}{}", human_count(count), one, count == 1 ? "" : "s");
}

std::string percent(double where) {
  if (!(where > 0)) return "0";  // also what is no number
  return fmt::format("{:.6g}%", std::round(std::min(where, 1.0) * 1e5) / 1e3);
}

}  // namespace fanfetch
