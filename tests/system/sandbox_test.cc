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
#include "tests/support/mounts.h"
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

// --- Whole runs ---

constexpr const char* kRestricted =
    "the workers are in their sandboxes: files, calls, ports, signals";

class SandboxedRunTest : public SystemTest {
 protected:
  void SetUp() override {
    if (sandbox_support().sanitized) GTEST_SKIP() << "sanitizers get less of a sandbox";
    if (sandbox_support().landlock_abi < 6) GTEST_SKIP() << "this kernel is too old for all of it";
  }
  /// A run whose workers are those of tests/support/captured_worker.cc.
  [[nodiscard]] Launch captured(const std::vector<std::string>& links,
                                std::vector<std::string> args = {}) {
    Launch launch = list_setup(links, std::move(args));
    for (const auto& [name, program] : {std::pair{"bin/fanfetch", "FANFETCH"},
                                        {"worker/fanfetch-worker", "FANFETCH_CAPTURED_WORKER"}}) {
      fs::create_directories(fs::path(folder_.at(name)).parent_path());
      fs::copy_file(::getenv(program), folder_.at(name));
    }
    launch.program = folder_.at("bin/fanfetch");
    return launch;
  }
  /// The real programs, on a machine that lacks something.
  [[nodiscard]] Launch lesser(const std::string& lack, const std::vector<std::string>& links,
                              std::vector<std::string> args) {
    Launch launch = list_setup(links, std::move(args));
    launch.args.insert(launch.args.begin(), {lack, ::getenv("FANFETCH")});
    launch.program = ::getenv("FANFETCH_LESSER_MACHINE");
    return launch;
  }
  [[nodiscard]] std::string status_json() {
    const Finished finished = run({.args = {"status", output(), "--json"}});
    EXPECT_EQ(0, finished.exit_status) << finished.describe();
    return finished.out;
  }
};

TEST_F(SandboxedRunTest, TellsOnceHowFarItsWorkersAreLockedIn) {
  const auto paths = serve_many(20);
  const Finished verbose = run(list_setup(paths, {"-v", "-w2"}));
  EXPECT_EQ(0, verbose.exit_status) << verbose.describe();
  const auto first = verbose.err.find(kRestricted);
  EXPECT_NE(std::string::npos, first) << verbose.err;
  EXPECT_EQ(std::string::npos, verbose.err.find("sandbox", first + 40)) << verbose.err;
  EXPECT_TRUE(has(status_json(), R"("sandbox":{"level":"full",)")) << status_json();
  const Finished terse = run(list_setup(paths, {"--refresh"}));
  EXPECT_FALSE(has(terse.err, "sandbox")) << terse.err;
  const Finished off = run(list_setup(paths, {"--sandbox=off", "--refresh", "-v"}));
  EXPECT_EQ(0, off.exit_status) << off.describe();
  EXPECT_TRUE(has(off.err, "sandboxes do not restrict: system calls, files, ports, signals\n"))
      << off.err;
  EXPECT_TRUE(has(status_json(), R"("sandbox":{"level":"none",)")) << status_json();
}

TEST_F(SandboxedRunTest, RequireRunsWithAllOfItAndRefusesLess) {
  const auto paths = serve_many(3);
  EXPECT_EQ(0, run(list_setup(paths, {"--sandbox=require"})).exit_status);
  fs::remove_all(output());
  const Finished refused = run(lesser("landlock", paths, {"--sandbox=require"}));
  EXPECT_EQ(70, refused.exit_status) << refused.describe();
  EXPECT_TRUE(has(refused.err,
                  "--sandbox=require: on this machine the workers' sandbox would not restrict: "
                  "files, ports, signals (this system has no Landlock, or a container forbids it)"))
      << refused.err;
  EXPECT_FALSE(fs::exists(output())) << "nothing has begun";
  const Finished lesser_run = run(lesser("landlock", paths, {"-v"}));
  EXPECT_EQ(0, lesser_run.exit_status) << lesser_run.describe();
  EXPECT_TRUE(has(lesser_run.err, "sandboxes do not restrict: files, ports, signals (this system"))
      << lesser_run.err;
  EXPECT_TRUE(has(status_json(), R"("sandbox":{"level":"partial","restricts":["calls"]})"));
}

