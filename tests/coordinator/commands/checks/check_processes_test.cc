// What a process that checks files can do once it has been captured: the crash point behind each
// file is replaced by an intruder.

#include "coordinator/commands/checks/check_processes.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <new>

#include "common/crash_point.h"
#include "common/sandbox/lock_in.h"
#include "tests/coordinator/ledger/ledger_samples.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

/// Of the process that was started last; a copy of ours.
std::function<void()> intruder;

/// What it opened, in memory that it shares with us.
struct Opened {
  bool asked, own_file, other_file, to_write, new_file, by_link;
};

class CheckProcessesTest : public testing::Test {
 protected:
  void SetUp() override {
    const SandboxSupport support = sandbox_support();
    if (support.landlock_abi == 0 || !support.seccomp || support.sanitized) {
      GTEST_SKIP() << "this machine, or this build, has no whole sandbox";
    }
    (void)temp_.write("secret", "what only others may read");
    (void)temp_.write("out/a.jpg", "a picture");
    ASSERT_EQ(0, ::symlink("../secret", temp_.at("out/link").c_str()));
    OpenLedger made = open_sqlite(ledger_);
    LedgerEntry entry{.row = saved_row(1, "a.jpg")};
    ASSERT_TRUE(made.ledger->begin_run(WallTime(), 1));
    ASSERT_TRUE(made.ledger->write(std::span(&entry, 1)));
  }
  void TearDown() override { intruder = nullptr; }

  /// One process, behind whose first file `does` happens.
  Result<> check(std::function<void()> does) {
    intruder = std::move(does);
    const UniqueFd folder(::open(temp_.at("out").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    auto processes = CheckProcesses::start(1, ledger_, folder.get());
    if (!processes) return tl::unexpected(processes.error());
    while (!processes->done()) {
      for (const Finding& finding : processes->next(1s)) {
        if (finding.verdict != Verdict::under_way) verdicts_.push_back(finding.verdict);
      }
    }
    return processes->finish();
  }

  const support::TempDir temp_;
  const std::string ledger_ = temp_.at("ledger.sqlite");
  std::vector<Verdict> verdicts_;
};

TEST_F(CheckProcessesTest, OpensNothingButToReadBelowTheFolder) {
  void* const shared =
      ::mmap(nullptr, sizeof(Opened), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(MAP_FAILED, shared);
  auto* const opened = new (shared) Opened{};
  const auto opens = [this](const std::string& name, int flags) {
    return UniqueFd(::open(temp_.at(name).c_str(), flags | O_CLOEXEC, 0600)).valid();
  };
  const auto done = check([&] {
    *opened = {.asked = true,
               .own_file = opens("out/a.jpg", O_RDONLY),
               .other_file = opens("secret", O_RDONLY),
               .to_write = opens("out/a.jpg", O_WRONLY),
               .new_file = opens("out/new", O_WRONLY | O_CREAT),
               .by_link = opens("out/link", O_RDONLY)};
  });
  EXPECT_TRUE(done) << (done ? "" : done.error().message);
  EXPECT_EQ(1u, verdicts_.size());
  EXPECT_TRUE(opened->asked);
  EXPECT_TRUE(opened->own_file);
  EXPECT_FALSE(opened->other_file);
  EXPECT_FALSE(opened->to_write);
  EXPECT_FALSE(opened->new_file);
  EXPECT_FALSE(opened->by_link);
}

TEST_F(CheckProcessesTest, IsEndedForWhatOnlyAnIntruderDoes) {
  const std::pair<const char*, std::function<void()>> kDeeds[] = {
      {"a socket", [] { (void)::socket(AF_INET, SOCK_STREAM, 0); }},
      {"a process",
       [] {
         if (::fork() == 0) ::_exit(0);
       }},
      {"a program", [] { ::execl("/bin/true", "true", nullptr); }},
      {"a signal", [] { ::kill(::getppid(), 0); }}};
  for (const auto& [what, deed] : kDeeds) {
    const auto done = check(deed);
    ASSERT_FALSE(done) << what;
    EXPECT_NE(done.error().message.npos,
              done.error().message.find(fmt::format("was killed by signal {}", SIGSYS)))
        << what << ": " << done.error().message;
  }
}

}  // namespace

void crash_point(std::string_view) {
  if (intruder) std::exchange(intruder, nullptr)();
}

}  // namespace fanfetch
