#include "coordinator/process/replace_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>

#include "common/unique_fd.h"
#include "tests/support/as_nobody.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

namespace fs = std::filesystem;

class ReplaceFileTest : public ::testing::Test {
 protected:
  support::TempDir temp_;
  const UniqueFd folder_{::open(temp_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
};

TEST_F(ReplaceFileTest, MakesAFileAndReplacesIt) {
  EXPECT_EQ(replace_file(folder_.get(), "note", "one"), 0);
  EXPECT_EQ(support::read_file(temp_.at("note")), "one");
  fs::create_hard_link(temp_.at("note"), temp_.at("first"));
  EXPECT_EQ(replace_file(folder_.get(), "note", "two"), 0);
  EXPECT_EQ(support::read_file(temp_.at("note")), "two");
  EXPECT_EQ(support::read_file(temp_.at("first")), "one") << "not written in place";
  EXPECT_FALSE(fs::exists(temp_.at("note.new")));
}

TEST_F(ReplaceFileTest, WhatAKillLeftIsNoObstacle) {
  (void)temp_.write("note.new", "half of a much longer text");
  EXPECT_EQ(replace_file(folder_.get(), "note", "one"), 0);
  EXPECT_EQ(support::read_file(temp_.at("note")), "one");
}

TEST_F(ReplaceFileTest, FollowsNoLink) {
  (void)temp_.write("precious", "x");
  fs::create_symlink("precious", temp_.at("note.new"));
  fs::create_symlink("precious", temp_.at("note"));
  EXPECT_EQ(replace_file(folder_.get(), "note", "one"), 0);
  EXPECT_EQ(support::read_file(temp_.at("precious")), "x");
  EXPECT_FALSE(fs::is_symlink(temp_.at("note")));
}

TEST_F(ReplaceFileTest, SaysWhyItCannotAndLeavesNothing) {
  (void)temp_.write("note", "one");
  {
    const AsNobody nobody({}, temp_.path());
    EXPECT_EQ(replace_file(folder_.get(), "note", "two"), EACCES);
  }
  fs::create_directory(temp_.at("folder"));
  EXPECT_EQ(replace_file(folder_.get(), "folder", "two"), EISDIR);
  EXPECT_FALSE(fs::exists(temp_.at("folder.new")));
  EXPECT_EQ(support::read_file(temp_.at("note")), "one");
}

}  // namespace
}  // namespace fanfetch
