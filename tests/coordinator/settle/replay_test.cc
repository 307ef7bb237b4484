#include "coordinator/settle/replay.h"

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "tests/coordinator/settle/output_fixture.h"

namespace fanfetch {
namespace {

class ReplayTest : public OutputFixture {
 protected:
  /// Part `number` is whole, and the ledger has noted that it is to be called `name`.
  void note(unsigned number, const std::string& name, std::optional<FileStamp> replaces = {}) {
    write_part(number, fmt::format("body {}", number));
    struct stat status {};
    ASSERT_EQ(::fstatat(part_fd_.get(), part_of(number).c_str(), &status, 0), 0);
    LedgerEntry entry = placing_entry(number, name, status.st_ino);
    entry.row.file = stamp_of(status);
    entry.row.record.bytes = entry.row.file->size;
    entry.rename->replaces = replaces;
    batch_.push_back(std::move(entry));
    ASSERT_TRUE(open_.ledger->write(batch_));
  }
  /// The rename of it was done before the kill.
  void rename(unsigned number, const std::string& name) const {
    ASSERT_EQ(placer().move(part_of(number), name, {}), 0);
  }
  [[nodiscard]] Result<> run() {
    const auto sync = [this] {
      ++syncs_;
      EXPECT_EQ(open_.ledger->pending()->size(), pending_at_sync_);
      return sync_error_;
    };
    return replay(*open_.ledger, placer(), sync, [this] { ++moves_; });
  }
  [[nodiscard]] Record record(unsigned number) const {
    return open_history(path_)->find(link_of(number)).value_or(LedgerRow{}).record;
  }

