#include "worker/store/part_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <array>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "tests/support/as_nobody.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

namespace fs = std::filesystem;

class PartFileTest : public ::testing::Test {
 protected:
  PartFileTest() {
    UniqueFd folder(::open(root_.c_str(), O_RDONLY | O_DIRECTORY));
    folder_fd_ = folder.get();
    folder_ = std::make_unique<PartFolder>(std::move(folder));
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
  int folder_fd_ = -1;
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

/// Another worker, that was taken over, may have put them there.
TEST_F(PartFileTest, NeverWritesIntoWhatLiesThere) {
  const std::string precious = temp_.write("precious", "text");
  const std::function<void(const fs::path&)> plants[] = {
      [](const fs::path& at) { fs::create_symlink("elsewhere", at); },
      [&](const fs::path& at) { fs::create_symlink(precious, at); },
      [&](const fs::path& at) { fs::create_hard_link(precious, at); },
      [](const fs::path& at) { ASSERT_EQ(::mkfifo(at.c_str(), 0600), 0); }};
  for (const auto& plant : plants) {
    plant(root_ / "p");
    plant(root_ / "p.resume.new");
    auto file = create();
    ASSERT_TRUE(file) << std::strerror(error_);
    EXPECT_EQ(file->append(bytes("body")), 0);
    EXPECT_EQ(file->write_sidecar({.part_name = "p", .etag = "\"x\"", .length = 100}), 0);
    EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(root_ / "p.resume")));
    EXPECT_EQ(file->commit(), 0);
    EXPECT_EQ(content(), "body");
    EXPECT_EQ(fs::hard_link_count(root_ / "p"), 1u);
    EXPECT_EQ(support::read_file(precious), "text");
    fs::remove(root_ / "p");
  }
  EXPECT_FALSE(fs::exists(root_ / "elsewhere"));
  fs::create_directory(root_ / "p");
  EXPECT_FALSE(create());
  EXPECT_EQ(error_, EISDIR);
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

/// A part with a sidecar, as an attempt leaves it to the next.
class LeftPartTest : public PartFileTest {
 protected:
  LeftPartTest() {
    auto file = create();
    EXPECT_EQ(file->append(bytes("half a file")), 0);
    EXPECT_EQ(file->write_sidecar(kSidecar), 0);
    file->keep();
  }
  [[nodiscard]] std::optional<OldPart> reopen() { return folder_->reopen("p", error_); }
  [[nodiscard]] bool reopens() { return reopen().has_value(); }
  [[nodiscard]] bool is_complete() const {
    return fs::exists(root_ / "p") && fs::exists(root_ / "p.resume");
  }
  [[nodiscard]] bool is_empty() const { return fs::is_empty(root_); }
  void write_note(std::span<const std::byte> note) const {
    std::ofstream(root_ / "p.resume", std::ios::binary)
        .write(reinterpret_cast<const char*>(note.data()), std::ssize(note));
  }

