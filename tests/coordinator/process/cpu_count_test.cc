#include "coordinator/process/cpu_count.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <stdlib.h>

#include <fstream>
#include <string>

namespace fanfetch {
namespace {

namespace fs = std::filesystem;

/// A machine's /proc and /sys as files of our own.
class CpuCountTest : public testing::Test {
 protected:
  CpuCountTest() {
    std::string pattern = testing::TempDir() + "cpus-XXXXXX";
    root_ = ::mkdtemp(pattern.data());
  }
  ~CpuCountTest() override { fs::remove_all(root_); }

  void write(const std::string& path, const std::string& content) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << content << '\n';
  }
  void write_v1(const std::string& folder, const std::string& quota, const std::string& period) {
    write(folder + "/cpu.cfs_quota_us", quota);
    write(folder + "/cpu.cfs_period_us", period);
  }

  fs::path root_;
};

TEST_F(CpuCountTest, NoQuotaIsNone) {
  EXPECT_EQ(cgroup_cpus(root_), std::nullopt) << "no cgroups at all";
  write("proc/self/cgroup", "0::/a");
  EXPECT_EQ(cgroup_cpus(root_), std::nullopt);
  write("sys/fs/cgroup/a/cpu.max", "max 100000");
  EXPECT_EQ(cgroup_cpus(root_), std::nullopt);
}

TEST_F(CpuCountTest, Version2RoundsUp) {
  write("proc/self/cgroup", "0::/a");
  const std::pair<const char*, unsigned> kRows[] = {{"150000 100000", 2},
                                                    {"100000 100000", 1},
                                                    {"100001 100000", 2},
                                                    {"1000 100000", 1},
                                                    {"6400000 100000", 64}};
  for (const auto& [quota, cpus] : kRows) {
    write("sys/fs/cgroup/a/cpu.max", quota);
    EXPECT_EQ(cgroup_cpus(root_), cpus) << quota;
  }
}

TEST_F(CpuCountTest, ParentsCountToo) {
  write("proc/self/cgroup", "0::/a/b/c");
  write("sys/fs/cgroup/a/cpu.max", "300000 100000");
  write("sys/fs/cgroup/a/b/cpu.max", "max 100000");
  write("sys/fs/cgroup/a/b/c/cpu.max", "500000 100000");
  EXPECT_EQ(cgroup_cpus(root_), 3u);
  write("sys/fs/cgroup/a/b/c/cpu.max", "200000 100000");
  EXPECT_EQ(cgroup_cpus(root_), 2u);
  write("sys/fs/cgroup/other/cpu.max", "100000 100000");
  EXPECT_EQ(cgroup_cpus(root_), 2u) << "not ours";
}

TEST_F(CpuCountTest, Version1UnderEitherName) {
  for (const char* mount : {"sys/fs/cgroup/cpu", "sys/fs/cgroup/cpu,cpuacct"}) {
    fs::remove_all(root_ / "sys");
    write("proc/self/cgroup", "9:name=systemd:/x\n4:cpuacct,cpu:/a\n3:cpuset:/y\n0::/");
    write_v1(std::string(mount) + "/a", "250000", "100000");
    EXPECT_EQ(cgroup_cpus(root_), 3u) << mount;
    write_v1(std::string(mount), "-1", "100000");
    EXPECT_EQ(cgroup_cpus(root_), 3u) << "-1 is no quota";
    write_v1(std::string(mount) + "/a", "-1", "100000");
    EXPECT_EQ(cgroup_cpus(root_), std::nullopt);
  }
}

TEST_F(CpuCountTest, OnlyTheCpuControllerOfVersion1) {
  write("proc/self/cgroup", "4:cpuacct:/a\n3:cpuset:/a\n2:mycpu:/a");
  write_v1("sys/fs/cgroup/cpu/a", "100000", "100000");
  EXPECT_EQ(cgroup_cpus(root_), std::nullopt);
}

TEST_F(CpuCountTest, HybridTakesTheFewest) {
  write("proc/self/cgroup", "1:cpu:/a\n0::/b");
  write_v1("sys/fs/cgroup/cpu/a", "400000", "100000");
  write("sys/fs/cgroup/unified/b/cpu.max", "300000 100000");
  EXPECT_EQ(cgroup_cpus(root_), 3u);
}

TEST_F(CpuCountTest, InAContainerTheMountIsTheOwnGroup) {
  write("proc/self/cgroup", "0::/docker/0123abc");
  write("sys/fs/cgroup/cpu.max", "200000 100000");
  EXPECT_EQ(cgroup_cpus(root_), 2u);
  write("proc/self/cgroup", "0::/../../elsewhere");
  EXPECT_EQ(cgroup_cpus(root_), 2u);
}

TEST_F(CpuCountTest, PathsMayHaveColons) {
  write("proc/self/cgroup", "0::/a:b/c");
  write("sys/fs/cgroup/a:b/c/cpu.max", "200000 100000");
  EXPECT_EQ(cgroup_cpus(root_), 2u);
}

TEST_F(CpuCountTest, NonsenseIsNoQuota) {
  write("proc/self/cgroup", "nonsense\n:\n::\n0::/a");
  for (const char* quota : {"", "x", "0 0", "100000 0", "-5 100000", "99999999999999999999999 1"}) {
    write("sys/fs/cgroup/a/cpu.max", quota);
    EXPECT_EQ(cgroup_cpus(root_), std::nullopt) << quota;
  }
}

TEST_F(CpuCountTest, NeverMoreThanTheAffinityNorLessThanOne) {
  cpu_set_t before;
  ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
  const auto allowed = static_cast<unsigned>(CPU_COUNT(&before));
  EXPECT_EQ(usable_cpus(root_), allowed);
  write("proc/self/cgroup", "0::/");
  write("sys/fs/cgroup/cpu.max", "100000000 100000");
  EXPECT_EQ(usable_cpus(root_), allowed);
  write("sys/fs/cgroup/cpu.max", "1000 100000");
  EXPECT_EQ(usable_cpus(root_), 1u);

  fs::remove_all(root_ / "sys");
  cpu_set_t one;
  CPU_ZERO(&one);
  int first = 0;
  while (!CPU_ISSET(first, &before)) ++first;
  CPU_SET(first, &one);
  ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(usable_cpus(root_), 1u);
  EXPECT_EQ(::sched_setaffinity(0, sizeof before, &before), 0);
}

}  // namespace
}  // namespace fanfetch
