// What a worker that somebody has taken over can do, inside the real sandbox: each thing is tried
// by a process that was started, and has locked itself in, as workers are (tests/support/
// captured_worker.cc). That the same thing works without the sandbox shows that nothing else stood
// in its way.

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/file.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "common/event_loop.h"
#include "common/sandbox/lock_in.h"
#include "coordinator/pool/coordinator_channel.h"
#include "coordinator/pool/worker_process.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

namespace fs = std::filesystem;

/// What a call came to.
constexpr int kWorked = 0, kKilled = -1, kEither = -2;

char memory_of_the_coordinator = 'm';

struct Try {
  std::string attack, argument = {};
  int inside = kKilled;   ///< An errno value, or one of the above.
  int outside = kWorked;  ///< kEither: this machine may lack it.
};

class SandboxTest : public SystemTest {
 protected:
  void SetUp() override {
    if (sandbox_support().sanitized) GTEST_SKIP() << "sanitizers get less of a sandbox";
    if (sandbox_support().landlock_abi < 6) GTEST_SKIP() << "this kernel is too old for all of it";
    fs::create_directories(part());
    std::ofstream(part() + "/file") << "part";
    lock_.reset(::open(folder_.at("lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    ASSERT_EQ(0, ::flock(lock_.get(), LOCK_EX | LOCK_NB));
  }
  [[nodiscard]] std::string part() const { return folder_.at("part"); }

  struct Came {
    int to = 0;       ///< As Try::inside.
    std::string err;  ///< What it said.
  };
  Came attempt(const Try& one, SandboxLevel level, const std::vector<std::uint16_t>& ports = {},
               const std::string& purpose = "attack") {
    auto channel = CoordinatorChannel::create(1);
    const UniqueFd folder(::open(part().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const WorkerProgram program{
        .binary = UniqueFd(::open(::getenv("FANFETCH_CAPTURED_WORKER"), O_PATH | O_CLOEXEC)),
        .sandbox = level,
        .ports = ports,
        .arguments = {purpose, one.attack, one.argument},
        .descriptors = {folder.get(), lock_.get()}};
    auto process = WorkerProcess::start(program, *channel);
    EXPECT_TRUE(process);
    if (!process) return {};
    pollfd dead{.fd = process->pidfd(), .events = POLLIN, .revents = 0};
    EXPECT_EQ(1, ::poll(&dead, 1, 20'000)) << one.attack;
    const WorkerDeath death = process->reap();
    char text[1000];
    const ssize_t size = ::read(process->stderr_fd(), text, sizeof text);
    Came came{.err = std::string(text, size > 0 ? static_cast<std::size_t>(size) : 0)};
    if (death.by_sandbox) {
      came.to = kKilled;
    } else if (std::sscanf(death.how.c_str(), "exited with status %d", &came.to) != 1) {
      ADD_FAILURE() << one.attack << " " << death.how;
    }
    return came;
  }
  void expect_held(const std::vector<Try>& tries, const std::vector<std::uint16_t>& ports = {}) {
    for (const Try& one : tries) {
      SCOPED_TRACE(one.attack + " " + one.argument);
      EXPECT_EQ(one.inside, attempt(one, SandboxLevel::full, ports).to);
      const int outside = attempt(one, SandboxLevel::off, ports).to;
      if (one.outside != kEither) {
        EXPECT_EQ(one.outside, outside);
      }
    }
  }
  [[nodiscard]] std::string own_port() const { return std::to_string(origin_.port()); }

  UniqueFd lock_;
};

TEST_F(SandboxTest, DoesItsWork) {
  const Try work{"works", own_port()};
  for (const auto level :
       {SandboxLevel::full, SandboxLevel::files, SandboxLevel::descriptors, SandboxLevel::off}) {
    EXPECT_EQ(kWorked, attempt(work, level).to) << name(level);
  }
  EXPECT_EQ(kWorked, attempt(work, SandboxLevel::full, {origin_.port()}).to);
}

TEST_F(SandboxTest, ReachesNoFileBesideItsParts) {
  for (const char* name : {"picture.jpg", "ledger.sqlite"}) std::ofstream(folder_.at(name)) << "x";
  const std::string tmp =
      (fs::temp_directory_path() / fmt::format("captured-{}", ::getpid())).string();
  const auto of_another = CoordinatorChannel::create(1);
  ASSERT_TRUE(of_another);
  const Try tries[] = {
      {"reads", "/etc/passwd", EACCES},
      {"writes", folder_.at("picture.jpg"), EACCES},
      {"writes", folder_.at("ledger.sqlite"), EACCES},
      {"reads", folder_.at("ledger.sqlite"), EACCES},
      {"writes", folder_.at("new.jpg"), EACCES},
      {"writes", tmp, EACCES},
      {"lists", part(), EACCES},
      {"leaves", folder_.at("out"), EACCES},
      // Other processes' memory and regions, by way of /proc.
      {"reads", fmt::format("/proc/{}/mem", ::getpid()), EACCES},
      {"reads", fmt::format("/proc/{}/environ", ::getpid()), EACCES},
      {"writes", fmt::format("/proc/{}/fd/{}", ::getpid(), lock_.get()), EACCES},
      {"reads", fmt::format("/proc/{}/fd/{}", ::getpid(), of_another->region_fd()), EACCES},
      {"folder", "", ENOSYS},
      {"pipe"},
      {"symlink"},
      {"hard link"},
  };
  for (const Try& one : tries) {
    std::ofstream(part() + "/file") << "part";  // where one succeeds outside
    for (const char* made : {"folder", "fifo", "link", "name"}) fs::remove(part() + "/" + made);
    expect_held({one});
  }
  fs::remove(tmp);
}

/// What seccomp lets pass for parts, Landlock holds by itself, and the other way round.
TEST_F(SandboxTest, EachLockHoldsWithoutTheOther) {
  EXPECT_EQ(EACCES, attempt({"symlink"}, SandboxLevel::files).to);
  EXPECT_EQ(EACCES, attempt({"pipe"}, SandboxLevel::files).to);
  EXPECT_EQ(EACCES, attempt({"bind"}, SandboxLevel::files).to);
  EXPECT_EQ(EPERM, attempt({"kill"}, SandboxLevel::files).to);
  EXPECT_EQ(EPERM, attempt({"ptrace"}, SandboxLevel::files).to);
  EXPECT_EQ(EPERM, attempt({"blocking"}, SandboxLevel::files).to);
  EXPECT_EQ(EPERM, attempt({"blocking"}, SandboxLevel::descriptors).to);
  EXPECT_EQ(kWorked, attempt({"reads", "/etc/passwd"}, SandboxLevel::descriptors).to);
}

TEST_F(SandboxTest, StartsAndTouchesNoProcess) {
  const std::string at =
      std::to_string(reinterpret_cast<std::uintptr_t>(&memory_of_the_coordinator));
  expect_held({{"exec"},
               {"execveat"},
               {"memfd"},
               {"fork"},
               {"vfork"},
               {"thread"},
               {"ptrace"},
               {"vm read", at},
               {"kill"},
               {"tgkill"},
               {"pidfd"},
               {"code"}});
  EXPECT_EQ('m', memory_of_the_coordinator);
  expect_held({{"vm write", at}});
}

TEST_F(SandboxTest, HasNoOtherSocketsAndServesNobody) {
  expect_held({{"udp"},
               {"udp6"},
               {"unix"},
               {"netlink"},
               {"raw", "", kKilled, kEither},
               {"packet", "", kKilled, kEither},
               {"bind"},
               {"listen"}});
}

TEST_F(SandboxTest, SetsNothingOfASocketButWhatTransfersNeed) {
  EXPECT_EQ(kWorked, attempt({"no delay"}, SandboxLevel::full).to);
  expect_held({{"mark", "", ENOSYS, kEither},
               {"packet filter", "", ENOSYS},
               {"kernel's TLS", "", ENOSYS, kEither},
               {"by a device", "", ENOSYS, kEither}});
  EXPECT_EQ(EPERM, attempt({"mark"}, SandboxLevel::files).to) << "nor is a worker of root's root";
}

TEST_F(SandboxTest, WhereAllGoesThroughProxiesNoOtherPortIsReached) {
  const std::uint16_t proxy = origin_.port() == 1 ? 2 : 1;  // nobody listens there
  EXPECT_EQ(kWorked, attempt({"connect", own_port()}, SandboxLevel::full).to);
  expect_held({{"connect", own_port(), EACCES}, {"fast open", own_port(), ENOSYS, kEither}},
              {proxy});
  EXPECT_EQ(ECONNREFUSED,
            attempt({"connect", std::to_string(proxy)}, SandboxLevel::full, {proxy}).to);
}

TEST_F(SandboxTest, SharedThingsStayAsTheyAre) {
  expect_held({{"shrink", "", EPERM, EPERM},
               {"grow", "", EPERM, EPERM},
               {"blocking", "", EPERM},
               {"ioctl", "", EPERM},
               {"unlock"}});
}

TEST_F(SandboxTest, KernelsDarkCornersAreClosed) {
  expect_held({{"io_uring", "", kKilled, kEither},
               {"userfaultfd", "", kKilled, kEither},
               {"bpf", "", kKilled, kEither},
               {"keyctl", "", kKilled, kEither},
               {"mount", "", kKilled, kEither},
               {"unshare"},
               {"dumpable", "", ENOSYS},
               {"uname", "", ENOSYS}});
}

TEST_F(SandboxTest, TestsLearnTheNameOfACallThatTheListLacks) {
  const auto came = attempt({"uname"}, SandboxLevel::full, {}, "attack, unlisted calls trapped");
  EXPECT_EQ(kKilled, came.to);
  EXPECT_EQ("the sandbox's list lacks the call uname\n", came.err);
}

}  // namespace
}  // namespace fanfetch::system
