#include "coordinator/settle/output_folder.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

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
  const auto output = OutputFolder::open({.output = root_ / "a/b"});
  ASSERT_TRUE(output);
  EXPECT_TRUE(fs::is_directory(root_ / "a/b/.fanfetch/part"));
}

/// A worker inherits it, and one that was taken over could make others believe in another pid.
TEST_F(OutputFolderTest, TheLockThatWorkersGetCannotBeWritten) {
  const auto output = OutputFolder::open({.output = root_});
  ASSERT_TRUE(output);
  EXPECT_EQ(::fcntl(output->lock_fd(), F_GETFL) & O_ACCMODE, O_RDONLY);
  std::ifstream lock(root_ / ".fanfetch/lock");
  int pid = 0;
  EXPECT_TRUE(lock >> pid);
  EXPECT_EQ(pid, ::getpid());
}

TEST_F(OutputFolderTest, RefusesAFile) {
  std::ofstream(root_ / "file") << "x";
  const auto output = OutputFolder::open({.output = root_ / "file"});
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().status, kExitOutput);
  EXPECT_NE(output.error().text.find("file"), std::string::npos);
}

TEST_F(OutputFolderTest, SaysHowMuchIsFree) {
  const auto output = OutputFolder::open({.output = root_});
  ASSERT_TRUE(output);
  const auto free = output->free_bytes();
  ASSERT_TRUE(free);
  const auto space = fs::space(root_);
  EXPECT_LE(*free, space.capacity);
  EXPECT_GT(*free, space.available / 2) << "others use it too";
}

TEST_F(OutputFolderTest, ThrowsAwayThePartsOfAKilledRunAndNothingElse) {
  const std::string part = temp_.write(".fanfetch/part/left", "x");
  (void)temp_.write("mine.jpg", "x");
  (void)temp_.write(".fanfetch/ledger.sqlite", "x");
  const auto output = OutputFolder::open({.output = root_});
  ASSERT_TRUE(output);
  EXPECT_TRUE(fs::exists(part)) << "before that, the ledger may still have it placed";
  EXPECT_FALSE(output->is_empty());
  EXPECT_EQ(output->clean_parts().value(), false) << "none is left";
  EXPECT_FALSE(fs::exists(part));
  EXPECT_TRUE(fs::exists(root_ / "mine.jpg"));
  EXPECT_TRUE(fs::exists(root_ / ".fanfetch/ledger.sqlite"));
}

/// A worker of this run is trying its sandbox, or one of a killed run was: there, a folder stands
/// for what cannot be removed.
TEST_F(OutputFolderTest, IsNotKeptFromItsWorkByAWorkersSelfTest) {
  const std::string left = temp_.write(".fanfetch/part/12.sandbox", "x");
  fs::create_directories(root_ / ".fanfetch/part/34.sandbox");
  const auto output = OutputFolder::open({.output = root_});
  ASSERT_TRUE(output);
  EXPECT_EQ(output->clean_parts().value(), false) << "neither is a part";
  EXPECT_FALSE(fs::exists(left));
}

TEST_F(OutputFolderTest, KeepsPartsThatCanBeGoneOnWith) {
  for (const char* name : {"aa", "aa.resume", "lonely", "orphan.resume", "cc.resume.tmp"}) {
    (void)temp_.write(std::string(".fanfetch/part/") + name, "x");
  }
  fs::create_directory(root_ / ".fanfetch/part/folder");  // somebody else's: not ours to remove
  const auto output = OutputFolder::open({.output = root_});
  ASSERT_TRUE(output);
  EXPECT_TRUE(output->is_empty()) << "but for what is its own";
  int moves = 0;
  EXPECT_EQ(output->clean_parts([&moves] { ++moves; }).value(), true);
  EXPECT_EQ(moves, 6);
  std::set<std::string> left;
  for (const auto& entry : fs::directory_iterator(root_ / ".fanfetch/part")) {
    left.insert(entry.path().filename());
  }
  EXPECT_EQ(left, (std::set<std::string>{"aa", "aa.resume", "folder"}));
}

TEST_F(OutputFolderTest, KeepsPartsWhoseSidecarCannotBeLookedFor) {
  const std::string part(250, 'p');  // its sidecar's name would be too long
  (void)temp_.write(".fanfetch/part/" + part, "x");
  const auto output = OutputFolder::open({.output = root_});
  ASSERT_TRUE(output);
  EXPECT_EQ(output->clean_parts().value(), true);
  EXPECT_TRUE(fs::exists(root_ / ".fanfetch/part" / part)) << "only ENOENT says that there is none";
}

