#include "coordinator/ledger/output_folder.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

namespace fs = std::filesystem;

class OutputFolderTest : public ::testing::Test {
 protected:
  support::TempDir temp_;
  const fs::path root_ = temp_.path();
};

TEST_F(OutputFolderTest, MakesWhatIsMissing) {
  const auto output = OutputFolder::open(root_ / "a/b");
  ASSERT_TRUE(output);
  EXPECT_TRUE(fs::is_directory(root_ / "a/b/.fanfetch/part"));
}

TEST_F(OutputFolderTest, RefusesAFile) {
  std::ofstream(root_ / "file") << "x";
  const auto output = OutputFolder::open(root_ / "file");
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().kind, OutputError::Kind::unwritable);
  EXPECT_NE(output.error().message.find("file"), std::string::npos);
}

TEST_F(OutputFolderTest, ThrowsAwayThePartsOfAKilledRunAndNothingElse) {
  fs::create_directories(root_ / ".fanfetch/part");
  std::ofstream(root_ / ".fanfetch/part/left") << "x";
  std::ofstream(root_ / "mine.jpg") << "x";
  ASSERT_TRUE(OutputFolder::open(root_));
  EXPECT_FALSE(fs::exists(root_ / ".fanfetch/part/left"));
  EXPECT_TRUE(fs::exists(root_ / "mine.jpg"));
}

TEST_F(OutputFolderTest, FollowsNoLinkOutOfTheFolder) {
  fs::create_directories(root_ / "elsewhere/part");
  std::ofstream(root_ / "elsewhere/part/precious") << "x";
  fs::create_directories(root_ / "out");
  fs::create_symlink(root_ / "elsewhere", root_ / "out/.fanfetch");
  EXPECT_FALSE(OutputFolder::open(root_ / "out"));
  EXPECT_TRUE(fs::exists(root_ / "elsewhere/part/precious"));
}

TEST_F(OutputFolderTest, OneRunAtATimeAndTheOtherIsNamed) {
  const auto first = OutputFolder::open(root_);
  ASSERT_TRUE(first);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto second = OutputFolder::open(root_);
    const bool busy = !second && second.error().kind == OutputError::Kind::busy;
    const auto pid = fmt::format("pid {}", ::getppid());
    ::_exit(busy && second.error().message.find(pid) != std::string::npos ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

/// A full disk must not look like another run.
TEST_F(OutputFolderTest, APidThatCannotBeWrittenDoesNotMatter) {
  ASSERT_TRUE(OutputFolder::open(root_));
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_FSIZE, &none);
    ::_exit(OutputFolder::open(root_) ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

/// A worker that outlives its killed coordinator for a moment must still hold the folder.
TEST_F(OutputFolderTest, AnInheritedLockOutlivesItsOwner) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  auto first = OutputFolder::open(root_);
  ASSERT_TRUE(first);
  const pid_t worker = ::fork();
  ASSERT_GE(worker, 0);
  if (worker == 0) {  // holds the descriptor until the pipe closes
    ::close(ends[1]);
    char byte = 0;
    ::_exit(::read(ends[0], &byte, 1) == 0 ? 0 : 1);
  }
  ::close(ends[0]);
  { const auto gone = std::move(*first); }
  EXPECT_FALSE(OutputFolder::open(root_));
  ::close(ends[1]);
  ASSERT_EQ(::waitpid(worker, nullptr, 0), worker);
  EXPECT_TRUE(OutputFolder::open(root_));
}

}  // namespace
}  // namespace fanfetch
