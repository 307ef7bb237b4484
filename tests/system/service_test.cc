// A run under a service manager: what it tells it, and the unit that comes with fanfetch.

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "common/unique_fd.h"
#include "tests/support/service_manager.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

namespace fs = std::filesystem;

class ServiceTest : public SystemTest {
 protected:
  /// A run of 20 links that stop half-way until gate_ opens.
  Launch held_setup(const std::string& socket, std::vector<std::string> args = {}) {
    const auto paths = serve_many(20);
    for (const auto& [name, bytes] : served()) {
      origin_.serve("/" + name, half_then_gate(bytes, gate_));
    }
    args.insert(args.end(), {"-w2", "-j4"});
    Launch launch = list_setup(paths, std::move(args));
    launch.env["NOTIFY_SOCKET"] = socket;
    return launch;
  }
  [[nodiscard]] std::string socket_path() const { return folder_.at("notify"); }
  [[nodiscard]] static std::ptrdiff_t count(const std::vector<std::string>& lines,
                                            std::string_view begin) {
    return std::count_if(lines.begin(), lines.end(),
                         [&](const std::string& line) { return line.starts_with(begin); });
  }

  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
};

class NotifyTest : public ServiceTest, public ::testing::WithParamInterface<bool> {};

TEST_P(NotifyTest, TellsHowTheRunIs) {
  const bool is_abstract = GetParam();
  const std::string name = (is_abstract ? "@" : "") + socket_path();
  ServiceManager manager(name);
  Launch launch = held_setup(name);
  launch.env["WATCHDOG_USEC"] = "2000000";
  FanfetchProcess process(launch);
  EXPECT_TRUE(manager.next(kPatience).starts_with("READY=1\n"));
  EXPECT_TRUE(manager.wait_for("WATCHDOG=1", kPatience));
  EXPECT_TRUE(manager.wait_for("WATCHDOG=1", kPatience)) << "again and again";
  EXPECT_TRUE(manager.wait_for("STATUS=0 of 20 done, 0 failed", kPatience));
  ASSERT_FALSE(process.workers().empty());
  for (const pid_t worker : process.workers()) {
    std::ifstream environment(fmt::format("/proc/{}/environ", worker));
    // To all but root a worker hides its /proc.
    ASSERT_EQ(environment.is_open(), ::geteuid() == 0);
    EXPECT_EQ(environment.peek(), std::ifstream::traits_type::eof()) << "nobody speaks for it";
  }
  EXPECT_EQ(count(manager.lines(), "STOPPING=1"), 0);
  gate_->open();
  const Finished finished = finish(process);
  EXPECT_EQ(finished.exit_status, 0) << finished.describe();
  const auto& lines = manager.lines();
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines.front(), "READY=1");
  EXPECT_EQ(count(lines, "READY=1"), 1);
  EXPECT_EQ(count(lines, "STOPPING=1"), 1);
  EXPECT_EQ(count(lines, "EXTEND_TIMEOUT_USEC="), 0) << "nothing was slow";
  EXPECT_TRUE(lines.back() == "STOPPING=1" || lines.back().starts_with("STATUS=") ||
              lines.back() == "WATCHDOG=1")
      << lines.back();
}

INSTANTIATE_TEST_SUITE_P(Names, NotifyTest, ::testing::Bool());

TEST_F(ServiceTest, ASignalEndsTheServiceInPeace) {
  ServiceManager manager(socket_path());
  FanfetchProcess process(held_setup(socket_path()));
  ASSERT_TRUE(manager.wait_for("READY=1", kPatience));
  ASSERT_TRUE(origin_.wait_for_at_once(4));
  process.signal(SIGTERM);
  EXPECT_TRUE(manager.wait_for("STOPPING=1", kPatience)) << "while what is in flight finishes";
  gate_->open();
  EXPECT_EQ(finish(process).signal, SIGTERM);
}

TEST_F(ServiceTest, NobodyIsToldOfARunThatCannotBe) {
  ServiceManager manager(socket_path());
  Launch launch = list_setup({"/a.jpg"}, {"--min-free=4000T"});
  launch.env["NOTIFY_SOCKET"] = socket_path();
  EXPECT_EQ(run(launch).exit_status, 4);
  EXPECT_TRUE(manager.lines().empty());
}

TEST_F(ServiceTest, TheWatchdogOfAnotherProcessIsNotOurs) {
  ServiceManager manager(socket_path());
  Launch launch = held_setup(socket_path());
  launch.env["WATCHDOG_USEC"] = "200000";
  launch.env["WATCHDOG_PID"] = "1";
  FanfetchProcess process(launch);
  ASSERT_TRUE(manager.wait_for("READY=1", kPatience));
  EXPECT_FALSE(manager.wait_for("WATCHDOG=1", 3s));
  gate_->open();
  EXPECT_EQ(finish(process).exit_status, 0);
}

