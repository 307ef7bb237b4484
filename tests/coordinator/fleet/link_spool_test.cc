#include "coordinator/fleet/link_spool.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <deque>
#include <filesystem>
#include <fstream>

#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

constexpr std::uint64_t kMost = 64 << 20;

class LinkSpoolTest : public testing::Test {
 protected:
  LinkSpool open(unsigned partitions, std::uint64_t most = kMost) {
    auto spool = LinkSpool::open(folder_.get(), "parked", partitions, most);
    EXPECT_TRUE(spool);
    return std::move(*spool);
  }
  std::uint64_t on_disk() const { return std::filesystem::file_size(dir_.path() / "parked"); }

  support::TempDir dir_;
  UniqueFd folder_{::open(dir_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
};

TEST_F(LinkSpoolTest, EachPartitionInItsOwnOrder) {
  LinkSpool spool = open(3);
  for (const char* link : {"a", "", "c"}) ASSERT_TRUE(spool.park(1, link));
  ASSERT_TRUE(spool.park(2, "z"));
  EXPECT_EQ(spool.size(), 4u);
  EXPECT_EQ(spool.size(1), 3u);
  EXPECT_EQ(spool.take(1), "a");
  EXPECT_EQ(spool.take(2), "z");
  EXPECT_EQ(spool.take(1), "");
  ASSERT_TRUE(spool.park(1, "d"));
  EXPECT_EQ(spool.take(1), "c");
  EXPECT_EQ(spool.take(1), "d");
  EXPECT_EQ(spool.size(), 0u);
  EXPECT_EQ(on_disk(), 0u) << "few links never touch the disk";
}

/// Against a queue in memory: sizes around those of blocks, and in the long run more is parked,
/// then less.
TEST_F(LinkSpoolTest, ComesBackAsItWentIn) {
  LinkSpool spool = open(7);
  std::vector<std::deque<std::string>> expected(7);
  std::uint64_t state = 7;
  const auto dice = [&state](unsigned below) {
    state = state * 6364136223846793005 + 1442695040888963407;
    return static_cast<unsigned>(state >> 33) % below;
  };
  std::uint64_t largest = 0;
  for (int step = 0; step < 60'000; ++step) {
    const unsigned partition = dice(7);
    auto& queue = expected[partition];
    const bool parks = dice(10) < (step / 10'000 % 2 == 0 ? 7u : 3u);
    if (parks) {
      const unsigned size = dice(50) == 0 ? 4080 + dice(20) : dice(300);
      std::string link(size, static_cast<char>('a' + dice(26)));
      link += std::to_string(step);
      ASSERT_TRUE(spool.has_room());
      ASSERT_TRUE(spool.park(partition, link));
      queue.push_back(std::move(link));
    } else if (!queue.empty()) {
      const auto link = spool.take(partition);
      ASSERT_TRUE(link) << link.error().message;
      ASSERT_EQ(*link, queue.front()) << step;
      queue.pop_front();
    }
    ASSERT_EQ(spool.size(partition), queue.size());
    largest = std::max(largest, spool.file_bytes());
  }
  EXPECT_GT(largest, 100'000u);
  for (unsigned partition = 0; partition < 7; ++partition) {
    for (const std::string& link : expected[partition]) ASSERT_EQ(spool.take(partition), link);
  }
  EXPECT_EQ(spool.size(), 0u);
  EXPECT_EQ(on_disk(), 0u) << "the disk has its room back";
  ASSERT_TRUE(spool.park(0, std::string(LinkSpool::kMostLinkBytes, 'x')));
  ASSERT_TRUE(spool.park(0, "y"));
  EXPECT_EQ(spool.take(0)->size(), LinkSpool::kMostLinkBytes);
  EXPECT_EQ(spool.take(0), "y");
}

/// A queue that moves on takes no more room than its links.
TEST_F(LinkSpoolTest, BlocksAreUsedAgain) {
  LinkSpool spool = open(2);
  const std::string link(100, 'x');
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(spool.park(0, link));
  for (int i = 0; i < 20'000; ++i) {
    ASSERT_TRUE(spool.park(0, link));
    ASSERT_EQ(spool.take(0), link);
  }
  EXPECT_LE(spool.file_bytes(), 40 * LinkSpool::kBlockBytes);
}

TEST_F(LinkSpoolTest, IsBounded) {
  const std::uint64_t most = 1 << 20;
  LinkSpool spool = open(5, most);
  const std::string link(1000, 'x');
  int parked = 0;
  for (; spool.has_room(); ++parked) ASSERT_TRUE(spool.park(parked % 5u, link));
  EXPECT_GT(parked, 700);
  EXPECT_LE(spool.file_bytes(), most);
  for (int i = 0; i < parked / 2; ++i) ASSERT_EQ(spool.take(i % 5u), link);
  EXPECT_TRUE(spool.has_room());
}

TEST_F(LinkSpoolTest, WhatAnEarlierDriverLeftIsDropped) {
  dir_.write("parked", std::string(100'000, 'x'));
  {
    LinkSpool spool = open(1);
    EXPECT_EQ(spool.size(), 0u);
    EXPECT_EQ(on_disk(), 0u);
  }
  EXPECT_FALSE(std::filesystem::exists(dir_.path() / "parked"));
}

TEST_F(LinkSpoolTest, IsForItsOwnerAlone) {
  const LinkSpool spool = open(1);
  const auto mode = std::filesystem::status(dir_.path() / "parked").permissions();
  EXPECT_EQ(mode & (std::filesystem::perms::group_all | std::filesystem::perms::others_all),
            std::filesystem::perms::none);
}

TEST_F(LinkSpoolTest, FollowsNoLinkAndSaysWhy) {
  std::filesystem::create_symlink(dir_.path() / "target", dir_.path() / "parked");
  const auto spool = LinkSpool::open(folder_.get(), "parked", 1, kMost);
  ASSERT_FALSE(spool);
  EXPECT_NE(spool.error().message.find("parked"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(dir_.path() / "target"));
}

/// Others wrote to the file, or cut it.
TEST_F(LinkSpoolTest, DamageIsAnError) {
  for (const bool is_cut : {true, false}) {
    LinkSpool spool = open(1);
    for (int i = 0; i < 1000; ++i) ASSERT_TRUE(spool.park(0, std::string(100, 'x')));
    if (is_cut) {
      std::filesystem::resize_file(dir_.path() / "parked", 10);
    } else {
      std::fstream file(dir_.path() / "parked", std::ios::in | std::ios::out | std::ios::binary);
      const std::string junk(LinkSpool::kBlockBytes * 3, '\xFF');
      file.write(junk.data(), static_cast<std::streamsize>(junk.size()));
    }
    std::string error;
    while (spool.size() > 0 && error.empty()) {
      const auto link = spool.take(0);
      if (!link) error = link.error().message;
    }
    EXPECT_NE(error.find("parked"), std::string::npos) << is_cut;
  }
}

/// A block that leads to another partition's, to one that was read, or past some.
TEST_F(LinkSpoolTest, ADamagedChainLeadsNowhere) {
  constexpr std::uint32_t kNone = ~std::uint32_t{0};
  for (std::uint32_t next = kNone; next == kNone || next < 60; ++next) {
    if (next == 1) continue;  // as it was
    LinkSpool spool = open(2);
    const std::string own(100, 'a'), other(100, 'b');
    for (int i = 0; i < 1000; ++i) {
      ASSERT_TRUE(spool.park(0, own));
      ASSERT_TRUE(spool.park(1, other));
    }
    ASSERT_LT(spool.file_bytes(), 60 * LinkSpool::kBlockBytes);
    {
      std::fstream file(dir_.path() / "parked", std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(12);
      file.write(reinterpret_cast<const char*>(&next), sizeof next);
    }
    Result<std::string> link;
    for (int i = 0; i < 1000 && link; ++i) {
      link = spool.take(0);
      ASSERT_EQ(link.value_or(own), own) << next;
    }
    ASSERT_FALSE(link) << next;
    EXPECT_NE(link.error().message.find("parked"), std::string::npos) << link.error().message;
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(spool.take(1), other) << next;
    EXPECT_TRUE(spool.has_room());
  }
}

TEST_F(LinkSpoolTest, NothingIsTakenFromAnEmptyQueue) {
  LinkSpool spool = open(2);
  ASSERT_TRUE(spool.park(0, "a"));
  EXPECT_EQ(spool.take(1).error().message, "parked has no link of the partition 1");
  EXPECT_EQ(spool.take(0), "a");
  EXPECT_FALSE(spool.take(0));
  EXPECT_EQ(spool.size(), 0u);
}

/// A disk that is full: the link is not parked, and the next one may be.
TEST_F(LinkSpoolTest, AFullDiskLosesNothing) {
  LinkSpool spool = open(1);
  int parked = 0;
  struct rlimit before {
  }, none{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  none = before;
  none.rlim_cur = 2 * LinkSpool::kBlockBytes;
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &none), 0);
  Result<> result;
  for (; result && parked < 10'000; ++parked) result = spool.park(0, std::to_string(parked));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, ignored);
  ASSERT_FALSE(result);
  --parked;
  EXPECT_EQ(spool.size(), static_cast<std::uint64_t>(parked));
  ASSERT_TRUE(spool.park(0, std::to_string(parked)));
  for (int i = 0; i <= parked; ++i) ASSERT_EQ(spool.take(0), std::to_string(i));
}

}  // namespace
}  // namespace fanfetch
