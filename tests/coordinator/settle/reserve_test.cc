#include "coordinator/settle/reserve.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <optional>

#include "tests/support/as_nobody.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

namespace fs = std::filesystem;

class ReserveTest : public ::testing::Test {
 protected:
  support::TempDir temp_;
  const std::string path_ = temp_.at("reserve");
};

TEST_F(ReserveTest, TakesRoomThatItCanGiveBackOnce) {
  Reserve reserve(path_);
  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_GE(status.st_blocks * 512, 4 << 20) << "not a hole";
  EXPECT_TRUE(reserve.free());
  EXPECT_FALSE(fs::exists(path_));
  EXPECT_FALSE(reserve.free());
}

TEST_F(ReserveTest, GoesWithItsOwner) {
  { const Reserve reserve(path_); }
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(ReserveTest, WhatAKilledRunLeftIsTakenOver) {
  (void)temp_.write("reserve", std::string(4u << 20, '\0'));
  Reserve reserve(path_);
  EXPECT_TRUE(reserve.free());
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(ReserveTest, AFileOfTheUsersStays) {
  (void)temp_.write("reserve", "mine");
  {
    Reserve reserve(path_);
    EXPECT_FALSE(reserve.free());
  }
  EXPECT_EQ(support::read_file(path_), "mine");
}

TEST_F(ReserveTest, FollowsNoLink) {
  const std::string precious = temp_.write("precious", "precious");
  fs::create_symlink(precious, path_);
  Reserve reserve(path_);
  EXPECT_FALSE(reserve.free());
  EXPECT_EQ(support::read_file(precious), "precious");
}

TEST_F(ReserveTest, WhereThereIsNoRoomThereIsNone) {
  const AsNobody nobody({}, temp_.path());
  Reserve reserve(path_);
  EXPECT_FALSE(reserve.free());
}

}  // namespace
}  // namespace fanfetch