/// Its socket takes some ten messages.
TEST_F(ServiceTest, AManagerThatDoesNotListenHoldsNothing) {
  ServiceManager manager(socket_path());
  Launch launch = list_setup(serve_many(60, 1000, 200ms), {"-j1", "-q"});
  launch.env["NOTIFY_SOCKET"] = socket_path();
  launch.env["WATCHDOG_USEC"] = "200000";
  const Finished finished = run(launch);
  EXPECT_EQ(finished.exit_status, 0) << finished.describe();
  EXPECT_EQ(served(), saved_files());
  ASSERT_FALSE(manager.lines().empty());
  EXPECT_EQ(manager.lines().front(), "READY=1");
}

TEST_F(ServiceTest, AManagerThatIsReplacedIsToldWhatTheOtherWasNot) {
  FanfetchProcess process(held_setup(socket_path()));
  ASSERT_TRUE(origin_.wait_for_at_once(4)) << "nobody is there at first";
  {
    ServiceManager first(socket_path());
    EXPECT_TRUE(first.wait_for("READY=1", kPatience));
  }
  fs::remove(socket_path());
  ServiceManager second(socket_path());
  gate_->open();
  EXPECT_EQ(finish(process).exit_status, 0);
  EXPECT_EQ(count(second.lines(), "READY=1"), 0);
  EXPECT_EQ(count(second.lines(), "STOPPING=1"), 1);
}

/// The ledger's thread waits for whoever reads the results, and the loop goes on: to a manager that
/// is a run which hangs.
TEST_F(ServiceTest, ALedgerThreadThatHangsIsNoSignOfLife) {
  ServiceManager manager(socket_path());
  const std::string pipe = folder_.at("pipe");
  ASSERT_EQ(0, ::mkfifo(pipe.c_str(), 0600));
  Launch launch = list_setup(serve_many(400, 100), {});
  launch.args.back() = "--results=-";
  launch.args.insert(launch.args.begin(),
                     {"-c", R"(exec "$0" "$@" >")" + pipe + '"', std::getenv("FANFETCH")});
  launch.program = "/bin/sh";
  launch.env["NOTIFY_SOCKET"] = socket_path();
  launch.env["WATCHDOG_USEC"] = "1000000";
  const UniqueFd reader(::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  FanfetchProcess process(launch);
  ASSERT_TRUE(manager.wait_for("READY=1", kPatience));
  EXPECT_TRUE(eventually([&] { return !manager.wait_for("WATCHDOG=1", 3s); }, kPatience))
      << "it goes on as if it were well";
  char bytes[4096];
  for (bool hears = false; !hears && !process.ended();) {
    while (::read(reader.get(), bytes, sizeof bytes) > 0) {
    }
    hears = manager.wait_for("STOPPING=1", 100ms);
  }
  std::thread drain([&] {
    while (!process.ended()) {
      if (::read(reader.get(), bytes, sizeof bytes) <= 0) std::this_thread::sleep_for(10ms);
    }
  });
  EXPECT_EQ(finish(process).exit_status, 0);
  drain.join();
}

// --- The unit ---

/// The lines of fanfetch@.service as they are installed.
class UnitTest : public ServiceTest {
 protected:
  void SetUp() override {
    std::ifstream file(std::getenv("FANFETCH_UNIT"));
    ASSERT_TRUE(file.is_open());
    for (std::string line; std::getline(file, line);) unit_.push_back(line);
    fs::create_directories(folder_.at("etc"));
    fs::create_directories(folder_.at("state"));
    fs::create_directories(folder_.at("credentials"));
  }
  /// What stands behind `key=`, all such lines.
  [[nodiscard]] std::vector<std::string> settings(const std::string& key) const {
    std::vector<std::string> values;
    for (const std::string& line : unit_) {
      if (line.starts_with(key + "=")) values.push_back(line.substr(key.size() + 1));
    }
    return values;
  }
  /// As systemd would start fanfetch@lists.service, in folders of the test's own.
  [[nodiscard]] Launch unit_setup(const std::string& configuration) const {
    std::ofstream(folder_.at("etc/lists.conf")) << configuration;
    const std::string state = folder_.at("state");
    std::string command = settings("ExecStart").at(0);
    replace(command, "%i", "lists");
    replace(command, "/etc/fanfetch", folder_.at("etc"));
    replace(command, "${STATE_DIRECTORY}", state);
    std::istringstream words(command);
    Launch launch{.args = {}};
    std::string program;
    words >> program;
    EXPECT_TRUE(program.ends_with("/bin/fanfetch")) << program;
    for (std::string word; words >> word;) launch.args.push_back(word);
    launch.env["STATE_DIRECTORY"] = state;
    launch.env["CREDENTIALS_DIRECTORY"] = folder_.at("credentials");
    launch.env["NOTIFY_SOCKET"] = socket_path();
    return launch;
  }
  static void replace(std::string& text, const std::string& from, const std::string& to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size()) {
      text.replace(at, from.size(), to);
    }
  }
  /// A list of `paths` on origin_, and the lines that name it.
  [[nodiscard]] std::string configuration(const std::vector<std::string>& paths,
                                          const std::string& more = "") const {
    std::ofstream list(folder_.at("etc/lists.txt"));
    for (const std::string& path : paths) list << origin_.url(path) << '\n';
    return "allow-private = true\ninput-file = " + folder_.at("etc/lists.txt") + "\n" + more;
  }
  [[nodiscard]] std::size_t files() const {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(folder_.at("state"))) {
      count += entry.is_regular_file() ? 1 : 0;
    }
    return count;
  }

  std::vector<std::string> unit_;
};

