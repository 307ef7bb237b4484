#include "coordinator/settle/state_folder.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "coordinator/settle/output_folder.h"
#include "tests/support/as_nobody.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

namespace fs = std::filesystem;

class StateFolderTest : public ::testing::Test {
 protected:
  /// As a run begins; the lock is free again.
  tl::expected<OutputFolder, Exit> open(const fs::path& output, const fs::path& state) {
    return OutputFolder::open(names(output, state));
  }
  /// As a node does.
  tl::expected<OutputFolder, Exit> open_node(const fs::path& output, const fs::path& state,
                                             const std::string& node) {
    RunFolder folder = names(output, state);
    folder.node = node;
    return OutputFolder::open(folder);
  }
  static RunFolder names(const fs::path& output, const fs::path& state) {
    return {.output = output, .state = state};
  }
  static tl::expected<RunFolder, Exit> find(const fs::path& named) {
    return find_run_folder(names(named, ""));
  }
  static std::string text_of(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void expect_refused(const tl::expected<OutputFolder, Exit>& opened, std::string_view words) {
    ASSERT_FALSE(opened);
    EXPECT_EQ(kExitConfiguration, opened.error().status) << opened.error().text;
    EXPECT_NE(std::string::npos, opened.error().text.find(words)) << opened.error().text;
  }

  support::TempDir temp_;
  const fs::path root_ = fs::canonical(temp_.path());
  const fs::path out_ = root_ / "out", state_ = root_ / "state";
};

TEST_F(StateFolderTest, HasAllThatARunKeepsForItself) {
  const auto opened = open(out_, state_);
  ASSERT_TRUE(opened) << opened.error().text;
  for (const char* name : {"lock", "part", "output"})
    EXPECT_TRUE(fs::exists(state_ / name)) << name;
  EXPECT_FALSE(fs::exists(out_ / ".fanfetch/lock"));
  EXPECT_FALSE(fs::exists(out_ / ".fanfetch/part"));
  EXPECT_TRUE(fs::is_empty(state_ / "part"));
  EXPECT_TRUE(opened->is_empty());
  struct stat held {
  }, named{};
  ASSERT_EQ(0, ::fstat(opened->part_fd(), &held));
  ASSERT_EQ(0, ::stat((state_ / "part").c_str(), &named));
  EXPECT_EQ(held.st_ino, named.st_ino);
}

TEST_F(StateFolderTest, EitherFolderLeadsToBoth) {
  ASSERT_TRUE(open(out_, state_));
  const RunFolder both = names(out_, state_);
  for (const auto& named : {out_, state_}) {
    const auto found = find(named);
    ASSERT_TRUE(found) << found.error().text;
    EXPECT_EQ(both, *found) << named;
  }
  EXPECT_EQ(state_ / "ledger.sqlite", both.ledger_path());
  ASSERT_TRUE(open(out_, state_)) << "once more";
}

TEST_F(StateFolderTest, WithoutOneAFolderIsItself) {
  ASSERT_TRUE(open(out_, ""));
  EXPECT_EQ(names(out_, ""), *find(out_));
  EXPECT_EQ(names(root_ / "none", ""), *find(root_ / "none"));
  // A download may have that name, and look like a note.
  std::ofstream(out_ / "output") << root_.string() << '\n';
  EXPECT_EQ(names(out_, ""), *find(out_));
}

TEST_F(StateFolderTest, OneFolderOfFilesMayHaveSeveral) {
  ASSERT_TRUE(open(out_, state_));
  ASSERT_TRUE(open(out_, root_ / "other"));
  EXPECT_EQ(names(out_, root_ / "other"), *find(root_ / "other"));
  const auto both = find(out_);
  ASSERT_FALSE(both);
  EXPECT_EQ(kExitConfiguration, both.error().status);
  EXPECT_NE(std::string::npos, both.error().text.find((root_ / "other").string()));
  EXPECT_NE(std::string::npos, both.error().text.find(state_.string()));
  fs::remove_all(root_ / "other");
  EXPECT_EQ(names(out_, state_), *find(out_)) << "the one that is left";
}

TEST_F(StateFolderTest, ARunGoesOnAsTheFolderWasBegun) {
  ASSERT_TRUE(open(out_, state_));
  expect_refused(open(out_, ""), "was begun with --state '" + state_.string());
  fs::rename(state_, root_ / "moved");
  expect_refused(open(out_, ""), "not there now");
  ASSERT_TRUE(open(out_, root_ / "moved")) << "it knows its files";

  ASSERT_TRUE(open(root_ / "plain", ""));
  std::ofstream(root_ / "plain/.fanfetch/ledger.sqlite") << "x";
  expect_refused(open(root_ / "plain", root_ / "late"), "was begun without --state");
  EXPECT_FALSE(fs::exists(root_ / "late"));
}

TEST_F(StateFolderTest, SeesARunWithoutOneThatHasNoLedgerYet) {
  {
    const auto without = open(out_, "");
    ASSERT_TRUE(without) << without.error().text;
    expect_refused(open_node(out_, state_, "host-1"), "stop that one, and begin all of them");
    expect_refused(open(out_, root_ / "plain"), "was begun without --state");
  }
  EXPECT_EQ(names(out_, ""), *find(out_)) << "it is not both";
  EXPECT_TRUE(open(out_, "")) << "it goes on";
  // As they were told.
  EXPECT_TRUE(open_node(root_ / "out2", state_, "host-1"));
  EXPECT_TRUE(open(root_ / "out3", root_ / "plain"));
}

TEST_F(StateFolderTest, OfARunThatBeganMeanwhileIsSeen) {
  fs::create_directories(out_ / ".fanfetch");
  const std::string lock = out_ / ".fanfetch/lock";
  UniqueFd held(::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  ASSERT_EQ(0, ::flock(held.get(), LOCK_EX));
  auto without = std::async(std::launch::async, [this] { return open(out_, ""); });
  // It has looked for states, and waits for the lock.
  while (!fs::exists(out_ / ".fanfetch/part")) std::this_thread::yield();
  fs::create_directory(state_);
  std::ofstream(out_ / ".fanfetch/state-1") << state_.string() << '\n';
  held.reset();
  expect_refused(without.get(), "was begun with --state '" + state_.string());
}

TEST_F(StateFolderTest, IsNobodyElses) {
  // What lies in a user's own folder `part` would be cleaned away.
  fs::create_directories(state_ / "part");
  std::ofstream(state_ / "part/thesis") << "x";
  expect_refused(open(out_, state_), "is not empty, and no state folder");
  EXPECT_TRUE(fs::exists(state_ / "part/thesis"));

  ASSERT_TRUE(open(out_, root_ / "mine"));
  expect_refused(open(root_ / "out2", root_ / "mine"), "belongs to the files in '" + out_.string());
}

TEST_F(StateFolderTest, DoesNotLieAmongTheFiles) {
  expect_refused(open(out_, out_ / "state"), "lies among the files");
  expect_refused(open(out_, out_), "lies among the files");
  expect_refused(open(out_, out_ / ".fanfetch"), "lies among the files");
  expect_refused(open(state_ / "part", state_), "lies among the files");
  expect_refused(open(state_ / "part/deep", state_), "lies among the files");
  EXPECT_TRUE(open(root_ / "all/files", root_ / "all")) << "the other way round it may";
}

TEST_F(StateFolderTest, SaysWhereFilesWereThatAreGone) {
  ASSERT_TRUE(open(out_, state_));
  fs::rename(out_, root_ / "elsewhere");
  const auto found = find(state_);
  ASSERT_FALSE(found);
  EXPECT_NE(std::string::npos, found.error().text.find("'" + (state_ / "output").string() + "'"))
      << found.error().text;
  std::ofstream(state_ / "output") << (root_ / "elsewhere").string() << '\n';
  EXPECT_EQ(names(root_ / "elsewhere", state_), *find(state_)) << "as it has said";
  EXPECT_TRUE(open(root_ / "elsewhere", state_));
}

/// Every machine has a path such as /var/lib/fanfetch; the notes beside the files are shared.
TEST_F(StateFolderTest, IsNotTheOneOfOtherFilesAtItsPath) {
  ASSERT_TRUE(open_node(out_, state_, "host-1"));
  fs::rename(state_, root_ / "of-host-1");
  ASSERT_TRUE(open(root_ / "out2", state_));
  const auto found = find(out_);
  ASSERT_FALSE(found) << found->state;
  EXPECT_EQ(kExitConfiguration, found.error().status);
  EXPECT_NE(std::string::npos, found.error().text.find("is not that of these files here"))
      << found.error().text;
  EXPECT_EQ(names(root_ / "out2", state_), *find(root_ / "out2"));

  // One that is of these files is found beside it.
  ASSERT_TRUE(open_node(out_, root_ / "mine", "host-2"));
  const auto mine = find(out_);
  ASSERT_TRUE(mine) << mine.error().text;
  EXPECT_EQ(root_ / "mine", mine->state);
  EXPECT_EQ("host-2", mine->node);

  // By whichever way to them.
  fs::create_directory_symlink(out_, root_ / "link");
  ASSERT_TRUE(find(root_ / "link"));
  EXPECT_EQ(root_ / "mine", find(root_ / "link")->state);
}

TEST_F(StateFolderTest, TakesNoDamagedNoteForAPath) {
  ASSERT_TRUE(open(out_, state_));
  const std::string whole = text_of(state_ / "output");
  for (const std::string& damaged :
       {std::string(), whole.substr(0, whole.size() - 1), "relative\n" + whole, whole + whole}) {
    std::ofstream(state_ / "output") << damaged;
    EXPECT_EQ(names(state_, ""), *find(state_)) << damaged;
  }
}

TEST_F(StateFolderTest, FollowsNoLinkInsteadOfANote) {
  ASSERT_TRUE(open(out_, state_));
  fs::rename(state_ / "output", root_ / "note");
  fs::create_symlink(root_ / "note", state_ / "output");
  EXPECT_EQ(names(state_, ""), *find(state_));
}

TEST_F(StateFolderTest, OfANodeHasPartsAndLockBesideTheFiles) {
  const auto opened = open_node(out_, state_, "host-1");
  ASSERT_TRUE(opened) << opened.error().text;
  const fs::path work = out_ / ".fanfetch/node-host-1";
  EXPECT_EQ(work, opened->names().work_path());
  for (const char* name : {"lock", "part"}) {
    EXPECT_TRUE(fs::exists(work / name)) << name;
    EXPECT_FALSE(fs::exists(state_ / name)) << name;
  }
  EXPECT_TRUE(fs::is_empty(work / "part"));
  struct stat held {
  }, named{};
  ASSERT_EQ(0, ::fstat(opened->part_fd(), &held));
  ASSERT_EQ(0, ::stat((work / "part").c_str(), &named));
  EXPECT_EQ(held.st_ino, named.st_ino);
  // It keeps its name, whoever asks.
  for (const auto& folder : {out_, state_}) {
    const auto found = find(folder);
    ASSERT_TRUE(found) << found.error().text;
    EXPECT_EQ("host-1", found->node) << folder;
    EXPECT_EQ(state_, found->state) << folder;
  }
}

TEST_F(StateFolderTest, OfANodeKeepsItsName) {
  ASSERT_TRUE(open_node(out_, state_, "host-1"));
  const auto again = open_node(out_, state_, "host-2");
  ASSERT_TRUE(again) << again.error().text;
  EXPECT_EQ("host-1", again->names().node);
  const auto other = open_node(out_, root_ / "other", "host-2");
  ASSERT_TRUE(other) << other.error().text;
  EXPECT_EQ("host-2", other->names().node);
  // One that was begun with its parts in it goes on with them.
  ASSERT_TRUE(open(root_ / "out2", root_ / "old"));
  const auto old = open_node(root_ / "out2", root_ / "old", "host-3");
  ASSERT_TRUE(old) << old.error().text;
  EXPECT_EQ("", old->names().node);
  EXPECT_FALSE(fs::exists(root_ / "out2/.fanfetch/node-host-3"));
}

/// A node whose folder beside the files cannot be made says so, and may go elsewhere.
TEST_F(StateFolderTest, OfANodeNeedsAFolderBesideTheFiles) {
  fs::create_directories(out_ / ".fanfetch");
  const fs::path work = out_ / ".fanfetch/node-host-1";
  const auto expect_unmade = [&](const std::string& words) {
    const auto opened = open_node(out_, state_, "host-1");
    ASSERT_FALSE(opened);
    EXPECT_EQ(kExitOutput, opened.error().status) << opened.error().text;
    EXPECT_NE(std::string::npos, opened.error().text.find(words)) << opened.error().text;
    EXPECT_NE(std::string::npos, opened.error().text.find("choose another folder with -o"))
        << opened.error().text;
  };
  fs::create_directory(root_ / "elsewhere");
  fs::create_directory_symlink(root_ / "elsewhere", work);
  expect_unmade("'" + work.string() + "' is a symbolic link");
  EXPECT_TRUE(fs::is_empty(root_ / "elsewhere"));
  fs::remove(work);
  std::ofstream(work) << "x";
  expect_unmade("'" + work.string() + "' is no folder");
  fs::remove(work);
  fs::create_directory(state_);
  {
    const AsNobody somebody({root_, out_, state_}, out_ / ".fanfetch");
    // The first of the files' nodes was another user's.
    expect_unmade("cannot write to the output folder '" + (out_ / ".fanfetch").string() +
                  "': Permission denied");
  }
  EXPECT_TRUE(open_node(root_ / "out2", state_, "host-1")) << "as it was told";
}

TEST_F(StateFolderTest, OfANodeTellsWhetherThereAreOthers) {
  ASSERT_TRUE(open_node(out_, state_, "host-1"));
  EXPECT_FALSE(has_other_nodes(*find(state_))) << "it may be the only one";
  ASSERT_TRUE(open_node(out_, root_ / "other", "host-12"));
  EXPECT_TRUE(has_other_nodes(*find(state_)));
  EXPECT_TRUE(has_other_nodes(*find(root_ / "other")));
  fs::remove_all(out_ / ".fanfetch/node-host-1");
  EXPECT_FALSE(has_other_nodes(*find(root_ / "other")));
  // A run with a state of its own names what is foreign, whoever else is there.
  EXPECT_FALSE(has_other_nodes(names(out_, root_ / "plain")));
}

TEST_F(StateFolderTest, OfANodeIsOneProcesss) {
  const auto opened = open_node(out_, state_, "host-1");
  ASSERT_TRUE(opened) << opened.error().text;
  const auto busy = open_node(out_, state_, "host-2");
  ASSERT_FALSE(busy);
  EXPECT_EQ(kExitBusy, busy.error().status) << busy.error().text;
}

TEST_F(StateFolderTest, TakesNoPathForANodesName) {
  ASSERT_TRUE(open_node(out_, state_, "host-1"));
  for (const char* name : {"../../x\n", "a/b\n", "\n", "", "host-1", "a\nb\n"}) {
    std::ofstream(state_ / "node") << name;
    EXPECT_EQ("", find(state_)->node) << name;
  }
}

/// A second file system that anybody may write to.
class OtherFileSystemTest : public StateFolderTest {
 protected:
  void SetUp() override {
    struct stat here {
    }, there{};
    ASSERT_EQ(0, ::stat(root_.c_str(), &here));
    if (::stat("/dev/shm", &there) != 0 || here.st_dev == there.st_dev) {
      GTEST_SKIP() << "there is no second file system";
    }
    ASSERT_NE(nullptr, ::mkdtemp(other_.data()));
  }
  void TearDown() override { fs::remove_all(other_); }

  std::string other_ = "/dev/shm/fanfetch-XXXXXX";
};

TEST_F(OtherFileSystemTest, IsNotForAStateWithParts) {
  expect_refused(open(out_, fs::path(other_) / "state"), "is on another file system");
  EXPECT_TRUE(fs::is_empty(fs::path(other_) / "state/part"));
}

TEST_F(OtherFileSystemTest, IsForThatOfANode) {
  const auto opened = open_node(out_, fs::path(other_) / "state", "host-1");
  ASSERT_TRUE(opened) << opened.error().text;
  EXPECT_EQ(0, ::faccessat(opened->state_fd(), "output", F_OK, 0));
}

}  // namespace
}  // namespace fanfetch
