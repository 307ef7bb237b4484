// What one attempt leaves of a part, and what the next one finds proved of it.

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>

#include "common/part_name.h"
#include "tests/support/temp_dir.h"
#include "worker/store/part_check.h"
#include "worker/store/part_file.h"
#include "worker/store/part_writer.h"

namespace fanfetch {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::size_t kMiB = 1024 * 1024;

/// Eight bytes at a time: nobody optimizes test code.
std::string noise(std::size_t size) {
  std::mt19937_64 random(3);
  std::string bytes(size, '\0');
  for (std::size_t at = 0; at + 8 <= size; at += 8) {
    const std::uint64_t word = random();
    std::memcpy(bytes.data() + at, &word, 8);
  }
  return bytes;
}

const std::string kFile = noise(20 * kMiB);

/// A file on a disk that fails.
class FailingFile : public StoredFile {
 public:
  FailingFile(std::unique_ptr<StoredFile> file, std::uint64_t readable, int truncate_error)
      : file_(std::move(file)), readable_(readable), truncate_error_(truncate_error) {}

  [[nodiscard]] int append(std::span<const std::byte> bytes) override {
    return file_->append(bytes);
  }
  [[nodiscard]] int commit() override { return file_->commit(); }
  [[nodiscard]] int write_sidecar(const Sidecar& sidecar) override {
    return file_->write_sidecar(sidecar);
  }
  void keep() override { file_->keep(); }
  [[nodiscard]] ssize_t read(std::uint64_t offset, std::span<std::byte> bytes) override {
    return offset + bytes.size() > readable_ ? -EIO : file_->read(offset, bytes);
  }
  [[nodiscard]] int truncate(std::uint64_t size) override {
    return truncate_error_ != 0 ? truncate_error_ : file_->truncate(size);
  }

 private:
  std::unique_ptr<StoredFile> file_;
  std::uint64_t readable_;
  int truncate_error_;
};

class ResumePartTest : public ::testing::Test {
 protected:
  ResumePartTest() : folder_(UniqueFd(::open(root_.c_str(), O_RDONLY | O_DIRECTORY))) {}

