#include "coordinator/pool/death_toll.h"

#include <gtest/gtest.h>

#include <csignal>

namespace fanfetch {
namespace {

const WorkerDeath kKilled{.how = "was killed", .signal = SIGKILL};

TEST(DeathTollTest, AKillThatIsNotOursMayBeTheKernels) {
  struct Row {
    WorkerDeath death;
    bool by_us;
    std::optional<std::uint64_t> before, now;
    bool short_of_memory;
  };
  for (const Row& row :
       {Row{kKilled, false, 3, 4, true}, Row{kKilled, false, 3, 3, false},
        Row{kKilled, true, 3, 4, false}, Row{kKilled, false, std::nullopt, 4, false},
        Row{kKilled, false, 3, std::nullopt, false},
        Row{{.how = "was killed", .signal = SIGSEGV}, false, 3, 4, false},
        Row{{.how = "exited"}, false, 3, 4, false}}) {
    DeathToll toll;
    toll.begin(row.before);
    EXPECT_EQ(
        toll.tell(row.death, row.by_us, row.now),
        row.death.how + (row.short_of_memory ? ": the kernel may have been out of memory" : ""));
  }
}

TEST(DeathTollTest, ManyInARowAreHopeless) {
  DeathToll toll;
  (void)toll.tell({.how = "exited"}, false, std::nullopt);
  for (unsigned i = 1; i < DeathToll::kHopeless; ++i) toll.count();
  EXPECT_FALSE(toll.verdict(false));
  toll.on_job_done();
  toll.count();
  EXPECT_FALSE(toll.verdict(false)) << "a job was done in between";
  for (unsigned i = 1; i < DeathToll::kHopeless; ++i) toll.count();
  ASSERT_TRUE(toll.verdict(false));
  EXPECT_EQ(toll.verdict(false)->message,
            "the worker processes keep dying (the last one exited); this is a bug");
}

TEST(DeathTollTest, SaysWhatMayHelp) {
  DeathToll toll;
  toll.begin(0);
  (void)toll.tell(kKilled, false, 1);
  for (unsigned i = 0; i < DeathToll::kHopeless; ++i) toll.count();
  EXPECT_EQ(toll.verdict(false)->message,
            "the worker processes keep dying (the last one was killed: the kernel may have been "
            "out of memory); lower --jobs or --workers, or give it more memory");
  const std::string whole = "is fanfetch installed whole?", kills = "somebody kills them";
  const auto says = [&](std::string_view words) {
    return toll.verdict(true)->message.find(words) != std::string::npos;
  };
  EXPECT_FALSE(says(whole)) << "its programs begin, and are killed";
  (void)toll.tell(kKilled, false, 1);
  EXPECT_TRUE(says("lower --jobs"));
  toll.begin(1);
  (void)toll.tell(kKilled, false, 1);
  EXPECT_TRUE(says(kills) && !says(whole));
  (void)toll.tell(kKilled, true, 1);
  EXPECT_TRUE(says(whole)) << "we killed it, as it did not begin";
  (void)toll.tell({.how = "exited"}, false, 1);
  EXPECT_TRUE(says(whole));
}

}  // namespace
}  // namespace fanfetch
