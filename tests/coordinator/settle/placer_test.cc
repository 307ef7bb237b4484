#include "coordinator/settle/placer.h"

#include <cerrno>
#include <fstream>

#include "tests/coordinator/settle/output_fixture.h"
#include "tests/support/as_nobody.h"
#include "tests/support/without_openat2.h"

namespace fanfetch {
namespace {

namespace fs = std::filesystem;

class PlacerTest : public OutputFixture {
 protected:
  /// Moves part 1, made anew with the text `body`.
  [[nodiscard]] int move(const std::string& name,
                         const std::optional<FileStamp>& replaces = {}) const {
    write_part(1, "body");
    return placer().move(part_of(1), name, replaces);
  }
};

TEST_F(PlacerTest, MovesAPartToItsName) {
  EXPECT_EQ(move("a.jpg"), 0);
  EXPECT_EQ(read("a.jpg"), "body");
  EXPECT_FALSE(has_part(1));
}

TEST_F(PlacerTest, TheFileStaysTheSame) {
  write_part(2, "body");
  const auto before = stamp_of(part_fd_.get(), part_of(2));
  ASSERT_EQ(placer().move(part_of(2), "a.jpg", {}), 0);
  EXPECT_EQ(stamp("a.jpg"), before) << "replay knows it by that";
}

TEST_F(PlacerTest, MakesTheFoldersOnItsWay) {
  EXPECT_EQ(move("x/y/z/a.jpg"), 0);
  EXPECT_EQ(read("x/y/z/a.jpg"), "body");
  EXPECT_EQ(move("x/y/b.jpg"), 0);
  EXPECT_EQ(move("x/w/b.jpg"), 0);
}

TEST_F(PlacerTest, NeverReplacesWhatIsThere) {
  write("a.jpg", "precious");
  fs::create_directory(out_ / "folder");
  fs::create_symlink("elsewhere", out_ / "link");
  for (const char* name : {"a.jpg", "folder", "link"}) {
    EXPECT_EQ(move(name), EEXIST) << name;
    EXPECT_EQ(move(name, FileStamp{.size = 8, .mtime_ns = 1}), EEXIST) << name;
    EXPECT_TRUE(has_part(1)) << "it can get another name";
  }
  EXPECT_EQ(read("a.jpg"), "precious");
  EXPECT_FALSE(exists("elsewhere"));
  EXPECT_TRUE(fs::is_symlink(out_ / "link"));
}

TEST_F(PlacerTest, ReplacesTheFileThatItIsToReplace) {
  write("x/a.jpg", "old");
  EXPECT_EQ(move("x/a.jpg", stamp("x/a.jpg")), 0);
  EXPECT_EQ(read("x/a.jpg"), "body");
  EXPECT_FALSE(has_part(1));
}

TEST_F(PlacerTest, AFileThatWasChangedIsNotTheOneToReplace) {
  write("a.jpg", "old");
  FileStamp old = stamp("a.jpg");
  ++old.mtime_ns;
  EXPECT_EQ(move("a.jpg", old), EEXIST);
  EXPECT_EQ(read("a.jpg"), "old");
  old = stamp("a.jpg");
  ++old.size;
  EXPECT_EQ(move("a.jpg", old), EEXIST);
}

TEST_F(PlacerTest, AFileThatIsGoneNeedsNoReplacing) {
  EXPECT_EQ(move("a.jpg", FileStamp{.size = 3, .mtime_ns = 1}), 0);
  EXPECT_EQ(read("a.jpg"), "body");
}

TEST_F(PlacerTest, ALinkToTheFileToReplaceIsNotThatFile) {
  write("real.jpg", "old");
  fs::create_symlink("real.jpg", out_ / "a.jpg");
  EXPECT_EQ(move("a.jpg", stamp("real.jpg")), EEXIST);
  EXPECT_EQ(read("real.jpg"), "old");
}

TEST_F(PlacerTest, NeverFollowsALinkOnTheWay) {
  const fs::path outside = temp_.path() / "outside";
  fs::create_directories(outside / "y");
  fs::create_directories(out_ / "inside");
  fs::create_directory_symlink(outside, out_ / "x");
  fs::create_directory_symlink("inside", out_ / "i");
  for (const char* name : {"x/a.jpg", "x/y/a.jpg", "x/new/a.jpg", "i/a.jpg"}) {
    EXPECT_EQ(move(name), ELOOP) << name;
    EXPECT_TRUE(has_part(1));
  }
  EXPECT_EQ(support::files_in(outside).size(), 0u);
  EXPECT_FALSE(fs::exists(outside / "new"));
  EXPECT_TRUE(fs::is_empty(out_ / "inside"));
}

/// Kernels before 5.6, and filters of old containers.
TEST_F(PlacerTest, WithoutOpenat2ItIsTheSame) {
  const fs::path outside = temp_.path() / "outside";
  fs::create_directory(outside);
  fs::create_directory_symlink(outside, out_ / "x");
  for (const int error : {ENOSYS, EPERM}) {
    support::without_openat2(error, [&] {
      const std::string folder = std::to_string(error);
      EXPECT_EQ(move(folder + "/y/a.jpg"), 0);
      EXPECT_EQ(read(folder + "/y/a.jpg"), "body");
      EXPECT_EQ(move("x/a.jpg"), ENOTDIR);
      EXPECT_NE(move("../a.jpg"), 0);
    });
  }
  EXPECT_TRUE(fs::is_empty(outside));
}

/// A worker that was taken over has put it in the place of the part that was looked at before.
TEST_F(PlacerTest, WhatIsNoWholePartLosesItsNameAgain) {
  const std::string precious = temp_.write("precious", "four");
  const auto part = [&](unsigned number) { return parts_ / part_of(number); };
  write_part(1, "bodies");
  fs::create_hard_link(precious, part(2));
  fs::create_symlink(precious, part(3));
  ASSERT_EQ(::mkfifo(part(4).c_str(), 0600), 0);
  fs::create_directory(part(5));
  for (unsigned number = 1; number <= 5; ++number) {
    for (const char* name : {"a.jpg", "x/a.jpg"}) {
      EXPECT_EQ(placer().move(part_of(number), name, {}, 4), Placer::kReplaced) << number;
      EXPECT_FALSE(fs::exists(fs::symlink_status(out_ / name))) << number;
    }
  }
  EXPECT_EQ(support::read_file(precious), "four");
  write_part(6, "body");
  EXPECT_EQ(placer().move(part_of(6), "a.jpg", {}, 4), 0);
}

TEST_F(PlacerTest, NeverLeavesTheFolder) {
  for (const char* name : {"../a.jpg", "x/../../a.jpg"}) {
    EXPECT_NE(move(name), 0) << name;
    EXPECT_FALSE(fs::exists(temp_.path() / "a.jpg"));
  }
}

TEST_F(PlacerTest, SaysThatAFileStandsInAFoldersPlace) {
  write("x", "a file");
  EXPECT_EQ(move("x/a.jpg"), ENOTDIR);
  EXPECT_EQ(move("x/y/a.jpg"), ENOTDIR);
  EXPECT_EQ(read("x"), "a file");
}

TEST_F(PlacerTest, TellsWhatConcernsTheOutputFromWhatConcernsALink) {
  const int too_long = move(std::string(300, 'x'));
  EXPECT_EQ(too_long, ENAMETOOLONG);
  EXPECT_FALSE(Placer::concerns_the_output(too_long));
  const int missing = placer().move("missing", "a.jpg", {});
  EXPECT_EQ(missing, ENOENT);
  EXPECT_FALSE(Placer::concerns_the_output(missing));

  write_part(2, "body");
  const AsNobody nobody({parts_}, out_);
  for (const char* name : {"a.jpg", "x/a.jpg"}) {
    EXPECT_TRUE(Placer::concerns_the_output(placer().move(part_of(2), name, {}))) << name;
  }
  for (const int error : {ENOSPC, EDQUOT, EROFS, EIO}) {
    EXPECT_TRUE(Placer::concerns_the_output(error));
  }
  for (const int shortage : {EMFILE, ENFILE, ENOMEM, EAGAIN, EBUSY, ETIMEDOUT}) {
    EXPECT_TRUE(Placer::concerns_the_output(shortage)) << "no reason to give a whole part up";
  }
}

/// eCryptfs and NFS; CIFS and vfat under FUSE.
TEST_F(PlacerTest, OnAFileSystemWithoutFlagsOrLinksTheNextBestIsDone) {
  write("taken.jpg", "precious");
  fs::create_symlink("elsewhere", out_ / "link.jpg");
  fs::create_directory(out_ / "folder");
  for (const int flags_error : {EINVAL, ENOSYS, EOPNOTSUPP}) {
    for (const int link_error : {0, EPERM, ENOSYS, EOPNOTSUPP, EINVAL, EACCES}) {
      disk_.flags_error = flags_error;
      disk_.link_error = link_error;
      disk_.calls.clear();
      const std::string name = fmt::format("x/{}-{}.jpg", flags_error, link_error);
      EXPECT_EQ(move(name), 0) << name;
      EXPECT_EQ(read(name), "body");
      EXPECT_FALSE(has_part(1)) << name;
      EXPECT_EQ(disk_.calls.size(), link_error == 0 ? 2u : 3u);
      for (const char* taken : {"taken.jpg", "link.jpg", "folder"}) {
        EXPECT_EQ(move(taken), EEXIST) << taken;
        EXPECT_TRUE(has_part(1));
      }
      EXPECT_EQ(move("taken.jpg", FileStamp{.size = 8, .mtime_ns = 1}), EEXIST);
    }
  }
  EXPECT_EQ(read("taken.jpg"), "precious");
  EXPECT_FALSE(exists("elsewhere"));
}

TEST_F(PlacerTest, ThereTooItReplacesTheFileThatItIsToReplace) {
  disk_.flags_error = EINVAL;
  disk_.link_error = EPERM;
  write("a.jpg", "old");
  EXPECT_EQ(move("a.jpg", stamp("a.jpg")), 0);
  EXPECT_EQ(read("a.jpg"), "body");
}

TEST_F(PlacerTest, ABadNameIsToldFromAMissingFlag) {
  disk_.refuses = refuse_signs;
  EXPECT_EQ(move("a:b.jpg"), EINVAL);
  EXPECT_EQ(move("a?/b.jpg"), EINVAL);
  disk_.flags_error = EINVAL;
  disk_.link_error = EPERM;
  EXPECT_EQ(move("a:b.jpg"), EINVAL);
  EXPECT_EQ(move("a_b.jpg"), 0);
}

TEST_F(PlacerTest, DiscardsAPartAndItsSidecar) {
  for (unsigned i : {1u, 2u, 3u}) write_part(i, "body");
  write_sidecar(1);
  placer().discard(part_of(1));
  placer().discard(part_of(2));
  placer().discard("missing");
  EXPECT_EQ(support::files_in(parts_).size(), 1u);
  EXPECT_TRUE(has_part(3));
}

TEST_F(PlacerTest, KeepsWhatALaterAttemptCanGoOnFrom) {
  for (unsigned i : {1u, 2u}) write_part(i, "body");
  write_sidecar(1);
  placer().discard_unless_resumable(part_of(1));
  placer().discard_unless_resumable(part_of(2));
  EXPECT_EQ(support::files_in(parts_).size(), 2u);
  EXPECT_TRUE(has_part(1));
  EXPECT_FALSE(has_part(2));
}

TEST_F(PlacerTest, KeepsAPartWhoseSidecarCannotBeLookedFor) {
  const std::string part(250, 'p');  // its sidecar's name would be too long
  std::ofstream(parts_ / part) << "body";
  placer().discard_unless_resumable(part);
  EXPECT_TRUE(fs::exists(parts_ / part)) << "only ENOENT says that there is none";
}

}  // namespace
}  // namespace fanfetch
