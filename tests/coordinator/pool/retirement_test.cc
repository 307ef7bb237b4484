#include "coordinator/pool/retirement.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "coordinator/pool/oom_kills.h"

namespace fanfetch {
namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;

TEST(RetirementTest, ComesWithTooMuchMemoryOrTooManyRequests) {
  struct Row {
    WorkerUse use;
    std::uint64_t most_memory;
    std::string_view why;  // empty: it goes on
  };
  for (const Row& row :
       {Row{{.jobs = 0, .memory = 0}, 0, ""}, Row{{.jobs = 9'999'999}, 0, ""},
        Row{{.jobs = 10'000'000}, 0, "has done 10000000 requests"},
        Row{{.memory = 900 * kMebibyte}, 0, ""},
        Row{{.memory = 64 * kMebibyte}, 64 * kMebibyte, ""}, Row{{.memory = 0}, 64 * kMebibyte, ""},
        Row{{.memory = 65 * kMebibyte},
            64 * kMebibyte,
            "takes 65 MiB of memory, and --worker-memory is 64 MiB"}}) {
    EXPECT_EQ(why_to_retire(row.use, row.most_memory).value_or(""), row.why);
  }
}

TEST(RetirementTest, SeesTheMemoryOfAProcess) {
  const std::uint64_t own = resident_memory(::getpid());
  EXPECT_GT(own, kMebibyte);
  EXPECT_EQ(0u, own % 4096);
  EXPECT_EQ(0u, resident_memory(-1));
}

TEST(OomKillsTest, AreALineOfVmstat) {
  EXPECT_EQ(7u, oom_kills_in("nr_free_pages 1\npgfault 12\noom_kill 7\nnuma_hit 3\n"));
  EXPECT_EQ(0u, oom_kills_in("a 1\noom_kill 0"));
  for (const char* without : {"", "a 1\nb 2\n", "a 1\nxoom_kill 2\n", "a 1\noom_kill x\n"}) {
    EXPECT_FALSE(oom_kills_in(without)) << without;
  }
}

}  // namespace
}  // namespace fanfetch