TEST_F(OutputFolderTest, KnowsWhenItIsNotThereAnyMore) {
  const auto output = OutputFolder::open({.output = root_ / "out"});
  ASSERT_TRUE(output);
  EXPECT_EQ(output->lost(), std::nullopt);

  fs::rename(root_ / "out", root_ / "away");
  EXPECT_TRUE(output->lost()) << "moved";
  fs::create_directory(root_ / "out");
  ASSERT_TRUE(output->lost()) << "replaced";
  EXPECT_NE(output->lost()->find((root_ / "out").string()), std::string::npos);
  fs::remove(root_ / "out");
  fs::rename(root_ / "away", root_ / "out");
  EXPECT_EQ(output->lost(), std::nullopt) << "back again";

  fs::remove(root_ / "out/.fanfetch/part");
  EXPECT_TRUE(output->lost()) << "no worker can write";
}

TEST_F(OutputFolderTest, CanBeSyncedAsLongAsItIsOpen) {
  const auto output = OutputFolder::open({.output = root_ / "out"});
  ASSERT_TRUE(output);
  EXPECT_EQ(output->sync(), 0);
  fs::rename(root_ / "out", root_ / "away");
  EXPECT_EQ(output->sync(), 0) << "the descriptor counts, not the name";
}

TEST_F(OutputFolderTest, TheNoteOfItsLedgerIsReplacedAsAWhole) {
  const auto output = OutputFolder::open({.output = root_});
  ASSERT_TRUE(output);
  EXPECT_EQ(output->ledger_identity(), std::nullopt);
  const std::string first(32, 'a'), second(32, 'b');
  ASSERT_TRUE(output->set_ledger_identity(first));
  EXPECT_EQ(output->ledger_identity(), first);
  fs::create_hard_link(root_ / ".fanfetch/ledger-id", root_ / "earlier");
  ASSERT_TRUE(output->set_ledger_identity(second));
  EXPECT_EQ(output->ledger_identity(), second);
  EXPECT_EQ(support::read_file(root_ / "earlier"), first + '\n') << "not written in place";
}

/// What a power cut may have left of a note that was written in place.
TEST_F(OutputFolderTest, ANoteOfItsLedgerWithoutAnIdentityIsLost) {
  const auto output = OutputFolder::open({.output = root_});
  ASSERT_TRUE(output);
  for (const std::string& left : {std::string(), std::string(33, '\0'), std::string("abc")}) {
    (void)temp_.write(".fanfetch/ledger-id", left);
    EXPECT_EQ(output->ledger_identity(), "") << left.size();
  }
}

TEST_F(OutputFolderTest, FollowsNoLinkOutOfTheFolder) {
  fs::create_directories(root_ / "elsewhere/part");
  std::ofstream(root_ / "elsewhere/part/precious") << "x";
  fs::create_directories(root_ / "out");
  fs::create_symlink(root_ / "elsewhere", root_ / "out/.fanfetch");
  const auto opened = OutputFolder::open({.output = root_ / "out"});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().status, kExitOutput);
  EXPECT_NE(opened.error().text.find("/out/.fanfetch' is a symbolic link: "), std::string::npos)
      << opened.error().text;
  EXPECT_TRUE(fs::exists(root_ / "elsewhere/part/precious"));
  fs::remove(root_ / "out/.fanfetch");
  std::ofstream(root_ / "out/.fanfetch") << "x";
  const auto file = OutputFolder::open({.output = root_ / "out"});
  ASSERT_FALSE(file);
  EXPECT_NE(file.error().text.find("/out/.fanfetch' is no folder: "), std::string::npos);
}

TEST_F(OutputFolderTest, OneRunAtATimeAndTheOtherIsNamed) {
  const auto first = OutputFolder::open({.output = root_});
  ASSERT_TRUE(first);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto second = OutputFolder::open({.output = root_});
    const bool busy = !second && second.error().status == kExitBusy;
    const auto pid = fmt::format("pid {}", ::getppid());
    ::_exit(busy && second.error().text.find(pid) != std::string::npos ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(OutputFolderTest, IsHeldForWhatItWasOpenedFor) {
  for (const HeldFor purpose : {HeldFor::run, HeldFor::verify}) {
    const auto output = OutputFolder::open({.output = root_}, purpose);
    ASSERT_TRUE(output);
    const auto holder = holder_of({.output = root_});
    ASSERT_TRUE(holder);
    EXPECT_EQ(holder->purpose, purpose);
  }
}

/// A full disk must not look like another run.
TEST_F(OutputFolderTest, APidThatCannotBeWrittenDoesNotMatter) {
  ASSERT_TRUE(OutputFolder::open({.output = root_}));
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_FSIZE, &none);
    ::_exit(OutputFolder::open({.output = root_}) ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

/// A worker that outlives its killed coordinator for a moment must still hold the folder.
TEST_F(OutputFolderTest, AnInheritedLockOutlivesItsOwner) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  auto first = OutputFolder::open({.output = root_});
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
  EXPECT_FALSE(OutputFolder::open({.output = root_}));
  ::close(ends[1]);
  ASSERT_EQ(::waitpid(worker, nullptr, 0), worker);
  EXPECT_TRUE(OutputFolder::open({.output = root_}));
}

}  // namespace
}  // namespace fanfetch