  [[nodiscard]] PartWriter begin(std::size_t length = kFile.size()) {
    int error = 0;
    return {folder_.create("p", error),
            Sidecar{.part_name = "p", .etag = "\"1\"", .length = length}};
  }
  /// Gives it the file's bytes up to `end`, in pieces as libcurl hands them over.
  static void write_up_to(PartWriter& part, std::size_t end) {
    while (part.size() < end) {
      const std::size_t piece = std::min<std::size_t>(16'000, end - part.size());
      ASSERT_EQ(0, part.append(std::as_bytes(std::span(kFile).subspan(part.size(), piece))));
    }
  }
  /// As a killed process does: the bytes and the last note, with nobody to keep or remove them.
  void leave_killed(std::size_t end) {
    PartWriter part = begin();
    write_up_to(part, end);
    EXPECT_LT(part.keep(), end);
  }
  /// The same in a slow transfer, which is looked at once a second.
  void leave_killed_slowly(std::size_t bytes_a_second, int seconds, std::size_t start = 0) {
    PartWriter part = begin();
    write_up_to(part, start);
    for (int i = 0; i < seconds; ++i, time_ += 1s) {
      part.checkpoint_in_time(time_);
      write_up_to(part, part.size() + bytes_a_second);
    }
    checkpoints_ = part.sidecar()->checkpoints.size();
    (void)part.keep();
  }
  void leave_kept(std::size_t end) {
    PartWriter part = begin();
    write_up_to(part, end);
    ASSERT_EQ(end, part.keep_all());
  }
  /// Where the next attempt goes on; 0: at the start. What follows makes the file whole.
  std::uint64_t go_on() {
    auto old = folder_.reopen("p", error_);
    if (!old) return 0;
    PartCheck check(std::move(*old));
    auto state = PartCheck::State::busy;
    for (slices_ = 0; state == PartCheck::State::busy; ++slices_) state = check.step();
    if (state == PartCheck::State::useless) return 0;
    PartWriter part = check.take();
    const std::uint64_t start = part.size();
    EXPECT_EQ(start, fs::file_size(at("p")));
    write_up_to(part, kFile.size());
    EXPECT_EQ(0, part.commit());
    EXPECT_EQ(sha256(kFile), part.digest());
    EXPECT_TRUE(content() == kFile);
    EXPECT_FALSE(fs::exists(note()));
    return start;
  }
  /// The error that a check of the part meets on a disk that fails; 0: it meets none.
  int check_on_bad_disk(std::uint64_t readable, int truncate_error) {
    auto old = folder_.reopen("p", error_);
    if (!old) return 0;
    old->file = std::make_unique<FailingFile>(std::move(old->file), readable, truncate_error);
    PartCheck check(std::move(*old));
    auto state = PartCheck::State::busy;
    while (state == PartCheck::State::busy) state = check.step();
    return state == PartCheck::State::unreadable ? check.error() : 0;
  }
  void flip(std::size_t offset) const {
    std::fstream file(at("p"), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(offset));
    file.put(static_cast<char>(~kFile[offset]));
  }
  /// support::read_file() reads a character at a time.
  [[nodiscard]] std::string content() const {
    std::string bytes(fs::file_size(at("p")), '\0');
    std::ifstream(at("p"), std::ios::binary).read(bytes.data(), std::ssize(bytes));
    return bytes;
  }
  [[nodiscard]] fs::path at(const std::string& name) const { return root_ / name; }
  [[nodiscard]] fs::path note() const { return at("p" + std::string(kSidecarSuffix)); }
  [[nodiscard]] bool is_empty() const { return fs::is_empty(root_); }

  support::TempDir temp_;
  const fs::path root_ = temp_.path();
  PartFolder folder_;
  int slices_ = 0;
  int error_ = 0;
  Instant time_{};
  std::size_t checkpoints_ = 0;
};

TEST_F(ResumePartTest, KeptPartGoesOnAtTheExactByte) {
  leave_kept(19 * kMiB + 17);
  EXPECT_EQ(19 * kMiB + 17, go_on());
  EXPECT_GE(slices_, 5) << "19 MiB are no single slice";
}

TEST_F(ResumePartTest, KilledWriterLeavesItsLastCheckpoint) {
  leave_killed(19 * kMiB);
  const std::uint64_t start = go_on();
  EXPECT_GE(start, 17 * kMiB);
  EXPECT_LT(start, 17 * kMiB + 32'000);
}

TEST_F(ResumePartTest, KilledSlowWriterLosesSecondsOnly) {
  leave_killed_slowly(1000, 20);
  EXPECT_EQ(15'000u, go_on()) << "a checkpoint every 5 s, below a mebibyte too";
}

TEST_F(ResumePartTest, TimedCheckpointsReplaceEachOther) {
  leave_killed_slowly(1000, 1000, 2 * kMiB);
  EXPECT_EQ(2u, checkpoints_) << "that of the first mebibyte and the last timed one";
  EXPECT_EQ(2 * kMiB + 995'000, go_on());
}

TEST_F(ResumePartTest, ATimedCheckpointDoesNotPutOffTheNextBySize) {
  leave_killed_slowly(kMiB, 19);
  EXPECT_EQ(2u, checkpoints_) << "at 1 and 17 MiB; the timed ones in between were replaced";
  const std::uint64_t start = go_on();
  EXPECT_GE(start, 17 * kMiB);
  EXPECT_LT(start, 17 * kMiB + 32'000);
}

TEST_F(ResumePartTest, ACheckpointBySizePutsOffTheNextTimedOne) {
  PartWriter part = begin();
  const auto count_at = [&](std::chrono::seconds time) {
    part.checkpoint_in_time(time_ + time);
    return part.sidecar()->checkpoints.size();
  };
  EXPECT_EQ(0u, count_at(0s));
  write_up_to(part, 2 * kMiB);
  EXPECT_EQ(1u, count_at(4s));
  write_up_to(part, 3 * kMiB);
  EXPECT_EQ(1u, count_at(8s));
  EXPECT_EQ(2u, count_at(9s));
}

TEST_F(ResumePartTest, WhereNothingComesNothingIsNoted) {
  PartWriter part = begin();
  for (int i = 0; i < 100; ++i, time_ += 1s) part.checkpoint_in_time(time_);
  EXPECT_FALSE(fs::exists(note()));
  write_up_to(part, 5000);
  part.checkpoint_in_time(time_);
  const auto written = fs::last_write_time(note());
  fs::last_write_time(note(), written - 1h);
  for (int i = 0; i < 100; ++i, time_ += 1s) part.checkpoint_in_time(time_);
  EXPECT_EQ(written - 1h, fs::last_write_time(note()));
}

TEST_F(ResumePartTest, ATimedCheckpointThatCannotBeWrittenLeavesTheOneBefore) {
  const fs::path temporary = note().string() + ".new";
  {
    PartWriter part = begin();
    part.checkpoint_in_time(time_);
    write_up_to(part, 1000);
    part.checkpoint_in_time(time_ += 5s);
    fs::create_directory(temporary);
    write_up_to(part, 2000);
    part.checkpoint_in_time(time_ += 5s);
    EXPECT_EQ(1000u, part.keep());
  }
  fs::remove(temporary);
  EXPECT_EQ(1000u, go_on());
}

TEST_F(ResumePartTest, APoliteStopKeepsEveryByte) {
  for (const std::size_t end : {std::size_t{1}, kMiB - 1, 19 * kMiB + 17}) {
    {
      PartWriter part = begin();
      write_up_to(part, end);
      EXPECT_EQ(end, part.keep_every_byte());
    }
    EXPECT_EQ(end, go_on());
  }
}

TEST_F(ResumePartTest, APoliteStopWithoutAByteLeavesNothing) {
  EXPECT_EQ(0u, begin().keep_every_byte());
  EXPECT_TRUE(is_empty());
}

TEST_F(ResumePartTest, AStopDuringTheCheckLeavesThePart) {
  leave_kept(19 * kMiB);
  {
    auto old = folder_.reopen("p", error_);
    ASSERT_TRUE(old);
    PartCheck check(std::move(*old));
    ASSERT_EQ(PartCheck::State::busy, check.step());
    check.keep();
  }
  EXPECT_EQ(19 * kMiB, go_on());
}

/// The last checkpoint of an earlier run is proven, so it stays where later ones are not.
TEST_F(ResumePartTest, ATimedCheckpointReplacesNoneOfAnEarlierRun) {
  leave_kept(3 * kMiB);
  auto old = folder_.reopen("p", error_);
  ASSERT_TRUE(old);
  PartCheck check(std::move(*old));
  while (check.step() == PartCheck::State::busy) {
  }
  PartWriter part = check.take();
  part.checkpoint_in_time(time_);
  write_up_to(part, 4 * kMiB);
  part.checkpoint_in_time(time_ += 5s);
  write_up_to(part, 5 * kMiB);
  part.checkpoint_in_time(time_ += 5s);
  ASSERT_EQ(3u, part.sidecar()->checkpoints.size());
  EXPECT_EQ(3 * kMiB, part.sidecar()->checkpoints[1].offset);
  EXPECT_EQ(5 * kMiB, part.sidecar()->checkpoints[2].offset);
}

TEST_F(ResumePartTest, SmallPartsVanish) {
  {
    PartWriter part = begin();
    write_up_to(part, kMiB - 1);
    EXPECT_EQ(0u, part.keep_all());
  }
  EXPECT_TRUE(is_empty());
}

TEST_F(ResumePartTest, PartsThatNobodyKeepsVanish) {
  {
    PartWriter part = begin();
    write_up_to(part, 2 * kMiB);
    EXPECT_TRUE(fs::exists(note()));
  }
  EXPECT_TRUE(is_empty());
}

TEST_F(ResumePartTest, PartsWithoutACheckpointCannotBeKept) {
  {
    int error = 0;
    PartWriter part(folder_.create("p", error), PartWriter::Hash::yes);
    write_up_to(part, 2 * kMiB);
    EXPECT_EQ(0u, part.keep_all());
  }
  EXPECT_TRUE(is_empty());
}

TEST_F(ResumePartTest, KeepWithoutANewCheckpointNamesTheLast) {
  PartWriter part = begin();
  write_up_to(part, 3 * kMiB);
  const std::uint64_t last = part.keep();
  EXPECT_GE(last, kMiB);
  EXPECT_LT(last, kMiB + 16'000);
}

TEST_F(ResumePartTest, NoCheckpointAtTheEnd) {
  PartWriter part = begin(2 * kMiB);
  write_up_to(part, 2 * kMiB);
  EXPECT_LT(part.keep_all(), 2 * kMiB) << "the rest would be nothing";
}

TEST_F(ResumePartTest, AFlippedByteFallsBackToTheCheckpointBefore) {
  leave_kept(19 * kMiB);
  flip(18 * kMiB);
  const std::uint64_t start = go_on();
  EXPECT_GE(start, 17 * kMiB);
  EXPECT_LT(start, 17 * kMiB + 32'000);
}

TEST_F(ResumePartTest, AFlippedByteAtTheFrontIsFatal) {
  leave_kept(19 * kMiB);
  flip(0);
  EXPECT_EQ(0u, go_on());
  EXPECT_TRUE(is_empty());
}

TEST_F(ResumePartTest, BytesThatNeverReachedTheDiskAreNotBelieved) {
  leave_kept(19 * kMiB);
  fs::resize_file(at("p"), 10 * kMiB);
  fs::resize_file(at("p"), 19 * kMiB);  // its length, and zeros
  const std::uint64_t start = go_on();
  EXPECT_GE(start, kMiB);
  EXPECT_LT(start, kMiB + 16'000);
}

TEST_F(ResumePartTest, AShorterPartFallsBack) {
  leave_kept(19 * kMiB);
  fs::resize_file(at("p"), 19 * kMiB - 1);
  const std::uint64_t start = go_on();
  EXPECT_GE(start, 17 * kMiB);
  EXPECT_LT(start, 17 * kMiB + 32'000);
}

TEST_F(ResumePartTest, AnEmptyPartIsUseless) {
  leave_kept(19 * kMiB);
  fs::resize_file(at("p"), 0);
  EXPECT_EQ(0u, go_on());
  EXPECT_TRUE(is_empty());
}

TEST_F(ResumePartTest, ADiskThatCannotReadCostsNothing) {
  leave_kept(19 * kMiB);
  for (const std::size_t readable : {std::size_t{0}, 18 * kMiB}) {
    EXPECT_EQ(EIO, check_on_bad_disk(readable, 0));
    EXPECT_EQ(19 * kMiB, fs::file_size(at("p")));
  }
  EXPECT_EQ(19 * kMiB, go_on());
}

TEST_F(ResumePartTest, ADiskThatCannotCutCostsNothing) {
  leave_kept(19 * kMiB);
  EXPECT_EQ(EROFS, check_on_bad_disk(kFile.size(), EROFS));
  EXPECT_EQ(19 * kMiB, go_on());
}

TEST_F(ResumePartTest, ALongerPartIsCutBack) {
  leave_kept(19 * kMiB);
  std::ofstream(at("p"), std::ios::app) << "what a killed writer had added";
  EXPECT_EQ(19 * kMiB, go_on());
}

TEST_F(ResumePartTest, GoesOnAgainAndAgain) {
  leave_kept(2 * kMiB);
  for (const std::size_t end : {5 * kMiB, 19 * kMiB, 19 * kMiB + 1}) {
    auto old = folder_.reopen("p", error_);
    ASSERT_TRUE(old);
    PartCheck check(std::move(*old));
    while (check.step() == PartCheck::State::busy) {
    }
    PartWriter part = check.take();
    write_up_to(part, end);
    EXPECT_EQ(end, part.keep_all());
  }
  EXPECT_EQ(19 * kMiB + 1, go_on());
}

TEST_F(ResumePartTest, VeryManyCheckpointsAreThinnedOut) {
  Sidecar sidecar{.part_name = "p", .etag = "\"1\"", .length = kFile.size()};
  for (std::size_t i = 1; i <= kMaxCheckpoints; ++i) {
    sidecar.checkpoints.push_back({i, sha256(std::string_view(kFile).substr(0, i))});
  }
  int error = 0;
  auto file = folder_.create("p", error);
  ASSERT_EQ(0, file->append(std::as_bytes(std::span(kFile).first(kMaxCheckpoints))));
  Sha256 hash;
  hash.update(std::as_bytes(std::span(kFile).first(kMaxCheckpoints)));
  {
    PartWriter part(std::move(file), sidecar, std::move(hash));
    write_up_to(part, 3 * kMiB);
    EXPECT_EQ(3 * kMiB, part.keep_all());
    EXPECT_EQ(kMaxCheckpoints / 2 + 1, part.sidecar()->checkpoints.size());
  }
  EXPECT_EQ(3 * kMiB, go_on());
}

}  // namespace
}  // namespace fanfetch
