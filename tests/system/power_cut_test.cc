// Power cuts: an ext4 image in a loop device is copied while a run writes into it. Such a copy is
// what a disk holds after a cut, since it has only what reached the block device.

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <thread>

#include "common/unique_fd.h"
#include "tests/support/kept_promise.h"
#include "tests/support/mounts.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kImageBytes = 64 << 20;
constexpr std::size_t kLinks = 500;
constexpr std::size_t kLeastCuts = 20;
/// The first links fill the ledger's log, so that all others fit in once it begins anew. Only then
/// is a commit durable that makes nothing else durable with it (no block is added to any file),
/// and a rename that was not synced shows as lost.
constexpr std::size_t kLongLinks = 150;
constexpr std::size_t kLongLinkBytes = 7500;
/// So that the journal commits often, and a name may come to the disk before its bytes do.
constexpr const char* kMountOptions = "commit=1";

/// What the disk held at some moment.
struct Cut {
  fs::path image;
  std::set<std::string> reported;  ///< Names of files that were `saved` by then.
};

/// Everything in the file but its holes, offset → bytes.
using Extents = std::vector<std::pair<off_t, std::string>>;

Extents read_extents(int file) {
  Extents extents;
  off_t end = 0;
  for (;;) {
    const off_t start = ::lseek(file, end, SEEK_DATA);
    if (start < 0) return extents;
    end = ::lseek(file, start, SEEK_HOLE);
    std::string bytes(static_cast<std::size_t>(end - start), '\0');
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t got =
          ::pread(file, bytes.data() + done, bytes.size() - done, start + static_cast<off_t>(done));
      if (got <= 0) throw std::runtime_error("cannot read the image");
      done += static_cast<std::size_t>(got);
    }
    extents.emplace_back(start, std::move(bytes));
  }
}