  const Sidecar kSidecar{
      .part_name = "p", .etag = "\"1\"", .length = 100, .checkpoints = {{5, sha256("half ")}}};
};

TEST_F(LeftPartTest, CanBeReadCutAndGoneOnWith) {
  auto old = reopen();
  ASSERT_TRUE(old);
  EXPECT_EQ(old->sidecar.checkpoints, kSidecar.checkpoints);
  std::array<std::byte, 100> read;
  EXPECT_EQ(old->file->read(7, read), 4);
  EXPECT_EQ(std::memcmp(read.data(), "file", 4), 0);
  EXPECT_EQ(old->file->read(11, read), 0);
  ASSERT_EQ(old->file->truncate(5), 0);
  ASSERT_EQ(old->file->append(bytes("full")), 0);
  ASSERT_EQ(old->file->commit(), 0);
  EXPECT_EQ(content(), "half full");
  EXPECT_FALSE(fs::exists(root_ / "p.resume"));
}

TEST_F(LeftPartTest, VanishesWithItsSidecar) {
  EXPECT_TRUE(reopens());
  EXPECT_TRUE(is_empty());
}

TEST_F(LeftPartTest, StaysUntilSomebodyElseIsDoneWithIt) {
  reopen()->file->keep();
  EXPECT_TRUE(reopens());
}

TEST_F(LeftPartTest, ANoteReplacesTheOneBefore) {
  Sidecar later = kSidecar;
  later.checkpoints.push_back({11, sha256("half a file")});
  {
    auto old = reopen();
    ASSERT_EQ(old->file->write_sidecar(later), 0);
    old->file->keep();
  }
  EXPECT_EQ(reopen()->sidecar.checkpoints, later.checkpoints);
}

TEST_F(LeftPartTest, WithoutSidecarItIsNotTouched) {
  fs::remove(root_ / "p.resume");
  EXPECT_FALSE(reopens());
  EXPECT_TRUE(fs::exists(root_ / "p")) << "create() replaces it";
}

TEST_F(LeftPartTest, OfNoUseItIsRemoved) {
  const auto note = encode(kSidecar);
  const auto half = std::span(note).first(note.size() / 2);
  for (const auto piece : {half, half.first(0)}) {
    std::ofstream(root_ / "p") << "half a file";
    write_note(piece);
    EXPECT_FALSE(reopens());
    EXPECT_TRUE(is_empty());
  }
  write_note(note);
  EXPECT_FALSE(reopens()) << "no part";
  EXPECT_TRUE(is_empty());
}

TEST_F(LeftPartTest, AnEndlessSidecarIsNotReadToItsEnd) {
  fs::resize_file(root_ / "p.resume", 1ull << 40);  // sparse
  EXPECT_FALSE(reopens());
  EXPECT_TRUE(is_empty());
}

/// Lets this process open no more than `spare` further files.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t spare) {
    EXPECT_EQ(0, ::getrlimit(RLIMIT_NOFILE, &before_));
    const UniqueFd next(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const rlimit few{static_cast<rlim_t>(next.get()) + spare, before_.rlim_max};
    EXPECT_EQ(0, ::setrlimit(RLIMIT_NOFILE, &few));
  }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST_F(LeftPartTest, StaysWhereDescriptorsAreShort) {
  for (const rlim_t spare : {0, 1}) {
    {
      const FewDescriptors few(spare);
      EXPECT_FALSE(reopens());
    }
    EXPECT_EQ(EMFILE, error_) << spare;
    EXPECT_TRUE(is_complete()) << spare;
  }
  EXPECT_TRUE(reopens()) << "it is whole";
}

TEST_F(LeftPartTest, StaysWhereItMayNotBeRead) {
  for (const char* name : {"p", "p.resume"}) {
    fs::permissions(root_ / name, fs::perms::none);
    {
      const AsNobody nobody({}, root_);
      EXPECT_FALSE(reopens());
    }
    EXPECT_EQ(EACCES, error_) << name;
    EXPECT_TRUE(is_complete()) << name;
    fs::permissions(root_ / name, fs::perms::owner_read | fs::perms::owner_write);
  }
  EXPECT_TRUE(reopens());
}

TEST_F(LeftPartTest, StaysWhereItsEndIsNotWritten) {
  {
    PartFile part(folder_fd_, "p", UniqueFd(), PartFile::HasSidecar::yes);
    EXPECT_EQ(EBADF, part.commit()) << "as NFS may say EIO";
    part.keep();
  }
  EXPECT_TRUE(is_complete());
  EXPECT_TRUE(reopens());
}

TEST_F(LeftPartTest, NotOfAnotherLink) {
  Sidecar other = kSidecar;
  other.part_name = "q";
  write_note(encode(other));
  EXPECT_FALSE(reopens());
}

TEST_F(LeftPartTest, NeverFollowsALinkNorWaitsForAPipe) {
  for (const char* name : {"p", "p.resume"}) {
    write_note(encode(kSidecar));
    std::ofstream(root_ / "p") << "half a file";
    fs::rename(root_ / name, root_ / "elsewhere");
    fs::create_symlink("elsewhere", root_ / name);
    EXPECT_FALSE(reopens()) << name;
    EXPECT_TRUE(fs::exists(root_ / "elsewhere"));

    write_note(encode(kSidecar));
    std::ofstream(root_ / "p") << "half a file";
    fs::remove(root_ / name);
    ASSERT_EQ(::mkfifo((root_ / name).c_str(), 0600), 0);
    EXPECT_FALSE(reopens()) << name;
  }
}

TEST_F(LeftPartTest, FoldersInItsPlaceAreNoPart) {
  for (const char* name : {"p", "p.resume"}) {
    write_note(encode(kSidecar));
    std::ofstream(root_ / "p") << "half a file";
    fs::remove(root_ / name);
    fs::create_directory(root_ / name);
    EXPECT_FALSE(reopens()) << name;
    fs::remove(root_ / name);
  }
}

TEST_F(LeftPartTest, ASidecarThatCannotBeWrittenLeavesTheOneBefore) {
  {
    auto old = reopen();
    fs::create_directory(root_ / "p.resume.new");
    Sidecar later = kSidecar;
    later.length = 200;
    EXPECT_EQ(old->file->write_sidecar(later), EISDIR);
    old->file->keep();
  }
  EXPECT_EQ(reopen()->sidecar.length, 100u);
}

}  // namespace
}  // namespace fanfetch
