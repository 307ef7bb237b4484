#include "coordinator/fleet/fleet_window.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>

namespace fanfetch {
namespace {

using Way = FleetWindow::Way;

/// Offers `count` links of a partition; returns how many went each way, and stops where one waits.
std::map<Way, int> offer(FleetWindow& window, unsigned partition, int count, bool has_room = true) {
  std::map<Way, int> ways;
  for (int i = 0; i < count; ++i) {
    const Way way = window.on_link(partition, has_room);
    ++ways[way];
    if (way == Way::wait) break;
  }
  return ways;
}

void answer(FleetWindow& window, unsigned partition, int count) {
  for (int i = 0; i < count; ++i) window.on_result(partition);
}

TEST(FleetWindow, PastAFullPartitionTheReaderGoesOn) {
  FleetWindow window(8, {.each = 20, .all = 100});
  EXPECT_EQ(offer(window, 3, 50), (std::map<Way, int>{{Way::send, 20}, {Way::park, 30}}));
  EXPECT_EQ(offer(window, 4, 1), (std::map<Way, int>{{Way::send, 1}}));
  EXPECT_EQ(window.outstanding(), 21u);
  EXPECT_EQ(window.outstanding(3), 20u);
  EXPECT_EQ(window.parked(), 30u);
  EXPECT_FALSE(window.is_empty());
}

TEST(FleetWindow, WhatIsParkedGoesBeforeWhatIsReadLater) {
  FleetWindow window(2, {.each = 20, .all = 100});
  offer(window, 0, 30);
  answer(window, 0, 20);
  EXPECT_EQ(window.on_link(0, true), Way::park);
  const auto refill = window.refill();
  ASSERT_TRUE(refill);
  EXPECT_EQ(refill->partition, 0u);
  EXPECT_EQ(refill->count, 11u);
  EXPECT_FALSE(window.refill());
  EXPECT_EQ(window.on_link(0, true), Way::send);
}

TEST(FleetWindow, RefillsComeInBatches) {
  FleetWindow window(1, {.each = 20, .all = 100});
  offer(window, 0, 100);
  answer(window, 0, 4);
  EXPECT_FALSE(window.refill());
  answer(window, 0, 1);
  EXPECT_EQ(window.refill()->count, 5u);
}

TEST(FleetWindow, AFullSpoolMakesTheReaderWait) {
  FleetWindow window(2, {.each = 10, .all = 100});
  EXPECT_EQ(offer(window, 0, 11, false), (std::map<Way, int>{{Way::send, 10}, {Way::wait, 1}}));
  EXPECT_EQ(window.on_link(0, false), Way::wait);
  answer(window, 0, 1);
  EXPECT_EQ(window.on_link(0, false), Way::send);
  EXPECT_EQ(window.outstanding(), 10u);
}

/// A disk that is full.
TEST(FleetWindow, WhatTheSpoolRefusesIsNotParked) {
  FleetWindow window(2, {.each = 1, .all = 100});
  EXPECT_EQ(window.on_link(0, true), Way::send);
  EXPECT_EQ(window.on_link(0, true), Way::park);
  window.not_parked(0);
  EXPECT_EQ(window.parked(), 0u);
  answer(window, 0, 1);
  EXPECT_FALSE(window.refill()) << "the spool has none";
  EXPECT_TRUE(window.is_empty());
  EXPECT_EQ(window.on_link(0, true), Way::send) << "the same link";
}

TEST(FleetWindow, AResultTooManyChangesNothing) {
  FleetWindow window(2, {});
  offer(window, 0, 1);
  answer(window, 1, 1);
  EXPECT_EQ(window.outstanding(), 1u);
  answer(window, 0, 2);
  EXPECT_EQ(window.outstanding(0), 0u);
  EXPECT_TRUE(window.is_empty());
}

TEST(FleetWindow, NothingOfAPartitionThatIsHeldIsSent) {
  FleetWindow window(3, {.each = 10, .all = 100});
  offer(window, 0, 15);
  offer(window, 1, 1);
  window.hold(0);
  window.hold(2);
  answer(window, 0, 10);
  EXPECT_FALSE(window.refill());
  EXPECT_EQ(offer(window, 0, 1), (std::map<Way, int>{{Way::park, 1}}));
  EXPECT_EQ(offer(window, 2, 1), (std::map<Way, int>{{Way::park, 1}})) << "it had none";
  EXPECT_EQ(offer(window, 2, 1, false), (std::map<Way, int>{{Way::wait, 1}}));
  EXPECT_EQ(offer(window, 1, 1), (std::map<Way, int>{{Way::send, 1}})) << "it is not held";
  EXPECT_EQ(window.outstanding(0), 0u);
  EXPECT_EQ(window.parked(0), 6u);
  window.release(0);
  EXPECT_EQ(window.refill()->count, 6u);
  EXPECT_FALSE(window.refill()) << "the other is held";
  window.release(2);
  EXPECT_EQ(window.refill()->partition, 2u);
}

TEST(FleetWindow, WhereAParkedLinkGoes) {
  struct Row {
    int sent, parked;  // of the partition 1, to which the link belongs
    bool is_held, has_room, is_full;
    Way way;
  };
  for (const Row& row :
       {Row{0, 0, false, false, false, Way::send}, Row{9, 0, false, true, false, Way::send},
        Row{10, 0, false, true, false, Way::park}, Row{10, 0, false, false, false, Way::wait},
        Row{10, 1, false, true, false, Way::park},
        Row{8, 1, false, true, false, Way::park},  // the parked one is first
        Row{8, 1, false, false, false, Way::wait}, Row{8, 1, true, false, false, Way::send},
        Row{10, 1, true, true, false, Way::park}, Row{0, 0, false, true, true, Way::park},
        Row{0, 0, true, false, true, Way::wait}}) {
    FleetWindow window(4, {.each = 10, .all = 30});
    offer(window, 0, 12);
    offer(window, 1, row.sent);
    if (row.is_full) {
      offer(window, 2, 10);
      offer(window, 3, 10);
    }
    if (row.parked > 0) {
      window.hold(1);
      offer(window, 1, row.parked);
      window.release(1);
    }
    if (row.is_held) window.hold(1);
    const auto out = window.outstanding(), parked = window.parked();
    EXPECT_EQ(window.way_of_parked(1, row.has_room), row.way)
        << row.sent << " " << row.parked << " " << row.is_held << row.has_room << row.is_full;
    EXPECT_EQ(window.parked(0), 2u) << "nothing has changed";
    if (row.way == Way::wait) continue;
    window.on_moved(0, 1, row.way);
    EXPECT_EQ(window.parked(0), 1u);
    EXPECT_EQ(window.outstanding() + window.parked(), out + parked);
    EXPECT_EQ(window.outstanding(1), static_cast<unsigned>(row.sent) + (row.way == Way::send));
    EXPECT_EQ(window.parked(1), static_cast<unsigned>(row.parked) + (row.way == Way::park));
  }
}

TEST(FleetWindow, AParkedLinkMayStay) {
  FleetWindow window(2, {.each = 10, .all = 100});
  offer(window, 0, 21);
  window.hold(0);
  answer(window, 0, 10);
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(window.way_of_parked(0, false), Way::send);
    window.on_moved(0, 0, Way::send);
  }
  EXPECT_EQ(window.way_of_parked(0, false), Way::wait);
  EXPECT_EQ(window.way_of_parked(0, true), Way::park);
  window.on_moved(0, 0, Way::park);
  EXPECT_EQ(window.outstanding(0), 10u);
  EXPECT_EQ(window.parked(0), 1u);
  answer(window, 0, 10);
  window.release(0);
  EXPECT_EQ(window.refill()->count, 1u);
  answer(window, 0, 1);
  EXPECT_TRUE(window.is_empty());
}

/// Each partition that counts as one with links makes the shares of all others smaller.
TEST(FleetWindow, ALinkThatWaitsElsewhereCountsThere) {
  FleetWindow window(3, {.each = 10, .all = 20});
  offer(window, 0, 10);
  window.hold(1);
  EXPECT_EQ(window.on_link(1, false), Way::wait);
  EXPECT_EQ(offer(window, 2, 10, false), (std::map<Way, int>{{Way::send, 6}, {Way::wait, 1}}))
      << "three share";
  window.forget_waiting(1);
  EXPECT_EQ(offer(window, 2, 10, false), (std::map<Way, int>{{Way::send, 4}, {Way::wait, 1}}));
}

TEST(FleetWindow, WhoseWindowIsFull) {
  FleetWindow window(4, {.each = 10, .all = 100});
  EXPECT_TRUE(window.full().empty());
  offer(window, 1, 10);
  offer(window, 2, 14);
  offer(window, 3, 11);
  EXPECT_EQ(window.full(), (std::vector<FleetWindow::Load>{{2, 14}, {3, 11}}));
}

/// A list that is sorted by host: two thousand partitions of a thousand nodes have work, although
/// the first fifty could take all that may be outstanding.
TEST(FleetWindow, EachPartitionGetsItsShare) {
  FleetWindow window(1024, FleetWindow::Limits());
  std::vector<int> most(1024);
  for (unsigned partition = 0; partition < 1024; ++partition) {
    for (int link = 0; link < 3000; ++link) {
      // Nodes answer as fast as they get links, evenly.
      for (int turn = 0; window.on_link(partition, true) == Way::wait; ++turn) {
        ASSERT_LT(turn, 1000) << "the reader waits for ever";
        for (unsigned busy = 0; busy <= partition; ++busy) {
          if (window.outstanding(busy) > 0) window.on_result(busy);
        }
        while (window.refill()) {
        }
      }
      ASSERT_LE(window.outstanding(), 100'000u);
    }
  }
  for (unsigned partition = 0; partition < 1024; ++partition) {
    EXPECT_GE(window.outstanding(partition), 1u) << partition;
  }
}

TEST(FleetWindow, LinksComeOutInTheOrderOfTheList) {
  FleetWindow window(5, {.each = 4, .all = 12});
  std::map<unsigned, std::deque<int>> spool, sent;
  std::uint64_t state = 1;
  const auto dice = [&state](unsigned below) {
    state = state * 6364136223846793005 + 1442695040888963407;
    return static_cast<unsigned>(state >> 33) % below;
  };
  int read = 0, done = 0;
  std::map<unsigned, int> last;
  std::optional<unsigned> held;
  while (done < 20'000) {
    if (read < 20'000) {
      const unsigned partition = held ? *held : dice(5);
      const Way way = window.on_link(partition, spool[partition].size() < 50);
      if (way == Way::wait) {
        held = partition;
      } else {
        held.reset();
        (way == Way::send ? sent : spool)[partition].push_back(read++);
      }
    }
    while (const auto refill = window.refill()) {
      for (unsigned i = 0; i < refill->count; ++i) {
        sent[refill->partition].push_back(spool[refill->partition].front());
        spool[refill->partition].pop_front();
      }
    }
    const unsigned partition = dice(5);
    ASSERT_EQ(window.outstanding(partition), sent[partition].size());
    ASSERT_LE(window.outstanding(), 12u);
    if (sent[partition].empty() || dice(3) == 0) continue;
    window.on_result(partition);
    ASSERT_GE(sent[partition].front(), last[partition]);
    last[partition] = sent[partition].front();
    sent[partition].pop_front();
    ++done;
  }
  EXPECT_TRUE(window.is_empty());
}

TEST(FleetWindow, WhatHasNoResultWhenAllIsQuietWasLost) {
  FleetWindow window(2, {});
  EXPECT_FALSE(window.has_lost({})) << "nothing is outstanding";
  offer(window, 0, 3);
  EXPECT_FALSE(window.has_lost({.links = 3}));
  EXPECT_FALSE(window.has_lost({.results = 1}));
  EXPECT_FALSE(window.has_lost({.sending = 1}));
  EXPECT_TRUE(window.has_lost({}));
  EXPECT_EQ(window.outstanding(), 3u);
  answer(window, 0, 3);
  EXPECT_FALSE(window.has_lost({}));
  EXPECT_TRUE(window.is_empty());
}

}  // namespace
}  // namespace fanfetch
