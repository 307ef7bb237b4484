// Disks that fill up or fail, folders that vanish: the run ends with 4 and says what to do, what
// has a name is whole, and the same command finishes once the cause is gone.

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <fstream>
#include <set>

#include "common/unique_fd.h"
#include "tests/support/kept_promise.h"
#include "tests/support/mounts.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLinks = 40;
constexpr std::uint64_t kFileBytes = 250'000;

class FolderTest : public SystemTest {
 protected:
  void SetUp() override {
    for (std::size_t i = 0; i < kLinks; ++i) {
      const std::string name = fmt::format("{:02}.jpg", i);
      const GeneratedBody body(kFileBytes, i);
      expected_.emplace(name, body);
      links_.push_back('/' + name);
      // The second half waits, for tests that do something in between.
      origin_.serve(links_.back(), [this, body, i](Connection& connection, const Request& request) {
        if (i >= kLinks / 2 && gate_ && !connection.wait(*gate_)) return connection.close();
        serve_body(connection, request, body, {.time = 20ms});
      });
    }
  }

  Launch launch() {
    std::vector<std::string> args = {"-w1", "-j4", "--per-host=4", "--retries=0"};
    args.insert(args.end(), more_args_.begin(), more_args_.end());
    return list_setup(links_, args);
  }

  /// A run that has reported its first half when `spoil` is called, and goes on after it.
  template <class Spoil>
  Finished run_spoilt(const Spoil& spoil) {
    gate_ = std::make_shared<Gate>();
    FanfetchProcess process(launch());
    EXPECT_TRUE(
        eventually([&] { return results_so_far(results()).size() == kLinks / 2; }, kPatience));
    spoil();
    gate_->open();
    return finish(process);
  }

  /// Status 4, and a message that names the folder.
  void expect_output_failure(const Finished& finished) const {
    EXPECT_EQ(4, finished.exit_status) << finished.describe();
    EXPECT_TRUE(has(finished.err, output())) << finished.describe();
  }
  /// Nothing under a final name is broken. Notes what may not be asked for again.
  void expect_promise_kept() {
    EXPECT_EQ(std::vector<std::string>(), broken_files(expected_, output()));
    if (const auto ledger = read_ledger(output())) {
      EXPECT_EQ("ok", ledger->integrity);
      EXPECT_EQ(std::vector<std::string>(), lost_rows(*ledger, expected_, output()));
      for (const LedgerRow& row : ledger->rows) {
        if (row.status == "saved") saved_.insert('/' + row.file_name.value_or(""));
      }
    }
    for (const ResultLine& line : results_so_far(results())) {
      if (line.status != "saved") continue;
      EXPECT_TRUE(saved_.contains('/' + line.file_name.value_or(""))) << line.index;
    }
  }
  /// The same command, now that the cause is gone.
  void expect_it_finishes() {
    const std::size_t before = origin_.count();
    const Finished finished = run(launch());
    EXPECT_EQ(0, finished.exit_status) << finished.describe();
    EXPECT_EQ(kLinks, records().size());
    EXPECT_EQ(std::vector<std::string>(), broken_files(expected_, output()));
    EXPECT_EQ(std::vector<std::string>(), missing_files(expected_, output()));
    EXPECT_EQ(std::vector<std::string>(), parts_left(output()));
    std::vector<std::string> again;
    const auto log = origin_.requests();
    for (std::size_t i = before; i < log.size(); ++i) {
      if (saved_.contains(log[i].path)) again.push_back(log[i].path);
    }
    EXPECT_EQ(std::vector<std::string>(), again) << "they were saved";
  }

  ExpectedFiles expected_;
  std::vector<std::string> links_;
  std::vector<std::string> more_args_;
  std::shared_ptr<Gate> gate_;  // set before a run begins
  std::set<std::string> saved_;
};

/// On a file system of its own.
class DiskTest : public FolderTest {
 protected:
  static void SetUpTestSuite() { no_mounts_ = enter_own_mounts(); }
  void SetUp() override {
    if (no_mounts_) GTEST_SKIP() << *no_mounts_;
    FolderTest::SetUp();
  }

  /// Takes `bytes` of the disk, or all that is left.
  void fill(std::uint64_t bytes) const {
    std::ofstream file(ballast(), std::ios::binary);
    const std::string block(4096, 'x');
    for (std::uint64_t done = 0; done < bytes && file.flush(); done += block.size()) file << block;
  }
  [[nodiscard]] std::string ballast() const { return output() + "/ballast"; }

  static std::optional<std::string> no_mounts_;
};

std::optional<std::string> DiskTest::no_mounts_;

/// Says that there is no space, and what to do about it.
void expect_advice_on_space(const Finished& finished) {
  EXPECT_TRUE(has(finished.err, "No space left") || has(finished.err, "disk is full"))
      << finished.describe();
  EXPECT_TRUE(has(finished.err, "mend that") || has(finished.err, "make room"))
      << finished.describe();
}

