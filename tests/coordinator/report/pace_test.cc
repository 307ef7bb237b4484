#include "coordinator/report/pace.h"

#include <gtest/gtest.h>

#include "tests/coordinator/report/run_values.h"

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

TEST(Pace, RatesAreSmooth) {
  Pace pace(kStart);
  for (std::uint64_t i = 1; i <= 100; ++i) {  // 10 a second, in bursts of two every 200 ms
    pace.note({.settled = i * 2,
               .total = 1000,
               .bytes = i * kMega,
               .fetched = i * 2,
               .read = 1000,
               .to_fetch = 1000,
               .held = 1000 - i * 2},
              kStart + i * 200ms);
    EXPECT_NEAR(pace.links_per_second(), 10, 1e-6);
    EXPECT_NEAR(pace.bytes_per_second(), 5 * kMega, 1);
    EXPECT_EQ(pace.time_left(), std::chrono::seconds((1000 - i * 2 + 5) / 10));
  }
}

TEST(Pace, AStallShowsAndLostBytesDoNot) {
  Pace pace(kStart);
  pace.note({.settled = 10, .total = 20, .bytes = 10 * kMega, .fetched = 10}, kStart + 1s);
  // A worker died with 2 MiB in flight, and nothing comes any more.
  for (int i = 1; i <= 60; ++i) {
    pace.note({.settled = 10, .total = 20, .bytes = 8 * kMega, .fetched = 10},
              kStart + 1s + i * 1s);
  }
  EXPECT_LT(pace.links_per_second(), 0.01);
  EXPECT_LT(pace.bytes_per_second(), 100);
}

TEST(Pace, NothingIsDividedByZero) {
  Pace pace(kStart);
  pace.note({}, kStart);
  EXPECT_EQ(pace.links_per_second(), 0);
  EXPECT_EQ(pace.time_left(), std::nullopt);
  pace.note({.total = 9, .held = 9}, kStart + 5s);
  EXPECT_EQ(pace.time_left(), std::nullopt) << "nothing has come yet";
  pace.note({.settled = 9, .total = 9, .fetched = 9}, kStart + 6s);
  EXPECT_EQ(pace.time_left(), std::nullopt) << "nothing is left";
}