void write_extents(const fs::path& path, const Extents& extents) {
  std::ofstream file(path, std::ios::binary);
  for (const auto& [offset, bytes] : extents) {
    file.seekp(offset);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
  fs::resize_file(path, kImageBytes);
}

/// How many writes the block device has finished (Documentation/block/stat.rst).
std::uint64_t writes_done(const std::string& device) {
  std::ifstream stat("/sys/block/" + device + "/stat");
  std::uint64_t field = 0;
  for (int i = 0; i < 5; ++i) stat >> field;
  if (!stat) throw std::runtime_error("no statistics of " + device);
  return field;
}

class PowerCutTest : public SystemTest {
 protected:
  static void SetUpTestSuite() { no_mounts_ = enter_own_mounts(); }

  void SetUp() override {
    if (no_mounts_) GTEST_SKIP() << *no_mounts_;
    seed_ = std::random_device()();
    random_.seed(seed_);
    for (std::size_t i = 0; i < kLinks; ++i) {
      const std::string name = fmt::format("{:03}.bin", i);
      const GeneratedBody body(static_cast<std::uint64_t>(pick(1, 60'000)), i);
      expected_.emplace(name, body);
      links_.push_back('/' + name);
      if (i < kLongLinks) links_.back() += '?' + std::string(kLongLinkBytes, 'x');
      const bool last = i + 1 == kLinks;
      origin_.serve('/' + name, [this, body, last](Connection& connection, const Request& request) {
        if (last && !connection.wait(cut_enough_)) return connection.close();
        serve_body(connection, request, body, {.time = slow_ ? 150ms : 0ms});
      });
    }
  }

  [[nodiscard]] int pick(int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random_);
  }
  Launch launch() { return list_setup(links_, {"-w2", "-j8", "--per-host=8"}); }

  /// The image as it is at one moment: if the device has written in between, once more. A request
  /// that is under way may be there in part, which is what a cut does to it.
  Cut cut(const std::string& device, const FanfetchProcess* run) {
    const UniqueFd file(::open(image().c_str(), O_RDONLY | O_CLOEXEC));
    constexpr int kPatientTries = 300;
    for (int tries = 0;; ++tries) {
      if (tries == kPatientTries && run != nullptr) run->signal_all(SIGSTOP);
      Cut cut{.image = folder_.at(fmt::format("cut{}.img", cuts_++)), .reported = reported_names()};
      const std::uint64_t before = writes_done(device);
      const Extents extents = read_extents(file.get());
      if (writes_done(device) != before) continue;
      if (tries >= kPatientTries && run != nullptr) run->signal_all(SIGCONT);
      write_extents(cut.image, extents);
      return cut;
    }
  }
  [[nodiscard]] std::set<std::string> reported_names() const {
    std::set<std::string> names;
    for (const ResultLine& line : results_so_far(results())) {
      if (line.status == "saved") names.insert(line.file_name.value_or(""));
    }
    return names;
  }

  /// A run into a fresh image, cut again and again, and once more when it is over.
  std::vector<Cut> run_with_cuts();
  /// Mounts what the cut left, looks for what was promised, and runs the command again.
  void check(const Cut& cut);

  [[nodiscard]] std::string image() const { return folder_.at("disk.img"); }

  static std::optional<std::string> no_mounts_;
  unsigned seed_ = 0;
  std::mt19937 random_;
  ExpectedFiles expected_;
  std::vector<std::string> links_;
  std::atomic<bool> slow_ = true;
  Gate cut_enough_;  // the last answer waits for it
  int cuts_ = 0;
};

std::optional<std::string> PowerCutTest::no_mounts_;

std::vector<Cut> PowerCutTest::run_with_cuts() {
  std::vector<Cut> cuts;
  make_ext4_image(image(), kImageBytes);
  const Mount disk = Mount::image(image(), output(), kMountOptions);
  FanfetchProcess process(launch());
  bool restarted = false;
  while (!process.ended()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(pick(10, 300)));
    cuts.push_back(cut(disk.device(), &process));
    if (cuts.size() == kLeastCuts) cut_enough_.open();
    if (!restarted && cuts.back().reported.size() > kLongLinks + 20) {
      restarted = restart_ledger_log(output());
    }
  }
  EXPECT_TRUE(restarted);
  const Finished finished = finish(process);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  cuts.push_back(cut(disk.device(), nullptr));
  EXPECT_EQ(expected_.size(), cuts.back().reported.size()) << finished.describe();
  return cuts;
}

void PowerCutTest::check(const Cut& cut) {
  const Mount disk = Mount::image(cut.image, output(), kMountOptions);
  EXPECT_EQ(std::vector<std::string>(), broken_files(expected_, output()));
  std::set<std::string> safe;
  if (const auto ledger = read_ledger(output())) {
    EXPECT_EQ("ok", ledger->integrity);
    EXPECT_EQ(std::vector<std::string>(), lost_rows(*ledger, expected_, output()));
    for (const LedgerRow& row : ledger->rows) {
      if (row.status == "saved") safe.insert(row.file_name.value_or(""));
    }
  }
  std::vector<std::string> forgotten;
  std::ranges::set_difference(cut.reported, safe, std::back_inserter(forgotten));
  EXPECT_EQ(std::vector<std::string>(), forgotten) << "reported, and not in the ledger";

  const std::size_t before = origin_.count();
  const Finished again = run(launch());
  EXPECT_EQ(0, again.exit_status) << again.describe();
  EXPECT_EQ(kLinks, records().size());
  EXPECT_EQ(std::vector<std::string>(), broken_files(expected_, output()));
  EXPECT_EQ(std::vector<std::string>(), missing_files(expected_, output()));
  EXPECT_EQ(std::vector<std::string>(), parts_left(output()));
  std::vector<std::string> asked_again;
  const auto log = origin_.requests();
  for (std::size_t i = before; i < log.size(); ++i) {
    const std::string name = log[i].path.substr(1, log[i].path.find('?') - 1);
    if (safe.contains(name)) asked_again.push_back(name);
  }
  EXPECT_EQ(std::vector<std::string>(), asked_again) << "they were saved";
}

TEST_F(PowerCutTest, LosesNothingThatWasSaved) {
  SCOPED_TRACE(fmt::format("seed {}", seed_));
  const std::vector<Cut> cuts = run_with_cuts();
  slow_ = false;
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    SCOPED_TRACE(
        fmt::format("cut {} of {}, {} reported", i + 1, cuts.size(), cuts[i].reported.size()));
    check(cuts[i]);
    fs::remove(cuts[i].image);
  }
}

}  // namespace
}  // namespace fanfetch::system
