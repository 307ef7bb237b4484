#include "tests/coordinator/fleet/run/link_sender_test.h"

#include <unistd.h>

namespace fanfetch {
namespace {

/// What was under way took too long: it goes on as it was.
TEST_F(LinkSenderTest, APartitionThatIsReleasedGoesOn) {
  LinkSender sender = make();
  begin(sender);
  const unsigned big = whole_partition(kBigOrigin);
  add(sender, kBigOrigin, kFullWindow + 3000);
  drain(sender, {big});
  sender.release({big});
  EXPECT_EQ(sender.outstanding(), kFullWindow);
  EXPECT_EQ(finish(sender), (std::map<unsigned, unsigned>{{1, 3000}}));
}

/// Its result may come before it goes. After another loss it does not go at all.
TEST_F(LinkSenderTest, APartitionIsNotDrainedWhileALostLinkIsToBeSentAgain) {
  LinkSender sender = make();
  begin(sender);
  const unsigned big = whole_partition(kBigOrigin);
  add(sender, kBigOrigin, 1);
  sender.on_lost();
  sender.send_lost();
  answer_all(sender);
  EXPECT_EQ(sender.outstanding(), 0u);
  EXPECT_FALSE(sender.is_drained({big}));
  sender.on_lost();
  EXPECT_TRUE(sender.is_drained({big}));
}

TEST_F(LinkSenderTest, WhatWasParkedGoesToItsPiece) {
  LinkSender sender = make();
  begin(sender);
  const unsigned big = whole_partition(kBigOrigin);
  add(sender, kBigOrigin, kFullWindow + 3000);
  drain(sender, {big});
  add(sender, kBigOrigin, 100);
  EXPECT_EQ(sender.outstanding(), 0u) << "it is held";
  EXPECT_EQ(sender.window().parked(big), 3100u);

  sender.spread({"big.test", 80, 4}, {big});
  EXPECT_TRUE(sender.is_moving());
  add(sender, kBigOrigin, 50);  // read while they are moved
  EXPECT_TRUE(sender.move_parked());
  EXPECT_GE(sender.window().parked(big), 3100u - 512) << "some at a time";
  int turns = 1;
  while (sender.move_parked()) ++turns;
  EXPECT_EQ(turns, 3100 / 512);
  EXPECT_FALSE(sender.is_moving());
  EXPECT_EQ(sender.window().parked(), 0u);
  for (unsigned number = 0; number < 4; ++number) {
    const unsigned to =
        spread_partition(parse_url(kBigOrigin + "/")->origin(), {number, 4}, kSomePartitions);
    EXPECT_GT(sender.window().outstanding(to), 500u) << number;
  }
  EXPECT_EQ(finish(sender), (std::map<unsigned, unsigned>{{4, 3150}}));
}

/// More than fits into the windows of its pieces, and another host in one of their partitions.
TEST_F(LinkSenderTest, WhatThereIsNoRoomForIsParkedThere) {
  LinkSender sender = make();
  begin(sender);
  const unsigned big = whole_partition(kBigOrigin);
  std::string neighbour;  // shares its partition
  for (int n = 0; neighbour.empty(); ++n) {
    const std::string host = fmt::format("http://n{}.test", n);
    if (whole_partition(host) == big) neighbour = host;
  }
  add(sender, kBigOrigin, kFullWindow);
  add(sender, neighbour, 300);
  add(sender, kBigOrigin, 3 * kFullWindow);
  drain(sender, {big});
  sender.spread({"big.test", 80, 2}, {big});
  while (sender.move_parked()) {
  }
  EXPECT_FALSE(sender.is_moving());
  EXPECT_EQ(sender.outstanding(), 2 * kFullWindow);
  EXPECT_EQ(sender.window().parked(), 3 * kFullWindow + 300 - 2 * kFullWindow);
  EXPECT_EQ(finish(sender), (std::map<unsigned, unsigned>{{1, 300}, {2, 3 * kFullWindow}}));
}

/// Its links are all that the spool holds, and the reader has one in its hand.
TEST_F(LinkSenderTest, AFullSpoolIsEmptiedAllTheSame) {
  LinkSender sender = make(std::uint64_t{1} << 20);
  begin(sender);
  const unsigned big = whole_partition(kBigOrigin);
  add(sender, kBigOrigin, kFullWindow);
  while (sender.room() > 0) add(sender, kBigOrigin, 1);
  const auto parked = sender.window().parked();
  EXPECT_GT(parked, 4000u) << "more than the windows of its pieces take";
  add(sender, kSmallOrigin, 1);  // behind the one that waits
  drain(sender, {big});
  EXPECT_EQ(sender.room(), 0u);

  sender.spread({"big.test", 80, 2}, {big});
  (void)sender.move_parked();
  add(sender, kBigOrigin, 20);
  const auto pieces = finish(sender);
  EXPECT_EQ(pieces,
            (std::map<unsigned, unsigned>{{1, 1}, {2, static_cast<unsigned>(parked) + 21}}));
}

/// The two origins of a port.
TEST_F(LinkSenderTest, TwoPartitionsAreMovedOneAfterTheOther) {
  LinkSender sender = make(std::uint64_t{1} << 20);
  begin(sender);
  const std::string other = "https://big.test:8080", one = "http://big.test:8080";
  const std::vector<unsigned> both{whole_partition(one), whole_partition(other)};
  ASSERT_NE(both[0], both[1]);
  for (const std::string& origin : {one, other}) add(sender, origin, kFullWindow + 1000);
  while (sender.room() > 0) add(sender, one, 1);
  const auto left = waiting_.size() - 2 * kFullWindow;
  drain(sender, both);
  sender.spread({"big.test", 8080, 8}, both);
  EXPECT_EQ(finish(sender), (std::map<unsigned, unsigned>{{8, left}}));
}

TEST_F(LinkSenderTest, ADamagedSpoolEndsTheRun) {
  LinkSender sender = make();
  begin(sender);
  const unsigned big = whole_partition(kBigOrigin);
  add(sender, kBigOrigin, kFullWindow + 3000);
  drain(sender, {big});
  ASSERT_EQ(::truncate(dir_.at("spool").c_str(), 0), 0);
  sender.spread({"big.test", 80, 4}, {big});
  EXPECT_FALSE(sender.move_parked());
  EXPECT_NE(gone_, "");
  gone_.clear();
  EXPECT_FALSE(sender.move_parked());
  EXPECT_EQ(gone_, "") << "it is said once";
}

}  // namespace
}  // namespace fanfetch
