#include "common/human_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string_view>

namespace fanfetch {

using std::chrono::nanoseconds;

std::string human_bytes(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  static constexpr std::string_view kUnits[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (value >= 1023.95 && unit + 1 < std::size(kUnits)) {  // rounds to 1024.0
    value /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string human_byte_rate(double bytes_per_second) {
  return human_bytes(static_cast<std::uint64_t>(bytes_per_second)) + "/s";
}

std::string human_rate(double per_second) {
  return per_second >= 99.95 ? fmt::format("{:.0f}/s", per_second)
                             : fmt::format("{:.1f}/s", per_second);
}

std::string human_duration(nanoseconds duration) {
  using namespace std::chrono;
  const auto tenths = round<std::chrono::duration<std::int64_t, std::deci>>(
      std::max(duration, nanoseconds::zero()));
  if (tenths < minutes(1)) return fmt::format("{}.{}s", tenths.count() / 10, tenths.count() % 10);
  const auto whole = round<seconds>(duration);
  if (whole < hours(1)) return fmt::format("{}m{:02}s", whole / 1min, (whole % 1min).count());
  return fmt::format("{}h{:02}m", whole / 1h, (whole % 1h) / 1min);
}

std::string human_time_left(nanoseconds left) {
  const auto whole = std::chrono::round<std::chrono::seconds>(left);
  return whole < std::chrono::minutes(1) ? fmt::format("{}s", whole.count())
                                         : human_duration(whole);
}

std::string human_time(nanoseconds time) {
  using namespace std::chrono;
  const auto exact = round<milliseconds>(std::max(time, nanoseconds::zero()));
  if (exact < minutes(1)) {
    return fmt::format("{} s", static_cast<double>(exact.count()) / 1000);  // no needless zeros
  }
  std::int64_t rest = round<seconds>(exact).count();
  static constexpr std::pair<std::int64_t, char> kUnits[] = {
      {86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
  std::string text;
  for (const auto& [length, unit] : kUnits) {
    if (rest >= length) text += fmt::format("{}{}", rest / length, unit);
    rest %= length;
  }
  return text;
}

std::string human_count(std::uint64_t count) {
  std::string text = fmt::to_string(count);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string human_exact_bytes(std::uint64_t bytes) {
  if (bytes == 1) return "1 byte";
  const std::string text = human_count(bytes) + " bytes";
  return bytes < 1024 ? text : fmt::format("{} ({})", text, human_bytes(bytes));
}

std::string human_part(std::uint64_t bytes, std::uint64_t whole) {
  return fmt::format("{} of {}", human_count(bytes), human_exact_bytes(whole));
}

std::string option_size(std::uint64_t bytes) {
  static constexpr std::string_view kUnits = "KMGT";
  std::string shortest = fmt::to_string(bytes);
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    for (const bool binary : {true, false}) {
      const auto unit = static_cast<std::uint64_t>(
          binary ? std::ldexp(1.0, 10 * static_cast<int>(i + 1)) : std::pow(1000.0, i + 1));
      // Two decimals are what a person gives at most.
      if (bytes < unit || bytes % unit * 100 % unit != 0) continue;
      const std::string text =
          fmt::format("{}{}{}", static_cast<double>(bytes) / static_cast<double>(unit), kUnits[i],
                      binary ? "" : "B");
      if (text.size() <= shortest.size()) shortest = text;
    }
  }
  return shortest;
}

}  // namespace fanfetch
