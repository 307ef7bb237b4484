// One list over several machines: a driver and nodes of the real program, which share a real Redis.

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <thread>

#include "tests/support/cutting_relay.h"
#include "tests/support/real_redis.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

namespace fs = std::filesystem;

bool write_all(int pipe, std::string_view text) {
  return ::write(pipe, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

class FleetTest : public SystemTest {
 protected:
  static constexpr std::size_t kPerHost = 4;

  FleetTest() {
    for (int host = 0; host < kHosts; ++host) {
      origins_.push_back(std::make_unique<FaultOrigin>(fmt::format("127.0.0.{}", 20 + host)));
    }
    set_lease(20s);  // longer than any machine stands still: what is lost is fetched once more
  }

  /// Tests that lose leases have shorter ones: a takeover waits for more than one.
  void set_lease(std::chrono::milliseconds lease) {
    (void)redis_.ask(fmt::format("HSET 'ff:{{urls.txt}}:job' partitions 32 lease_ms {} stop_ms {}",
                                 lease.count(), lease.count() / 3));
  }

  /// `each` links of every host, all of which would be called photo.jpg.
  void list(int each, std::chrono::milliseconds delay) {
    std::string text;
    for (int n = 0; n < each; ++n) {
      for (const auto& origin : origins_) {
        const std::string path = fmt::format("/{}/photo.jpg", n);
        Reply reply = ok(noise(2000, static_cast<unsigned>(++links_)));
        reply.delay = delay;
        origin->serve(path, reply);
        text += origin->url(path) + "\n";
      }
    }
    (void)folder_.write("urls.txt", text);
  }

  [[nodiscard]] Launch driver_setup(std::vector<std::string> more = {}) const {
    std::vector<std::string> args = {
        "--no-config", "urls.txt",  "--fleet",       redis_.url(), "-o",
        "driver",      "--results", "results.jsonl", "--per-host", std::to_string(kPerHost),
        "--progress",  "none"};
    args.insert(args.end(), more.begin(), more.end());
    return {.args = std::move(args), .folder = folder_.path()};
  }
  [[nodiscard]] Launch node_setup(int number, std::vector<std::string> more = {}) const {
    std::vector<std::string> args = {
        "node", "--no-config", "--allow-private", "--fleet", redis_.url(), "-o", node(number),
        "-w",   "1",           "--progress",      "none"};
    args.insert(args.end(), more.begin(), more.end());
    return {.args = std::move(args), .folder = folder_.path()};
  }
  [[nodiscard]] static std::string node(int number) { return fmt::format("node-{}", number); }

  [[nodiscard]] std::size_t requests() const {
    std::size_t sum = 0;
    for (const auto& origin : origins_) sum += origin->count();
    return sum;
  }
  /// Waits until the hosts have been asked `wanted` times, which they are after each other.
  void wait_for_requests(std::size_t wanted) {
    for (const auto limit = std::chrono::steady_clock::now() + kPatience; requests() < wanted;) {
      ASSERT_LT(std::chrono::steady_clock::now(), limit) << "waited in vain for requests";
      std::this_thread::sleep_for(5ms);
    }
  }

  /// Waits until it holds.
  static void wait_for(const std::function<bool()>& holds) {
    for (const auto limit = std::chrono::steady_clock::now() + kPatience; !holds();) {
      ASSERT_LT(std::chrono::steady_clock::now(), limit) << "waited in vain";
      std::this_thread::sleep_for(5ms);
    }
  }

  /// Each link has one record, that of a saved file which is whole on some node.
  void expect_all_saved() const {
    std::set<std::int64_t> indexes;
    std::set<std::string> names;
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::directory_iterator(folder_.path())) {
      if (!entry.path().filename().string().starts_with("node-")) continue;
      for (const auto& file : fs::directory_iterator(entry.path())) {
        if (file.is_regular_file()) files[file.path().filename()] = read_file(file.path());
      }
    }
    const auto records = parse_result_lines(read_file(folder_.at("results.jsonl")));
    for (const ResultLine& record : records) {
      EXPECT_TRUE(record.status == "saved" || record.status == "kept")
          << record.index << " " << record.status << " " << record.message.value_or("");
      EXPECT_TRUE(indexes.insert(record.index).second) << "twice: " << record.index;
      const std::string name = record.file_name.value_or("");
      EXPECT_TRUE(names.insert(name).second) << "two links have " << name;
      EXPECT_EQ(noise(2000, static_cast<unsigned>(record.index)), files[name]) << name;
    }
    EXPECT_EQ(static_cast<std::size_t>(links_), records.size());
  }
  /// Each record says which node has its file, by one name for each folder.
  void expect_nodes_named() const {
    std::map<std::string, std::string> node_of_folder;
    for (const std::string& line : lines_of(read_file(folder_.at("results.jsonl")))) {
      const ResultLine record = parse_result_lines(line + "\n").at(0);
      constexpr std::string_view kKey = "\"node\":\"";
      const std::size_t begin = line.find(kKey);
      ASSERT_NE(begin, std::string::npos) << line;
      const std::string name = line.substr(begin + kKey.size(), line.size());
      for (int number = 1; number <= 3; ++number) {
        if (!fs::exists(folder_.at(node(number) + "/" + record.file_name.value_or("?")))) continue;
        EXPECT_EQ(name, node_of_folder.emplace(node(number), name).first->second) << line;
      }
    }
    EXPECT_FALSE(node_of_folder.empty());
  }
  /// Without a result.
  [[nodiscard]] std::size_t links_in_redis() const {
    const std::string count = redis_.ask(
        "EVAL \"local n = 0 for p = 0, 31 do n = n + redis.call('XLEN', 'ff:{urls.txt}:p:' .. p) "
        "end "
        "return n\" 0");
    return std::strtoul(count.c_str(), nullptr, 10);
  }
  void expect_limits_held() const {
    for (const auto& origin : origins_) EXPECT_LE(origin->most_at_once(), kPerHost);
  }
  [[nodiscard]] Finished command(std::vector<std::string> args) {
    return run({.args = std::move(args), .folder = folder_.path()});
  }
  /// What a command says of the driver's folder, which has records and no files.
  void expect_commands_know_the_driver() {
    EXPECT_TRUE(has(command({"status", "driver"}).out, ": 200 links"));
    const Finished exported = command({"export", "driver"});
    EXPECT_EQ(200u, lines_of(exported.out).size());
    EXPECT_TRUE(has(exported.out, ",\"node\":\"")) << exported.describe();
    EXPECT_TRUE(has(command({"export", "--format", "csv", "driver"}).out, ",requests,node\n"));
    EXPECT_FALSE(has(command({"export", node(1)}).out, "\"node\"")) << "its files are its own";
    EXPECT_EQ(0, command({"report", "driver", "-o", "r.html"}).exit_status);
    EXPECT_EQ(0, command({"verify", node(1)}).exit_status);
    // Each of these would have everything fetched again.
    for (const Finished& refused :
         {command({"verify", "--repair", "driver"}),
          command({"--no-config", "urls.txt", "-o", "driver", "--allow-private"})}) {
      EXPECT_EQ(2, refused.exit_status) << refused.describe();
      EXPECT_TRUE(has(refused.err, "is the folder of a fleet's driver")) << refused.describe();
    }
    EXPECT_EQ(200u, requests());
  }
  [[nodiscard]] std::set<std::string> kept_in_redis() const {
    std::set<std::string> keys;
    for (const std::string& key : lines_of(redis_.ask("KEYS '*'"))) {
      if (has(key, ":p:") || has(key, ":res")) keys.insert(key);
    }
    return keys;
  }

  static constexpr int kHosts = 5;
  RealRedis redis_;
  std::vector<std::unique_ptr<FaultOrigin>> origins_;
  int links_ = 0;
};

TEST_F(FleetTest, ThreeNodesShareAList) {
  list(40, 10ms);
  std::vector<std::unique_ptr<FanfetchProcess>> nodes;
  for (int number = 1; number <= 3; ++number) {
    nodes.push_back(std::make_unique<FanfetchProcess>(node_setup(number)));
    ASSERT_TRUE(nodes.back()->wait_for_stderr("waiting for a job"));
  }
  const Finished driver = run(driver_setup());
  EXPECT_EQ(0, driver.exit_status) << driver.describe();
  EXPECT_TRUE(has(last_line(driver.err), "200 saved, 0 kept, 0 skipped, 0 failed"))
      << driver.describe();
  for (auto& one : nodes) {
    const Finished ended = finish(*one);
    EXPECT_EQ(0, ended.exit_status) << ended.describe();
  }
  expect_all_saved();
  expect_nodes_named();
  expect_limits_held();
  EXPECT_EQ(200u, requests());
  EXPECT_TRUE(kept_in_redis().empty());

  const Finished again = run(driver_setup());
  EXPECT_EQ(0, again.exit_status) << again.describe();
  EXPECT_TRUE(has(last_line(again.err), "0 saved, 200 kept, 0 skipped, 0 failed"))
      << again.describe();
  EXPECT_EQ(200u, requests());
  expect_nodes_named();
  expect_commands_know_the_driver();
}

TEST_F(FleetTest, ANodeThatIsKilledLeavesNothingBehind) {
  set_lease(1500ms);
  list(30, 20ms);
  FanfetchProcess driver(driver_setup());
  auto victim = std::make_unique<FanfetchProcess>(node_setup(1));
  FanfetchProcess other(node_setup(2));
  wait_for_requests(30);
  victim->signal(SIGKILL);
  (void)victim->wait();
  const Finished end = finish(driver);
  EXPECT_EQ(0, end.exit_status) << end.describe();
  const Finished ended = finish(other);
  EXPECT_EQ(0, ended.exit_status) << ended.describe();
  expect_all_saved();
  expect_limits_held();
  EXPECT_LE(requests(), 150u * 105 / 100 + 200);
}

/// Its workers do not: what they have in flight ends before another node may ask the host.
TEST_F(FleetTest, ANodeThatStandsStillKeepsNoTransferBeyondItsLease) {
  set_lease(3s);
  list(2, 0ms);
  std::string text = read_file(folder_.at("urls.txt"));
  for (std::size_t n = 0; n < kPerHost; ++n) {
    const std::string path = fmt::format("/slow-{}/photo.jpg", n);
    Reply silent = ok(""), late = ok(noise(2000, static_cast<unsigned>(++links_)));
    silent.silent = true;
    late.delay = 200ms;
    origins_[0]->serve_in_turn(path, {silent, late});
    text += origins_[0]->url(path) + "\n";
  }
  (void)folder_.write("urls.txt", text);
  FanfetchProcess driver(driver_setup());
  auto frozen = std::make_unique<FanfetchProcess>(node_setup(1));
  wait_for_requests(links_);
  frozen->signal(SIGSTOP);  // this one process, not its workers
  FanfetchProcess other(node_setup(2));
  wait_for_requests(links_ + kPerHost);
  frozen->signal(SIGKILL);
  (void)frozen->wait();
  const Finished end = finish(driver);
  EXPECT_EQ(0, end.exit_status) << end.describe();
  (void)finish(other);
  expect_all_saved();
  expect_limits_held();
}

TEST_F(FleetTest, ADriverThatIsKilledGoesOn) {
  list(30, 20ms);
  FanfetchProcess one(node_setup(1)), two(node_setup(2));
  {
    FanfetchProcess driver(driver_setup());
    wait_for_requests(60);
    driver.signal(SIGKILL);
    (void)driver.wait();
  }
  const Finished end = run(driver_setup());
  EXPECT_EQ(0, end.exit_status) << end.describe();
  for (FanfetchProcess* node : {&one, &two}) {
    const Finished ended = finish(*node);
    EXPECT_EQ(0, ended.exit_status) << ended.describe();
  }
  expect_all_saved();
  expect_limits_held();
  EXPECT_EQ(150u, requests()) << "a node answers for what it has";
}

TEST_F(FleetTest, AllOfRedisDataMayBeLost) {
  set_lease(1500ms);
  list(30, 20ms);
  FanfetchProcess one(node_setup(1)), two(node_setup(2));
  FanfetchProcess driver(driver_setup());
  wait_for_requests(60);
  EXPECT_EQ("OK\n", redis_.ask("FLUSHALL"));
  const Finished end = finish(driver);
  EXPECT_EQ(0, end.exit_status) << end.describe();
  EXPECT_TRUE(has(end.err, "has lost its data")) << end.describe();
  for (FanfetchProcess* node : {&one, &two}) {
    const Finished ended = finish(*node);
    EXPECT_EQ(0, ended.exit_status) << ended.describe();
  }
  expect_all_saved();
  expect_limits_held();
  EXPECT_LE(requests(), 150u * 105 / 100 + 200);
}

/// What nodes have reported meanwhile is there, though the nodes and their ledgers are gone.
TEST_F(FleetTest, ADriverThatStartsAgainTakesWhatItWasNotThereFor) {
  list(30, 20ms);
  FanfetchProcess driver(driver_setup());
  auto node = std::make_unique<FanfetchProcess>(node_setup(1));
  wait_for_requests(60);
  driver.signal(SIGKILL);
  (void)driver.wait();
  wait_for_requests(150);
  EXPECT_TRUE(eventually([&] { return links_in_redis() == 0; }, kPatience));
  node->signal(SIGKILL);
  (void)node->wait();
  FanfetchProcess other(node_setup(2));
  const Finished end = run(driver_setup());
  EXPECT_EQ(0, end.exit_status) << end.describe();
  (void)finish(other);
  expect_all_saved();
  EXPECT_EQ(150u, requests());
}

/// Redis has given the links to the node then, and gives them to nobody as new ones.
TEST_F(FleetTest, LinksWhoseAnswerWasLostAreAskedForAgain) {
  list(30, 5ms);
  const std::string text = read_file(folder_.at("urls.txt"));
  const std::size_t half = text.find('\n', text.size() / 2) + 1;
  fs::remove(folder_.at("urls.txt"));
  ASSERT_EQ(0, ::mkfifo(folder_.at("urls.txt").c_str(), 0600));
  UniqueFd pipe(::open(folder_.at("urls.txt").c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_TRUE(write_all(pipe.get(), text.substr(0, half)));
  CuttingRelay relay(RealRedis::address(), redis_.port());
  Launch by_relay = node_setup(1);
  by_relay.args.insert(by_relay.args.end(),
                       {"--fleet", fmt::format("redis://127.0.0.1:{}", relay.port())});
  FanfetchProcess node(by_relay);
  FanfetchProcess driver(driver_setup());
  const auto lines =
      std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(half), '\n');
  wait_for_requests(static_cast<std::size_t>(lines));
  relay.cut("photo.jpg", 2);
  ASSERT_TRUE(write_all(pipe.get(), text.substr(half)));
  pipe.reset();
  const Finished end = finish(driver);
  EXPECT_EQ(0, end.exit_status) << end.describe();
  const Finished ended = finish(node);
  EXPECT_EQ(0, ended.exit_status) << ended.describe();
  EXPECT_EQ(0u, relay.left());
  expect_all_saved();
  EXPECT_EQ(150u, requests());
}

/// Nodes free the memory, so they go on, for longer than a lease.
TEST_F(FleetTest, WhatRedisHasIsDoneThoughItsMemoryIsFull) {
  set_lease(1500ms);
  list(40, 400ms);
  FanfetchProcess driver(driver_setup());
  EXPECT_TRUE(eventually([&] { return links_in_redis() == 200; }, kPatience));
  FanfetchProcess node(node_setup(1));
  wait_for_requests(20);
  const auto leases = [this] {
    return redis_.ask(
        "EVAL \"local all = {} for p = 0, 31 do all[p + 1] = redis.call('GET', "
        "'ff:{urls.txt}:own:' "
        ".. p) end return all\" 0");
  };
  const std::string before = leases();
  EXPECT_EQ("OK\n", redis_.ask("CONFIG SET maxmemory 1"));
  wait_for_requests(190);
  EXPECT_EQ(before, leases()) << "none ran out";
  const Finished end = finish(driver);
  EXPECT_EQ(0, end.exit_status) << end.describe();
  const Finished ended = finish(node);
  EXPECT_EQ(0, ended.exit_status) << ended.describe();
  expect_all_saved();
  expect_limits_held();
}

TEST_F(FleetTest, AJobThatHasBecomeAnothersIsLeftAlone) {
  list(40, 400ms);
  FanfetchProcess driver(driver_setup());
  FanfetchProcess node(node_setup(1));
  wait_for_requests(10);
  (void)redis_.ask("HSET 'ff:{urls.txt}:job' id another where /srv/other");
  const Finished end = finish(driver);
  EXPECT_EQ(3, end.exit_status) << end.describe();
  EXPECT_TRUE(has(end.err, "is that of /srv/other by now")) << end.describe();
  (void)finish(node);
  EXPECT_EQ("another\n", redis_.ask("HGET 'ff:{urls.txt}:job' id"));
}

/// Nothing of the job was begun, so the folder is as it was.
TEST_F(FleetTest, AFolderThatBeganNoJobIsNoDrivers) {
  list(1, 0ms);
  (void)redis_.ask("HSET 'ff:{urls.txt}:job' id another where /srv/other state running");
  const Finished taken = run(driver_setup());
  EXPECT_EQ(2, taken.exit_status) << taken.describe();
  EXPECT_TRUE(has(taken.err, "that of /srv/other")) << taken.describe();
  const Finished local = command({"--no-config", "urls.txt", "-o", "driver", "--allow-private"});
  EXPECT_EQ(0, local.exit_status) << local.describe();
}

TEST_F(FleetTest, RedisMayBeAwayForAWhile) {
  set_lease(3s);
  list(30, 20ms);
  FanfetchProcess one(node_setup(1)), two(node_setup(2));
  FanfetchProcess driver(driver_setup());
  wait_for_requests(60);
  redis_.kill();
  ASSERT_TRUE(driver.wait_for_stderr("trying on"));
  redis_.start();
  const Finished end = finish(driver);
  EXPECT_EQ(0, end.exit_status) << end.describe();
  EXPECT_TRUE(has(end.err, "is back")) << end.describe();
  for (FanfetchProcess* node : {&one, &two}) (void)finish(*node);
  expect_all_saved();
  expect_limits_held();
}

TEST_F(FleetTest, ANodeThatIsToldToLeaveHandsItsLinksBack) {
  list(30, 20ms);
  FanfetchProcess driver(driver_setup());
  FanfetchProcess leaver(node_setup(1));
  wait_for_requests(40);
  FanfetchProcess other(node_setup(2));
  leaver.signal(SIGTERM);
  const Finished left = finish(leaver, 10s);
  EXPECT_EQ(SIGTERM, left.signal) << left.describe();
  const Finished end = finish(driver);
  EXPECT_EQ(0, end.exit_status) << end.describe();
  (void)finish(other);
  expect_all_saved();
  expect_limits_held();
  EXPECT_EQ(150u, requests()) << "what was in flight is finished, and the rest handed back";
}

TEST_F(FleetTest, AStoppedDriverStopsItsNodes) {
  list(100, 50ms);
  FanfetchProcess driver(driver_setup());
  FanfetchProcess node(node_setup(1));
  wait_for_requests(20);
  const Finished stop = run({.args = {"stop", "driver"}, .folder = folder_.path()});
  EXPECT_EQ(0, stop.exit_status) << stop.describe();
  const Finished end = finish(driver);
  EXPECT_EQ(6, end.exit_status) << end.describe();
  const Finished ended = finish(node);
  EXPECT_EQ(6, ended.exit_status) << ended.describe();
}

TEST_F(FleetTest, APausedDriverPausesItsNodes) {
  list(150, 100ms);  // it is paused before they are done
  FanfetchProcess driver(driver_setup());
  FanfetchProcess node(node_setup(1));
  wait_for_requests(20);
  (void)run({.args = {"pause", "driver"}, .folder = folder_.path()});
  EXPECT_TRUE(node.wait_for_stderr("paused by the fleet's driver"));
  (void)run({.args = {"resume", "driver"}, .folder = folder_.path()});
  const Finished end = finish(driver);
  EXPECT_EQ(0, end.exit_status) << end.describe();
  (void)finish(node);
  expect_all_saved();
}

TEST_F(FleetTest, WhatTheDriverIsToldHoldsForItsNodes) {
  list(150, 100ms);
  (void)folder_.write("config", "jobs = 3\nlimit-rate = 1M\nretries = 1\n");
  Launch setup = driver_setup({"--config", "config"});
  setup.args.erase(setup.args.begin());  // --no-config
  FanfetchProcess driver(setup);
  FanfetchProcess node(node_setup(1, {"-j", "8"}));
  wait_for_requests(20);
  EXPECT_EQ(
      0, command({"set", "driver", "limit-rate=50M", "jobs=1000", "rate=90/s", "max-duration=1h"})
             .exit_status);
  EXPECT_TRUE(node.wait_for_stderr("set by the fleet's driver: limit-rate 50M, jobs 8, rate 90/s"));
  const Finished holds = command({"set", "node-1"});
  EXPECT_TRUE(has(holds.out, "limit-rate")) << holds.describe();
  EXPECT_TRUE(has(holds.out, "50M")) << holds.describe();
  EXPECT_FALSE(has(holds.out, "1h")) << "the driver's own: " << holds.describe();
  // One that comes later goes by it, too.
  EXPECT_EQ(0, command({"pause", "driver"}).exit_status);
  FanfetchProcess late(node_setup(2));
  EXPECT_TRUE(late.wait_for_stderr("set by the fleet's driver: limit-rate 50M"));
  EXPECT_EQ(0, command({"set", "driver", "limit-rate=default"}).exit_status);
  EXPECT_TRUE(node.wait_for_stderr("set by the fleet's driver: limit-rate none"));
  EXPECT_EQ(0, command({"stop", "driver"}).exit_status);
  const Finished end = finish(driver);
  EXPECT_TRUE(has(end.err, "--jobs, --limit-rate are not used: a driver fetches nothing itself"))
      << end.describe();
  EXPECT_EQ(6, end.exit_status) << end.describe();
  for (FanfetchProcess* one : {&node, &late}) EXPECT_EQ(6, finish(*one).exit_status);
}

/// What a node has in flight finishes, and may have been all.
TEST_F(FleetTest, APausedNodeEndsWithItsJob) {
  list(150, 100ms);
  FanfetchProcess driver(driver_setup());
  FanfetchProcess node(node_setup(1));
  wait_for_requests(20);
  EXPECT_EQ(0, command({"pause", "driver"}).exit_status);
  EXPECT_TRUE(node.wait_for_stderr("paused by the fleet's driver"));
  (void)redis_.ask("HSET 'ff:{urls.txt}:job' state done");
  const Finished ended = finish(node);
  EXPECT_EQ(0, ended.exit_status) << ended.describe();
  driver.signal(SIGKILL);
  (void)driver.wait();
}

TEST_F(FleetTest, StatusShowsTheFleet) {
  const std::vector<std::string> status = {"status", "--fleet", redis_.url()};
  const std::vector<std::string> json = {"status", "--json", "--fleet", redis_.url()};
  const Finished nothing = command(status);
  EXPECT_EQ(2, nothing.exit_status) << nothing.describe();
  EXPECT_TRUE(has(nothing.err, "the fleet has no job")) << nothing.describe();

  list(150, 100ms);  // it is looked at before they are done
  FanfetchProcess driver(driver_setup());
  FanfetchProcess node(node_setup(1));
  wait_for_requests(20);
  const Finished running = command(status);
  EXPECT_EQ(0, running.exit_status) << running.describe();
  EXPECT_TRUE(has(running.out, "Job urls.txt is running")) << running.describe();
  EXPECT_TRUE(has(running.out, folder_.at("driver"))) << running.describe();
  EXPECT_TRUE(has(running.out, "running, 0.")) << running.describe();
  EXPECT_FALSE(has(running.out, "no node's")) << running.describe();

  EXPECT_EQ(0, command({"pause", "driver"}).exit_status);
  EXPECT_TRUE(node.wait_for_stderr("paused by the fleet's driver"));
  (void)redis_.ask("XGROUP CREATE 'ff:{urls.txt}:p:0' g 0 MKSTREAM");
  (void)redis_.ask("XADD 'ff:{urls.txt}:p:0' '*' v 1");
  wait_for([&] { return has(command(json).out, R"("dead_letters":1,)"); });
  wait_for([&] { return has(command(json).out, R"("state":"paused","version":"0.)"); });
  const Finished paused = command(json);
  for (const char* part :
       {R"({"schema":1,"job":"urls.txt","state":"paused",)", R"("partitions":32,"owned":32,)"}) {
    EXPECT_TRUE(has(paused.out, part)) << part << "\n" << paused.describe();
  }
  EXPECT_EQ(0, command({"stop", "driver"}).exit_status);
  for (FanfetchProcess* one : {&driver, &node}) EXPECT_EQ(6, finish(*one).exit_status);
  const Finished stopped = command(status);
  EXPECT_TRUE(has(stopped.out, "Job urls.txt is stopped")) << stopped.describe();
  EXPECT_TRUE(has(stopped.out, "  gone\n")) << "it had got links: " << stopped.describe();

  const Finished other = command({"status", "--fleet", redis_.url(), "--fleet-job", "x"});
  EXPECT_EQ(2, other.exit_status) << other.describe();
  EXPECT_TRUE(has(other.err, "the fleet has no job 'x', but urls.txt")) << other.describe();
  redis_.kill();
  const Finished away = command(status);
  EXPECT_EQ(3, away.exit_status) << away.describe();
  EXPECT_TRUE(has(away.err, "out of reach for 3 s")) << away.describe();
}

TEST_F(FleetTest, AFailedLinkIsTheDriversToJudge) {
  list(2, 0ms);
  (void)folder_.write("urls.txt", read_file(folder_.at("urls.txt")) +
                                      origins_[0]->url("/gone.jpg") + "\nnonsense\n" +
                                      "http://user:secret@127.0.0.20/x\n");
  FanfetchProcess node(node_setup(1));
  const Finished end = run(driver_setup());
  EXPECT_EQ(1, end.exit_status) << end.describe();
  EXPECT_TRUE(has(last_line(end.err), "10 saved, 0 kept, 0 skipped, 3 failed")) << end.describe();
  const Finished ended = finish(node);
  EXPECT_EQ(0, ended.exit_status) << ended.describe();
  EXPECT_FALSE(has(end.err + ended.err, "secret"));
  const auto records = parse_result_lines(read_file(folder_.at("results.jsonl")));
  ASSERT_EQ(13u, records.size());
  std::map<std::int64_t, ResultLine> by_index;
  for (const auto& record : records) by_index[record.index] = record;
  EXPECT_EQ("http_4xx", by_index[11].error);
  EXPECT_EQ(404, by_index[11].http_status);
  EXPECT_EQ("bad_url", by_index[12].error);
  EXPECT_EQ("refused", by_index[13].error);
}

TEST_F(FleetTest, WhatCannotBeIsSaid) {
  (void)folder_.write("urls.txt", "http://127.0.0.20/x\n");
  const struct {
    std::vector<std::string> args;
    std::string_view words;
  } rows[] = {
      {{"urls.txt", "--fleet", "redis://:hidden@h"}, "every user of this machine"},
      {{"urls.txt", "--fleet-job", "x"}, "--fleet-job needs --fleet"},
      {{"urls.txt", "--fleet", redis_.url(), "--wait", "1s"}, "--wait is for fanfetch node"},
      {{"urls.txt", "--fleet", redis_.url(), "-H", "A: b"}, "give -H and --header-for"},
      {{"urls.txt", "--fleet", redis_.url(), "--refresh"}, "on the nodes"},
      {{"urls.txt", "--fleet", redis_.url(), "-j", "4"}, "give it to each node"},
      {{"node", "-o", "x"}, "a node needs --fleet"},
      {{"node", "--fleet", redis_.url(), "urls.txt"}, "a node reads no SOURCE"},
      {{"node", "--fleet", redis_.url(), "--retries", "1"}, "give it to the driver"},
      {{"node", "--fleet", redis_.url(), "--accept", "jpg"}, "--accept is the driver's"},
  };
  for (const auto& [args, words] : rows) {
    Launch launch{.args = args, .folder = folder_.path()};
    launch.args.emplace_back("--no-config");
    const Finished end = run(launch);
    EXPECT_EQ(2, end.exit_status) << end.describe();
    EXPECT_TRUE(has(end.err, words)) << end.describe();
    EXPECT_FALSE(has(end.err, "hidden")) << end.describe();
  }
  // Nobody has begun a job, and then two have.
  const Finished nobody = run(node_setup(1, {"--wait", "1s"}));
  EXPECT_EQ(3, nobody.exit_status) << nobody.describe();
  for (const char* job : {"one", "two"}) {
    (void)redis_.ask(fmt::format("SADD ff:jobs {}", job));
    (void)redis_.ask(fmt::format("HSET 'ff:{{{}}}:job' id {} state running protocol 9", job, job));
  }
  const Finished several = run(node_setup(1));
  EXPECT_EQ(2, several.exit_status) << several.describe();
  EXPECT_TRUE(has(several.err, "several jobs: one, two")) << several.describe();
  const Finished version = run(node_setup(1, {"--fleet-job", "one"}));
  EXPECT_EQ(2, version.exit_status) << version.describe();
  EXPECT_TRUE(has(version.err, "another version")) << version.describe();
  const Finished taken = run(driver_setup({"--fleet-job", "two"}));
  EXPECT_EQ(2, taken.exit_status) << taken.describe();
  EXPECT_TRUE(has(taken.err, "already")) << taken.describe();
}

TEST_F(FleetTest, ANodeEndsWhenRedisStaysAway) {
  list(20, 50ms);
  FanfetchProcess driver(driver_setup({"--max-wait", "1s"}));
  FanfetchProcess node(node_setup(1, {"--max-wait", "1s"}));
  wait_for_requests(10);
  redis_.kill();
  for (FanfetchProcess* one : {&driver, &node}) {
    const Finished ended = finish(*one);
    EXPECT_EQ(3, ended.exit_status) << ended.describe();
    EXPECT_TRUE(has(ended.err, "out of reach for 1 s")) << ended.describe();
  }
}

}  // namespace
}  // namespace fanfetch::system