TEST_F(DiskTest, FullInMidRun) {
  const Mount disk = Mount::memory(output(), 24 << 20);
  fill(18 << 20);  // what is left holds the ledger's reserve and a few of the files
  const Finished finished = run(launch());
  expect_output_failure(finished);
  expect_advice_on_space(finished);
  fs::remove(ballast());
  expect_promise_kept();
  EXPECT_LT(0u, saved_.size()) << finished.describe();
  EXPECT_GT(kLinks, saved_.size());
  expect_it_finishes();
}

TEST_F(DiskTest, FullInMidRunByAnother) {
  // Somebody else fills the disk: only the reserve is left for the last batch.
  const Mount disk = Mount::memory(output(), 64 << 20);
  const Finished finished = run_spoilt([this] { fill(64 << 20); });
  expect_output_failure(finished);
  expect_advice_on_space(finished);
  fs::remove(ballast());
  expect_promise_kept();
  EXPECT_LE(kLinks / 2, saved_.size());
  expect_it_finishes();
}

/// Before anything fails, and somebody has to look.
TEST_F(DiskTest, MinFreeInMidRun) {
  const Mount disk = Mount::memory(output(), 96 << 20);
  more_args_ = {"--min-free=40M"};
  gate_ = std::make_shared<Gate>();
  FanfetchProcess process(launch());
  ASSERT_TRUE(
      eventually([&] { return results_so_far(results()).size() == kLinks / 2; }, kPatience));
  fill(60 << 20);  // more than the reserve, which comes back at the end, makes good
  EXPECT_TRUE(process.wait_for_stderr("less than --min-free 40"));
  gate_->open();
  const Finished finished = finish(process);
  expect_output_failure(finished);
  EXPECT_FALSE(has(finished.err, "No space left")) << finished.describe();
  EXPECT_TRUE(has(finished.err, "make room")) << finished.describe();
  EXPECT_EQ(results_so_far(results()).size(), kLinks / 2 + 4) << "what was in flight is saved";
  expect_output_failure(run(launch()));  // nothing has changed
  EXPECT_EQ(results_so_far(results()).size(), kLinks / 2 + 4) << "and nothing is begun";
  fs::remove(ballast());
  expect_promise_kept();
  expect_it_finishes();
}

TEST_F(DiskTest, FullBeforeTheStart) {
  const Mount disk = Mount::memory(output(), 24 << 20);
  fill(24 << 20);
  const Finished finished = run(launch());
  expect_output_failure(finished);
  expect_advice_on_space(finished);
  EXPECT_EQ(0u, origin_.count()) << "nothing is asked for that cannot be kept";
  fs::remove(ballast());
  expect_promise_kept();
  expect_it_finishes();
}

TEST_F(DiskTest, ReadOnlyBeforeTheStart) {
  const Mount disk = Mount::memory(output(), 64 << 20);
  disk.remount(Mount::Writable::no);
  const Finished finished = run(launch());
  expect_output_failure(finished);
  EXPECT_EQ(0u, origin_.count());
  disk.remount(Mount::Writable::yes);
  expect_it_finishes();
}

TEST_F(DiskTest, ReadOnlyBeforeTheSecondRun) {
  const Mount disk = Mount::memory(output(), 64 << 20);
  const auto all = links_;
  links_.resize(kLinks / 2);
  EXPECT_EQ(0, run(launch()).exit_status);
  expect_promise_kept();
  links_ = all;
  disk.remount(Mount::Writable::no);
  expect_output_failure(run(launch()));
  disk.remount(Mount::Writable::yes);
  expect_it_finishes();
}

TEST_F(DiskTest, FailsInMidRun) {
  // What ext4 does when its disk fails: no write succeeds any more. A mere remount is refused as
  // long as the ledger is open.
  make_ext4_image(folder_.at("disk.img"), 64 << 20);
  {
    const Mount disk = Mount::image(folder_.at("disk.img"), output(), "errors=remount-ro");
    const std::string trigger = "/sys/fs/ext4/" + disk.device() + "/trigger_fs_error";
    if (!fs::exists(trigger)) GTEST_SKIP() << "this kernel has no " << trigger;
    const Finished finished = run_spoilt([&] { std::ofstream(trigger) << "test"; });
    expect_output_failure(finished);
    EXPECT_TRUE(has(finished.err, "Read-only") || has(finished.err, "Input/output"))
        << finished.describe();
  }
  const Mount disk = Mount::image(folder_.at("disk.img"), output());
  expect_promise_kept();
  EXPECT_LE(kLinks / 2, saved_.size());
  expect_it_finishes();
}