/// A hundred thousand links were kept within two seconds, then ten a second come.
TEST(Pace, KeptLinksAreNoSpeed) {
  Pace pace(kStart);
  constexpr std::uint64_t kKept = 100'000, kTotal = 200'000, kHeld = 1024;
  for (std::uint64_t i = 1; i <= 600; ++i) {
    const std::uint64_t kept = std::min(kKept, i * kKept / 10);
    const std::uint64_t fetched = i > 10 ? (i - 10) * 2 : 0;
    const std::uint64_t added = i > 10 ? fetched + kHeld : 0;
    pace.note({.settled = kept + fetched,
               .total = kTotal,
               .fetched = fetched,
               .read = kept + added,
               .to_fetch = added,
               .held = added - fetched},
              kStart + i * 200ms);
    EXPECT_LE(pace.links_per_second(), 10.001);
  }
  // 98,820 links at 10 a second are left. A hundred seconds after the kept ones, the estimate
  // knows that most of those that follow have to be fetched.
  ASSERT_TRUE(pace.time_left());
  EXPECT_GT(*pace.time_left(), 7000s);
  EXPECT_LT(*pace.time_left(), 10'000s);
}

/// Of a list in which every second link is there already, only the other half takes time.
TEST(Pace, OfTheUnreadLinksAShareIsKept) {
  Pace pace(kStart);
  for (std::uint64_t i = 1; i <= 600; ++i) {
    const std::uint64_t fetched = i * 10;
    pace.note({.settled = i * 20,
               .total = 100'000,
               .fetched = fetched,
               .read = i * 20,
               .to_fetch = fetched},
              kStart + i * 1s);
  }
  ASSERT_TRUE(pace.time_left());
  EXPECT_EQ(*pace.time_left(), 4400s);  // 88,000 are left: half of them at 10 a second
}

/// Four of eight files of 1 GiB are in flight, and 1 MiB comes a second.
TEST(Pace, FewLargeFilesGoByTheirBytes) {
  constexpr std::uint64_t kGiga = 1 << 30;
  Pace pace(kStart);
  const auto state = [](std::uint64_t mebibytes) {
    return ProgressState{.total = 8,
                         .bytes = mebibytes * kMega,
                         .read = 8,
                         .to_fetch = 8,
                         .held = 8,
                         .in_flight = 4,
                         .known_in_flight = 4,
                         .known_received = mebibytes * kMega,
                         .known_to_come = 4 * kGiga - mebibytes * kMega};
  };
  for (std::uint64_t i = 1; i <= 600; ++i) pace.note(state(i), kStart + i * 1s);
  EXPECT_EQ(pace.time_left(), std::chrono::seconds(8 * 1024 - 600));
  ASSERT_TRUE(pace.total_bytes());
  EXPECT_EQ(pace.total_bytes()->bytes, 8 * kGiga);
  EXPECT_FALSE(pace.total_bytes()->exact) << "four have no known size";

  // All that is left is in flight.
  ProgressState last = state(700);
  last.settled = last.fetched = last.saved = 4;
  last.saved_bytes = kGiga;  // the others were small
  last.held = 4;
  last.known_to_come = kGiga;
  pace.note(last, kStart + 700s);
  EXPECT_EQ(pace.total_bytes()->bytes, 700 * kMega + kGiga);
  EXPECT_TRUE(pace.total_bytes()->exact);
  EXPECT_EQ(pace.time_left(), 1024s);
}

/// A thousand small files are soon done; a large one that came first is not.
TEST(Pace, ALargeFileAmongSmallOnesIsSeen) {
  Pace pace(kStart);
  for (std::uint64_t i = 1; i <= 60; ++i) {
    pace.note({.settled = i * 10,
               .total = 1000,
               .bytes = i * kMega,
               .fetched = i * 10,
               .saved = i * 10,
               .saved_bytes = i * 1000,
               .read = 1000,
               .to_fetch = 1000,
               .held = 1000 - i * 10,
               .in_flight = 16,
               .known_in_flight = 1,
               .known_received = i * kMega,
               .known_to_come = 1000 * kMega},
              kStart + i * 1s);
  }
  EXPECT_EQ(pace.time_left(), 1000s);
  EXPECT_EQ(pace.total_bytes(), std::nullopt) << "links say more";
}

/// Where every second link fails without a byte, it counts as none.
TEST(Pace, FailuresBringNoBytes) {
  Pace pace(kStart);
  for (std::uint64_t i = 1; i <= 600; ++i) {
    pace.note({.settled = 10,
               .total = 20,
               .bytes = i * kMega,
               .fetched = 10,
               .saved = 5,
               .saved_bytes = 500 * kMega,
               .read = 20,
               .to_fetch = 20,
               .held = 10,
               .in_flight = 2,
               .known_in_flight = 2,
               .known_received = 100 * kMega,
               .known_to_come = 100 * kMega},
              kStart + i * 1s);
  }
  EXPECT_EQ(pace.time_left(), 500s);  // 100 MiB, and 8 links of 50 MiB
}

TEST(Pace, NothingIsOverBeforeTheLongestWait) {
  Pace pace(kStart);
  ProgressState state{.settled = 90,
                      .total = 100,
                      .fetched = 90,
                      .read = 100,
                      .to_fetch = 100,
                      .held = 10,
                      .in_flight = 2,
                      .hosts_waiting = 1,
                      .longest_wait = 1h};
  pace.note(state, kStart + 9s);
  EXPECT_EQ(pace.time_left(), 1h);
  state.everything_waits = true;
  pace.note(state, kStart + 10s);
  EXPECT_EQ(pace.time_left(), std::nullopt);
}

}  // namespace
}  // namespace fanfetch