  const std::string path_ = temp_.at("ledger.sqlite");
  OpenLedger open_ = open_sqlite(path_);
  std::vector<LedgerEntry> batch_;
  std::size_t pending_at_sync_ = 1;
  int syncs_ = 0;
  int moves_ = 0;
  int sync_error_ = 0;
};

TEST_F(ReplayTest, NothingToFinishTouchesNothing) {
  ASSERT_TRUE(run());
  EXPECT_EQ(syncs_, 0);
  EXPECT_EQ(moves_, 0);
}

TEST_F(ReplayTest, WhatHasItsNameIsDone) {
  note(1, "a.jpg");
  rename(1, "a.jpg");
  ASSERT_TRUE(run());
  EXPECT_EQ(read("a.jpg"), "body 1");
  EXPECT_EQ(record(1).file_name, "a.jpg");
  EXPECT_TRUE(open_.ledger->pending()->empty());
  EXPECT_EQ(syncs_, 1) << "before it is forgotten: the rename may not be on the disk";
  EXPECT_EQ(moves_, 1) << "for whoever waits for it";
}

/// cp -a, or a backup, gives the same file another inode.
TEST_F(ReplayTest, WhatHasItsNameInACopiedFolderIsDone) {
  note(1, "a.jpg");
  rename(1, "a.jpg");
  const auto time = std::filesystem::last_write_time(temp_.at("out/a.jpg"));
  std::filesystem::rename(temp_.at("out/a.jpg"), temp_.at("out/original"));
  write("a.jpg", "body 1");
  std::filesystem::last_write_time(temp_.at("out/a.jpg"), time);
  ASSERT_TRUE(run());
  EXPECT_EQ(record(1).status, Status::saved);
}

/// Where a name is given by a hard link, a kill may come between the two.
TEST_F(ReplayTest, APartThatHasItsNameAsWellIsDone) {
  note(1, "a.jpg");
  write_sidecar(1);
  std::filesystem::create_hard_link(parts_ / part_of(1), out_ / "a.jpg");
  ASSERT_TRUE(run());
  EXPECT_EQ(read("a.jpg"), "body 1");
  EXPECT_EQ(record(1).status, Status::saved);
  EXPECT_TRUE(support::files_in(parts_).empty()) << "a later attempt would write into the file";
}

TEST_F(ReplayTest, ANameThatTheDiskRefusesIsMadeTamer) {
  disk_.refuses = refuse_signs;
  disk_.flags_error = EINVAL;
  disk_.link_error = EPERM;
  note(1, "a:b.jpg");
  ASSERT_TRUE(run());
  EXPECT_EQ(record(1).file_name, other("a_b.jpg", 1));
  EXPECT_EQ(read(other("a_b.jpg", 1)), "body 1");
}

TEST_F(ReplayTest, WhatCannotBePlacedStaysNoted) {
  disk_.refuses = [](std::string_view) { return EINVAL; };
  note(1, "a.jpg");
  EXPECT_FALSE(run());
  EXPECT_EQ(open_.ledger->pending()->size(), 1u);
  disk_.refuses = [](std::string_view) { return 0; };
  ASSERT_TRUE(run());
  EXPECT_EQ(record(1).file_name, "a.jpg");
  EXPECT_EQ(read("a.jpg"), "body 1");
}

TEST_F(ReplayTest, APartThatIsStillThereGetsItsName) {
  note(1, "x/a.jpg");
  ASSERT_TRUE(run());
  EXPECT_EQ(read("x/a.jpg"), "body 1");
  EXPECT_FALSE(has_part(1));
  EXPECT_EQ(record(1).status, Status::saved);
  EXPECT_TRUE(open_.ledger->pending()->empty());
}

TEST_F(ReplayTest, ANameThatSomebodyTookMeanwhileStaysTheirs) {
  note(1, "a.jpg");
  write("a.jpg", "foreign");
  ASSERT_TRUE(run());
  EXPECT_EQ(read("a.jpg"), "foreign");
  EXPECT_EQ(read(other("a.jpg", 1)), "body 1");
  EXPECT_EQ(record(1).file_name, other("a.jpg", 1));
}

TEST_F(ReplayTest, WhatIsGoneIsToBeFetchedAgain) {
  note(1, "a.jpg");
  note(2, "b.jpg");
  pending_at_sync_ = 1;
  for (unsigned i : {1u, 2u}) placer().discard(part_of(i));
  write("b.jpg", "foreign: not what was noted");
  pending_at_sync_ = 0;
  ASSERT_TRUE(run());
  for (unsigned i : {1u, 2u}) {
    EXPECT_EQ(record(i).status, Status::failed);
    EXPECT_EQ(record(i).error, ErrorClass::disk);
    EXPECT_EQ(record(i).retryable, true);
    EXPECT_EQ(record(i).file_name, std::nullopt);
  }
  EXPECT_EQ(read("b.jpg"), "foreign: not what was noted");
}

/// After a power cut a part may have its length and not its bytes, or another's place.
TEST_F(ReplayTest, APartThatIsNotTheOneThatWasNotedIsNotPlaced) {
  note(1, "a.jpg");
  std::ofstream(parts_ / part_of(1), std::ios::app) << "longer";
  pending_at_sync_ = 0;
  ASSERT_TRUE(run());
  EXPECT_FALSE(exists("a.jpg"));
  EXPECT_EQ(record(1).status, Status::failed);
}

TEST_F(ReplayTest, APartOfTheSameSizeAndTimeIsKnownByItsInode) {
  note(1, "a.jpg");
  const auto part = parts_ / part_of(1);
  const auto time = std::filesystem::last_write_time(part);
  std::filesystem::rename(part, temp_.path() / "kept");  // keeps its inode from being used again
  write_part(1, "BODY 1");
  std::filesystem::last_write_time(part, time);
  pending_at_sync_ = 0;
  ASSERT_TRUE(run());
  EXPECT_FALSE(exists("a.jpg"));
}

TEST_F(ReplayTest, ReplacesWhatItWasToReplace) {
  write("a.jpg", "old");
  write("b.jpg", "old");
  note(1, "a.jpg", stamp("a.jpg"));
  note(2, "b.jpg", stamp("b.jpg"));
  write("b.jpg", "changed by the user");
  pending_at_sync_ = 2;
  ASSERT_TRUE(run());
  EXPECT_EQ(read("a.jpg"), "body 1");
  EXPECT_EQ(read("b.jpg"), "changed by the user");
  EXPECT_EQ(read(other("b.jpg", 2)), "body 2");
}

TEST_F(ReplayTest, AFailedSyncForgetsNothing) {
  note(1, "a.jpg");
  sync_error_ = EIO;
  const auto replayed = run();
  ASSERT_FALSE(replayed);
  EXPECT_NE(replayed.error().message.find("Input/output error"), std::string::npos);
  EXPECT_EQ(open_.ledger->pending()->size(), 1u);
  sync_error_ = 0;
  EXPECT_TRUE(run()) << "the next run";
  EXPECT_TRUE(open_.ledger->pending()->empty());
}

/// Parts are cleaned away after a replay that went well: "nothing" must not mean "unreadable".
TEST_F(ReplayTest, WhatCannotBeReadIsNotNothing) {
  note(1, "a.jpg");
  open_.database->exec("ALTER TABLE placing RENAME TO hidden");
  EXPECT_FALSE(run());
  EXPECT_TRUE(has_part(1));
}

}  // namespace
}  // namespace fanfetch