/// All that a name may be refused for, at once. The system's own exFAT would do as well; FUSE is
/// where the kernel has none.
TEST_F(DiskTest, NamesThatTheFileSystemRefuses) {
  if (!has_exfat()) GTEST_SKIP() << "exfat-fuse and exfatprogs are not installed";
  make_exfat_image(folder_.at("disk.img"), 64 << 20);
  const Mount disk = Mount::exfat(folder_.at("disk.img"), output());
  const std::vector<std::string> links = {"/a%3Ab.jpg", "/what%3F.jpg", "/x%22%7C%3C%3E.jpg",
                                          "/plain.jpg"};
  for (const std::string& link : links) origin_.serve(link, ok(picture(link)));
  const std::vector<std::string> names = {"--name={host}:{index}/{name}"};
  const std::vector<std::string> plain;
  for (const auto& args : {plain, names}) {
    const Finished finished = run(list_setup(links, args));
    EXPECT_EQ(0, finished.exit_status) << finished.describe();
    fs::remove_all(output() + "/.fanfetch");
  }
  std::set<std::string> bodies;
  for (const auto& [name, bytes] : saved_files()) {
    bodies.insert(bytes);
    EXPECT_EQ(std::string::npos, name.find_first_of(":?\"|<>")) << name;
  }
  EXPECT_EQ(links.size(), bodies.size());
  EXPECT_EQ(2 * links.size(), saved_files().size());
  EXPECT_TRUE(saved_files().contains("plain.jpg"));

  EXPECT_EQ(0, run(list_setup(links)).exit_status);
  const std::size_t asked = origin_.count();
  EXPECT_EQ(0, run(list_setup(links)).exit_status);
  for (const ResultLine& line : records()) EXPECT_EQ("kept", line.status) << line.index;
  EXPECT_EQ(asked, origin_.count());
}

/// An immutable folder takes no name at all: nobody's bytes are thrown away.
TEST_F(DiskTest, AFolderThatTakesNoName) {
  make_ext4_image(folder_.at("disk.img"), 64 << 20);
  const Mount disk = Mount::image(folder_.at("disk.img"), output());
  const auto make_immutable = [this](bool on) {
    const UniqueFd folder(::open(output().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    int flags = 0;
    ASSERT_EQ(0, ::ioctl(folder.get(), FS_IOC_GETFLAGS, &flags));
    flags = on ? flags | FS_IMMUTABLE_FL : flags & ~FS_IMMUTABLE_FL;
    ASSERT_EQ(0, ::ioctl(folder.get(), FS_IOC_SETFLAGS, &flags));
  };
  const Finished finished = run_spoilt([&] { make_immutable(true); });
  make_immutable(false);
  expect_output_failure(finished);
  EXPECT_TRUE(has(finished.err, "Operation not permitted")) << finished.describe();
  EXPECT_FALSE(parts_left(output()).empty());
  expect_promise_kept();
  EXPECT_LE(kLinks / 2, saved_.size());
  expect_it_finishes();
}

TEST_F(FolderTest, RemovedInMidRun) {
  const Finished finished = run_spoilt([this] { fs::remove_all(output()); });
  expect_output_failure(finished);
  EXPECT_FALSE(fs::exists(output())) << "it is not made anew";
  expect_it_finishes();  // from the beginning
}

TEST_F(FolderTest, ReplacedInMidRun) {
  const std::string moved = folder_.at("moved");
  const Finished finished = run_spoilt([&] {
    fs::rename(output(), moved);
    fs::create_directory(output());
  });
  expect_output_failure(finished);
  EXPECT_TRUE(fs::is_empty(output())) << "nothing is written to another folder";
  EXPECT_EQ(std::vector<std::string>(), broken_files(expected_, moved));
  fs::remove(output());
  fs::rename(moved, output());
  expect_promise_kept();
  EXPECT_LE(kLinks / 2, saved_.size());
  expect_it_finishes();
}

TEST_F(FolderTest, RenamedInMidRun) {
  const std::string moved = folder_.at("moved");
  const Finished finished = run_spoilt([&] { fs::rename(output(), moved); });
  expect_output_failure(finished);
  EXPECT_FALSE(fs::exists(output()));
  fs::rename(moved, output());
  expect_promise_kept();
  expect_it_finishes();
}

TEST_F(FolderTest, LedgerThatIsNoFile) {
  const std::string ledger = output() + "/.fanfetch/ledger.sqlite";
  fs::create_directories(ledger);
  expect_output_failure(run(launch()));
  fs::remove(ledger);
  ASSERT_EQ(0, ::mkfifo(ledger.c_str(), 0600));
  const Finished finished = run(launch());  // which may not wait for a writer
  expect_output_failure(finished);
  EXPECT_TRUE(has(finished.err, "ledger")) << finished.describe();
  EXPECT_EQ(0u, origin_.count());
  EXPECT_TRUE(fs::is_fifo(ledger)) << "it is not ours to remove";
  fs::remove(ledger);
  expect_it_finishes();
}

TEST_F(FolderTest, SecondRunAtTheSameTime) {
  gate_ = std::make_shared<Gate>();
  FanfetchProcess first(launch());
  ASSERT_TRUE(origin_.wait_for_count("", kLinks / 2));
  Launch given = list_setup({"/other.jpg"});
  given.args.back() = "--results=" + folder_.at("second.jsonl");
  const Finished second = run(given);
  EXPECT_EQ(5, second.exit_status) << second.describe();
  EXPECT_TRUE(has(second.err, std::to_string(first.pid()))) << second.describe();
  EXPECT_EQ(0u, origin_.count("/other.jpg"));
  gate_->open();
  EXPECT_EQ(0, finish(first).exit_status);
}

}  // namespace
}  // namespace fanfetch::system
