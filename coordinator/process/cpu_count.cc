#include "coordinator/process/cpu_count.h"

#include <sched.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace fanfetch {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kV2Mounts[] = {"sys/fs/cgroup", "sys/fs/cgroup/unified"};
constexpr std::string_view kV1Mounts[] = {"sys/fs/cgroup/cpu", "sys/fs/cgroup/cpu,cpuacct",
                                          "sys/fs/cgroup/cpuacct,cpu"};

std::optional<unsigned> rounded_up(std::int64_t quota, std::int64_t period) {
  if (quota <= 0 || period <= 0) return std::nullopt;  // v1 says "none" with -1
  const std::int64_t cpus = quota / period + (quota % period != 0 ? 1 : 0);
  return static_cast<unsigned>(std::min<std::int64_t>(cpus, std::numeric_limits<unsigned>::max()));
}

/// The quota in one folder: v2 `max 100000` or `150000 100000`, v1 two files.
std::optional<unsigned> quota_in(const fs::path& folder) {
  std::int64_t quota = 0;
  std::int64_t period = 0;
  if (std::ifstream both(folder / "cpu.max"); both >> quota >> period) {  // not with "max"
    return rounded_up(quota, period);
  }
  std::ifstream quota_file(folder / "cpu.cfs_quota_us");
  std::ifstream period_file(folder / "cpu.cfs_period_us");
  if (quota_file >> quota && period_file >> period) return rounded_up(quota, period);
  return std::nullopt;
}

void keep_fewest(std::optional<unsigned>& fewest, std::optional<unsigned> other) {
  if (other && (!fewest || *other < *fewest)) fewest = other;
}

/// The fewest from `group` up to the mount point. In a container the path is often the host's and
/// leads nowhere below the mount: then the mount's own files are this process's.
std::optional<unsigned> fewest_up_to(const fs::path& mount, const fs::path& group) {
  std::optional<unsigned> fewest;
  fs::path folder = mount;
  keep_fewest(fewest, quota_in(folder));
  for (const auto& name : group.relative_path()) {
    if (name == "..") break;  // outside of the cgroup namespace: nothing to be seen
    folder /= name;
    keep_fewest(fewest, quota_in(folder));
  }
  return fewest;
}

bool names_controller(std::string_view list, std::string_view controller) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (list.substr(0, comma) == controller) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

unsigned affinity_cpus() {
  // The kernel refuses a mask that is smaller than its own; 1024 CPUs are not always enough.
  for (std::size_t cpus = 1024; cpus <= (1u << 20); cpus *= 2) {
    const auto free_set = [](cpu_set_t* set) { CPU_FREE(set); };
    const std::unique_ptr<cpu_set_t, decltype(free_set)> set(CPU_ALLOC(cpus), free_set);
    const std::size_t bytes = CPU_ALLOC_SIZE(cpus);
    if (set != nullptr && ::sched_getaffinity(0, bytes, set.get()) == 0) {
      return static_cast<unsigned>(CPU_COUNT_S(bytes, set.get()));
    }
  }
  return std::thread::hardware_concurrency();
}

}  // namespace

std::optional<unsigned> cgroup_cpus(const fs::path& root) {
  std::optional<unsigned> fewest;
  std::ifstream groups(root / "proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    // hierarchy:controllers:path, where the path may have colons too.
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const auto controllers = std::string_view(line).substr(first + 1, second - first - 1);
    const fs::path group = line.substr(second + 1);
    if (controllers.empty()) {
      for (const auto mount : kV2Mounts) keep_fewest(fewest, fewest_up_to(root / mount, group));
    } else if (names_controller(controllers, "cpu")) {
      for (const auto mount : kV1Mounts) keep_fewest(fewest, fewest_up_to(root / mount, group));
    }
  }
  return fewest;
}

unsigned usable_cpus(const fs::path& root) {
  const unsigned affinity = std::max(1u, affinity_cpus());
  return std::clamp(cgroup_cpus(root).value_or(affinity), 1u, affinity);
}

}  // namespace fanfetch
