#include "worker/store/part_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

namespace fs = std::filesystem;

class PartFileTest : public ::testing::Test {
 protected:
  PartFileTest() {
    folder_ = std::make_unique<PartFolder>(UniqueFd(::open(root_.c_str(), O_RDONLY | O_DIRECTORY)));
  }

  [[nodiscard]] std::unique_ptr<StoredFile> create() { return folder_->create("p", error_); }
  [[nodiscard]] std::string content() const {
    std::stringstream text;
    text << std::ifstream(root_ / "p").rdbuf();
    return text.str();
  }
  static std::span<const std::byte> bytes(std::string_view text) {
    return std::as_bytes(std::span(text));
  }

  support::TempDir temp_;
  const fs::path root_ = temp_.path();
  std::unique_ptr<PartFolder> folder_;
  int error_ = 0;
};

TEST_F(PartFileTest, ACommittedFileStays) {
  {
    auto file = create();
    ASSERT_TRUE(file);
    EXPECT_EQ(file->append(bytes("one ")), 0);
    EXPECT_EQ(file->append(bytes("two")), 0);
    EXPECT_EQ(file->commit(), 0);
  }
  EXPECT_EQ(content(), "one two");
}

TEST_F(PartFileTest, AnUncommittedFileVanishes) {
  {
    auto file = create();
    ASSERT_EQ(file->append(bytes("half")), 0);
    EXPECT_TRUE(fs::exists(root_ / "p"));
  }
  EXPECT_FALSE(fs::exists(root_ / "p"));
}

TEST_F(PartFileTest, WhatAKilledWorkerLeftIsReplaced) {
  std::ofstream(root_ / "p") << "a long left-over";
  auto file = create();
  ASSERT_EQ(file->append(bytes("new")), 0);
  ASSERT_EQ(file->commit(), 0);
  EXPECT_EQ(content(), "new");
}

TEST_F(PartFileTest, NeverFollowsALink) {
  fs::create_symlink("elsewhere", root_ / "p");
  EXPECT_FALSE(create());
  EXPECT_EQ(error_, ELOOP);
}

TEST_F(PartFileTest, ObeysTheUmask) {
  const mode_t before = ::umask(027);
  auto file = create();
  ::umask(before);
  struct stat status {};
  ASSERT_EQ(::stat((root_ / "p").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST_F(PartFileTest, AWriteThatFailsSaysWhy) {
  auto file = create();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit tiny{4, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tiny), 0);
  const int error = file->append(bytes("more than four"));
  ::setrlimit(RLIMIT_FSIZE, &before);
  (void)std::signal(SIGXFSZ, old);
  EXPECT_EQ(error, EFBIG);
}

}  // namespace
}  // namespace fanfetch