TEST_F(UnitTest, RunsByAConfigurationFile) {
  ServiceManager manager(socket_path());
  const Finished finished = run(unit_setup(configuration(serve_many(20))));
  EXPECT_EQ(finished.exit_status, 0) << finished.describe();
  EXPECT_EQ(files(), 20u);
  EXPECT_EQ(manager.lines().at(0), "READY=1");
}

TEST_F(UnitTest, ReadsASourceOfTheConfigurationFile) {
  const std::string one = serve_many(1).at(0);
  const Finished finished =
      run(unit_setup("allow-private = true\nsource = " + origin_.url(one) + "\n"));
  EXPECT_EQ(finished.exit_status, 0) << finished.describe();
  EXPECT_EQ(files(), 1u);
}

TEST_F(UnitTest, ALimitIsAnEndThatTheUnitTakesForSuccess) {
  const Finished finished = run(
      unit_setup(configuration(serve_many(50, 20'000, 100ms), "jobs = 1\nmax-transfer = 50K\n")));
  EXPECT_EQ(finished.exit_status, 6) << finished.describe();
  EXPECT_EQ(settings("SuccessExitStatus"), std::vector<std::string>{"6"});
  EXPECT_EQ(settings("RestartPreventExitStatus"), std::vector<std::string>{"1 2 3 4 5"});
  EXPECT_EQ(settings("Restart"), std::vector<std::string>{"on-failure"});
  EXPECT_EQ(settings("TimeoutStopSec"), std::vector<std::string>{"5min"});
  EXPECT_EQ(settings("Type"), std::vector<std::string>{"notify"});
}

/// The credential of a file that is not there is empty.
TEST_F(UnitTest, TheClientIdIsACredential) {
  const std::string id = folder_.at("credentials/imgur-client-id");
  EXPECT_EQ(settings("LoadCredential").at(0), "imgur-client-id:/etc/fanfetch/%i.client-id");
  EXPECT_EQ(settings("SetCredential").at(0), R"(imgur-client-id:\n)");
  EXPECT_EQ(settings("EnvironmentFile").at(0), "-/etc/fanfetch/%i.env");
  const std::string gallery =
      "source = imgur\nallow-private = true\napi-base = " + origin_.url("") + "\n";
  std::ofstream(id) << "\n";
  const Finished without = run(unit_setup(gallery));
  EXPECT_EQ(without.exit_status, 2) << without.describe();
  EXPECT_TRUE(has(without.err, "client ID")) << without.describe();
  EXPECT_EQ(origin_.count(), 0u);

  std::ofstream(id) << "secret-of-the-file\n";
  (void)run(unit_setup(gallery));
  ASSERT_GT(origin_.count(), 0u);
  EXPECT_EQ(origin_.requests().at(0).header("authorization"), "Client-ID secret-of-the-file");

  const std::size_t before = origin_.count();
  Launch launch = unit_setup(gallery);
  launch.env["IMGUR_CLIENT_ID"] = "secret-of-the-environment";
  (void)run(launch);
  ASSERT_GT(origin_.count(), before);
  EXPECT_EQ(origin_.requests().at(before).header("authorization"),
            "Client-ID secret-of-the-environment");
}

}  // namespace
}  // namespace fanfetch::system