/// What a container may do: one lock that refuses is no reason to do without the other.
TEST_F(SandboxedRunTest, WhereLandlockRefusesCallsAreFilteredAllTheSame) {
  const auto paths = serve_many(3);
  const Finished finished = run(lesser("restrict", paths, {"-v"}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, "files, ports, signals (this system has Landlock, and refuses"))
      << finished.err;
  EXPECT_TRUE(has(status_json(), R"("sandbox":{"level":"partial","restricts":["calls"]})"))
      << status_json();
  fs::remove_all(output());
  const Finished refused = run(lesser("restrict", paths, {"--sandbox=require"}));
  EXPECT_EQ(70, refused.exit_status) << refused.describe();
  EXPECT_TRUE(has(refused.err, "does not have all of its sandbox, only: calls")) << refused.err;
  EXPECT_TRUE(has(status_json(), R"("sandbox":null)")) << "none worked in one: " << status_json();
}

TEST_F(SandboxedRunTest, WhereWorkersCannotWorkInItTheyGetLess) {
  const auto paths = serve_many(3);
  const Finished lowered = run(lesser("unlink", paths, {"-w1"}));
  EXPECT_EQ(0, lowered.exit_status) << lowered.describe();
  EXPECT_TRUE(served() == saved_files());
  EXPECT_TRUE(has(lowered.err, "inside its sandbox the worker cannot remove a file: "))
      << lowered.err;
  EXPECT_TRUE(has(lowered.err, "they get less of it from now on ('files')")) << lowered.err;
  EXPECT_TRUE(has(lowered.err, "they get less of it from now on ('descriptors')")) << lowered.err;
  EXPECT_TRUE(has(status_json(), R"("sandbox":{"level":"none",)")) << status_json();
  fs::remove_all(output());
  const Finished refused = run(lesser("unlink", paths, {"-w1", "--sandbox=require"}));
  EXPECT_EQ(70, refused.exit_status) << refused.describe();
  EXPECT_TRUE(has(refused.err, "--sandbox=require: the workers' sandbox does not work"))
      << refused.err;
}

TEST_F(SandboxedRunTest, OnlyADeathBeforeTheFirstJobLowersIt) {
  Launch launch = captured({"/a"}, {"-w2"});
  launch.env["FANFETCH_CAPTURED"] = "early";
  const Finished early = run(launch);
  EXPECT_EQ(1, early.exit_status) << early.describe();
  EXPECT_TRUE(has(early.err, "they get less of it from now on ('files')")) << early.err;
  EXPECT_FALSE(has(early.err, "'descriptors'"))
      << "one level, though two workers died: " << early.err;
}

TEST_F(SandboxedRunTest, AViolationIsNamedAndIsNoCrash) {
  const Finished finished = run(captured({"/escapes", "/b", "/c"}, {"-w1"}));
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_TRUE(
      has(finished.err, "was stopped by its sandbox: it made a system call that no worker makes"))
      << finished.err;
  EXPECT_FALSE(has(finished.err, "get less")) << finished.err;
  const auto lines = records();
  ASSERT_EQ(3u, lines.size());
  EXPECT_EQ("refused", lines[0].error);
  EXPECT_EQ("the sandbox stopped its worker, 3 times in a row while it fetched nothing else",
            lines[0].message);
  EXPECT_EQ("http_4xx", lines[1].error);
  EXPECT_EQ("http_4xx", lines[2].error);
}

TEST_F(SandboxedRunTest, FilledEventfdsDoNotStopTheCoordinator) {
  const Finished finished = run(captured({"/fills", "/b", "/fills-too", "/d"}, {"-w1", "-j1"}));
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_EQ(4u, records().size());
}

}  // namespace
}  // namespace fanfetch::system
