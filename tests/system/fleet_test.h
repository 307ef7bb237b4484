#pragma once

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/real_redis.h"
#include "tests/support/unruly_relay.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {

namespace fs = std::filesystem;

/// A driver and nodes of the real program, which share a real Redis.
class FleetTest : public SystemTest {
 protected:
  static constexpr std::size_t kPerHost = 4;

  /// `redis_config`: as RealRedis has it.
  explicit FleetTest(std::vector<std::string> redis_config = {}) : redis_(std::move(redis_config)) {
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

  /// The list is a FIFO from now on, so that it says what comes when. Nobody waits for its reader.
  UniqueFd list_by_pipe() {
    const std::string path = folder_.at("urls.txt");
    fs::remove(path);
    EXPECT_EQ(0, ::mkfifo(path.c_str(), 0600));
    return UniqueFd(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
  }
  /// The same, with what list() has written.
  UniqueFd list_in_pipe() {
    const std::string text = read_file(folder_.at("urls.txt"));
    UniqueFd pipe = list_by_pipe();
    write_to(pipe, text);
    return pipe;
  }
  static void write_to(const UniqueFd& pipe, std::string_view text) {
    EXPECT_EQ(static_cast<ssize_t>(text.size()), ::write(pipe.get(), text.data(), text.size()));
  }
  /// What was written and nobody has read, in bytes.
  [[nodiscard]] static int unread(const UniqueFd& pipe) {
    int bytes = 0;
    EXPECT_EQ(0, ::ioctl(pipe.get(), FIONREAD, &bytes));
    return bytes;
  }
  /// Once all is read: what is in a FIFO that nobody has opened is gone with its last writer, and
  /// whoever opens it then waits for another.
  static void end_list(UniqueFd& pipe) {
    wait_for([&] { return unread(pipe) == 0; });
    pipe.reset();
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
  /// One that has begun to share its list.
  void kill_a_driver() {
    FanfetchProcess driver(driver_setup());
    wait_for_requests(20);
    driver.signal(SIGKILL);
    (void)driver.wait();
  }
  [[nodiscard]] static std::string node(int number) { return fmt::format("node-{}", number); }
  /// The same by another line to Redis.
  [[nodiscard]] static Launch by(const UnrulyRelay& relay, Launch setup) {
    setup.args.insert(setup.args.end(),
                      {"--fleet", fmt::format("redis://127.0.0.1:{}", relay.port())});
    return setup;
  }

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

  /// Waits until the driver has looked after its job so often, which it does each second; a node
  /// does many times as often.
  void wait_for_looks(int looks) {
    for (std::string seen = last_look(); looks > 0; --looks) {
      wait_for([&] { return last_look() != seen; });
      seen = last_look();
    }
  }
  [[nodiscard]] std::string last_look() const {
    return redis_.ask("HGET 'ff:{urls.txt}:job' seen_ms");
  }
  [[nodiscard]] std::size_t results_in_redis() const {
    return std::strtoul(redis_.ask("XLEN 'ff:{urls.txt}:res'").c_str(), nullptr, 10);
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
  /// The leases of all partitions that the process has.
  [[nodiscard]] std::vector<std::string> leases_of(const FanfetchProcess& process) const {
    auto leases =
        lines_of(redis_.ask("EVAL \"local all = {} for p = 0, 31 do "
                            "all[p + 1] = redis.call('GET', 'ff:{urls.txt}:own:' .. p) or '' end "
                            "return all\" 0"));
    std::erase_if(leases, [&](const std::string& lease) {
      return !has(lease, fmt::format("/{}.", process.pid()));
    });
    return leases;
  }
  [[nodiscard]] std::size_t partitions_of(const FanfetchProcess& process) const {
    return leases_of(process).size();
  }
  /// The name of a node that has some partition.
  [[nodiscard]] std::string name_of(const FanfetchProcess& node) const {
    const auto leases = leases_of(node);
    return leases.empty() ? "" : leases[0].substr(0, leases[0].find('/'));
  }
  /// Without a result.
  [[nodiscard]] std::size_t links_in_redis() const {
    const std::string count = redis_.ask(
        "EVAL \"local n = 0 for p = 0, 31 do "
        "n = n + redis.call('XLEN', 'ff:{urls.txt}:p:' .. p) end return n\" 0");
    return std::strtoul(count.c_str(), nullptr, 10);
  }
  /// The driver and these nodes end with 0. Returns how the driver ended.
  Finished expect_good_end(FanfetchProcess& driver, std::initializer_list<FanfetchProcess*> nodes) {
    Finished end = finish(driver);
    EXPECT_EQ(0, end.exit_status) << end.describe();
    for (FanfetchProcess* node : nodes) {
      const Finished ended = finish(*node);
      EXPECT_EQ(0, ended.exit_status) << ended.describe();
    }
    return end;
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
    EXPECT_TRUE(has(read_file(folder_.at("r.html")), "<h2>Nodes</h2>"));
    EXPECT_EQ(0, command({"verify", node(1)}).exit_status);
    // Each of these would have everything fetched again.
    for (const Finished& refused :
         {command({"verify", "--repair", "driver"}),
          command({"--no-config", "urls.txt", "-o", "driver", "--allow-private"}),
          command({"node", "--no-config", "--fleet", redis_.url(), "-o", "driver"})}) {
      EXPECT_EQ(2, refused.exit_status) << refused.describe();
      EXPECT_TRUE(has(refused.err, "is the folder of a fleet's driver")) << refused.describe();
    }
    const Finished in_nodes =
        command({"--no-config", "urls.txt", "--fleet", redis_.url(), "-o", node(1)});
    EXPECT_EQ(2, in_nodes.exit_status) << in_nodes.describe();
    EXPECT_TRUE(has(in_nodes.err, "is the folder of a fleet's node")) << in_nodes.describe();
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

}  // namespace fanfetch::system
