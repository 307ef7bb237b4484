#pragma once

#include <filesystem>
#include <optional>

namespace fanfetch {

/// CPUs this process may use: the fewest of its affinity mask and the quotas of its cgroups; at
/// least 1.
[[nodiscard]] unsigned usable_cpus(const std::filesystem::path& root = "/");

/// The fewest CPUs that a quota of one of this process's cgroups allows (v1 `cpu.cfs_quota_us`, v2
/// `cpu.max`; its own and all parents), rounded up; nullopt: there is no quota.
/// `root` stands before /proc and /sys, so that tests bring their own.
[[nodiscard]] std::optional<unsigned> cgroup_cpus(const std::filesystem::path& root);

}  // namespace fanfetch
