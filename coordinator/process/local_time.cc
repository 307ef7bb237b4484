#include "coordinator/process/local_time.h"

#include <fmt/chrono.h>

#include <ctime>

namespace fanfetch {

std::chrono::seconds utc_offset(WallTime time) {
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm local{};
  if (::localtime_r(&seconds, &local) == nullptr) return std::chrono::seconds(0);
  return std::chrono::seconds(local.tm_gmtoff);
}

std::string wall_clock_text(WallTime time, WallTime now) {
  const std::tm local = fmt::gmtime(std::chrono::system_clock::to_time_t(time + utc_offset(time)));
  const bool is_near = time - now < std::chrono::hours(24);
  return is_near ? fmt::format("{:%H:%M}", local) : fmt::format("{:%Y-%m-%d %H:%M}", local);
}

}  // namespace fanfetch
