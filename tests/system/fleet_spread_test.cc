// A host that is too big for one machine: nodes of a fleet share it.

#include <signal.h>
#include <unistd.h>

#include <string_view>

#include "tests/system/fleet_test.h"

namespace fanfetch::system {
namespace {

class FleetSpreadTest : public FleetTest {
 protected:
  FleetSpreadTest() : list_(list_by_pipe()) { set_lease(3s); }

  /// The next `count` links, all of one host.
  void add_links(int count, std::chrono::milliseconds delay = 20ms) {
    std::string text;
    for (int n = 0; n < count; ++n) {
      const std::string path = fmt::format("/{}/photo.jpg", links_);
      Reply reply = ok(noise(2000, static_cast<unsigned>(++links_)));
      reply.delay = delay;
      origins_[0]->serve(path, reply);
      text += origins_[0]->url(path) + "\n";
    }
    whole_list_ += text;
    write_list(text);
  }
  /// Another driver in the place of one that was killed; it gets all links until now.
  std::unique_ptr<FanfetchProcess> begin_again() {
    char dropped[4096];
    while (::read(list_.get(), dropped, sizeof dropped) > 0) {
    }
    auto driver = std::make_unique<FanfetchProcess>(driver_setup());
    write_list(whole_list_);
    return driver;
  }
  /// It may be more than a pipe takes: the driver reads.
  void write_list(std::string_view text) {
    wait_for([&] {
      const ssize_t written = ::write(list_.get(), text.data(), text.size());
      text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
      return text.empty();
    });
  }
  void end_list() { FleetTest::end_list(list_); }

  [[nodiscard]] Launch spread_setup() const { return driver_setup({"--spread", "127.0.0.20=4"}); }

  /// Waits until so many nodes have their share of the partitions, and adds so many links each time
  /// that it looks.
  void wait_for_balance(unsigned nodes, int links = 0) {
    std::string ranks;
    for (unsigned rank = 0; rank < nodes; ++rank) {
      const unsigned share = 32 / nodes + (rank < 32 % nodes ? 1 : 0);
      ranks += fmt::format("{},", share);
    }
    wait_for([&] {
      add_links(links);
      const std::string json = command({"status", "--json", "--fleet", redis_.url()}).out;
      std::string has;
      for (std::size_t at = json.find("\"quiet_ms\""); at != json.npos;
           at = json.find("\"quiet_ms\"", at + 1)) {
        const std::size_t begin = json.find("\"partitions\":", at) + 13;
        has += json.substr(begin, json.find(',', begin) + 1 - begin);
      }
      return has == ranks;
    });
  }
  [[nodiscard]] std::size_t files_of(int number) const {
    const auto files = fs::directory_iterator(folder_.at(node(number)));
    return static_cast<std::size_t>(std::count_if(
        begin(files), end(files), [](const auto& file) { return file.is_regular_file(); }));
  }

  // --- A host that nobody has named ---

  /// More than one partition's window takes.
  static constexpr int kTooMany = 2300;
  /// That one is too big is clear at the second look.
  void spread_soon() { (void)redis_.ask("HSET 'ff:{urls.txt}:job' spread_ms 1"); }
  [[nodiscard]] std::string big_host() const {
    return fmt::format("127.0.0.20:{}", origins_[0]->port());
  }
  [[nodiscard]] std::string spread_in_redis() const {
    const std::string answer = redis_.ask("HGET 'ff:{urls.txt}:job' spread");
    return answer.substr(0, answer.find('\n'));
  }
  void tell_nodes(const std::string& word) {
    for (int number : {1, 2}) EXPECT_EQ(0, command({word, node(number)}).exit_status);
  }
  struct Fleet {
    std::unique_ptr<FanfetchProcess> driver, one, two;
  };
  /// Its nodes have their shares, and are paused; the links of the big host are under way.
  Fleet begin_with_big_host() {
    const auto start = [](const Launch& launch) {
      return std::make_unique<FanfetchProcess>(launch);
    };
    Fleet fleet{start(driver_setup()), start(node_setup(1)), start(node_setup(2))};
    wait_for_balance(2);
    tell_nodes("pause");
    add_links(kTooMany, 1ms);
    expect_drain(*fleet.driver);
    return fleet;
  }
  /// The driver waits for nodes, which are paused, to be done with what they have of the big host.
  void expect_drain(const FanfetchProcess& driver) {
    ASSERT_TRUE(driver.wait_for_stderr(
        big_host() +
        " has more links than one node's share, 100 % of all for 2 nodes: once the 2,000 that are "
        "under way are done, it is spread over 4 pieces"))
        << driver.stderr_now();
    EXPECT_EQ("", spread_in_redis());
  }
  static void kill(FanfetchProcess& process) {
    process.signal(SIGKILL);
    (void)process.wait();
  }

  UniqueFd list_;
  std::string whole_list_;
};

TEST_F(FleetSpreadTest, ThreeNodesShareAHost) {
  FanfetchProcess driver(spread_setup());
  FanfetchProcess one(node_setup(1)), two(node_setup(2)), three(node_setup(3));
  wait_for_balance(3);
  add_links(240);
  end_list();
  const Finished end = finish(driver);
  EXPECT_EQ(0, end.exit_status) << end.describe();
  for (FanfetchProcess* one_of : {&one, &two, &three}) {
    const Finished ended = finish(*one_of);
    EXPECT_EQ(0, ended.exit_status) << ended.describe();
  }
  expect_all_saved();
  expect_limits_held();
  EXPECT_LE(requests(), 240u * 105 / 100);  // a lease may be lost where the machine stands still
  // Which partitions a node has depends on when it came: one may be without a piece.
  int sharing = 0;
  for (int number = 1; number <= 3; ++number) sharing += files_of(number) >= 30 ? 1 : 0;
  EXPECT_GE(sharing, 2);
  EXPECT_TRUE(kept_in_redis().empty());
}

/// Its pieces go to the others, and the limit goes with them.
TEST_F(FleetSpreadTest, ANodeThatIsKilledLeavesItsShareToTheRest) {
  FanfetchProcess driver(spread_setup());
  FanfetchProcess one(node_setup(1)), two(node_setup(2));
  auto victim = std::make_unique<FanfetchProcess>(node_setup(3));
  wait_for_balance(3);
  add_links(120);
  wait_for_requests(60);
  victim->signal(SIGKILL);
  (void)victim->wait();
  add_links(120);
  end_list();
  const Finished end = finish(driver);
  EXPECT_EQ(0, end.exit_status) << end.describe();
  for (FanfetchProcess* other : {&one, &two}) EXPECT_EQ(0, finish(*other).exit_status);
  expect_all_saved();
  expect_limits_held();
  EXPECT_LE(requests(), 240u * 105 / 100 + 200);
}

/// Pieces move while transfers of theirs and of others are in flight.
TEST_F(FleetSpreadTest, AHostsLimitHoldsWhileNodesComeAndGo) {
  FanfetchProcess driver(spread_setup());
  FanfetchProcess one(node_setup(1));
  wait_for_balance(1);
  add_links(60);
  wait_for_requests(30);
  FanfetchProcess two(node_setup(2));
  wait_for_balance(2, 10);
  add_links(60);
  wait_for([&] { return files_of(2) >= 10; });
  one.signal(SIGTERM);
  add_links(60);
  EXPECT_EQ(SIGTERM, finish(one, 10s).signal);
  add_links(20);
  end_list();
  const Finished end = finish(driver);
  EXPECT_EQ(0, end.exit_status) << end.describe();
  EXPECT_EQ(0, finish(two).exit_status);
  expect_all_saved();
  expect_limits_held();
  // What was fetched and not yet reported when its piece went is fetched once more.
  EXPECT_LE(requests(), static_cast<std::size_t>(links_) * 105 / 100 + 20);
}

TEST_F(FleetSpreadTest, WhatNodesWorkByStaysAsItIs) {
  FanfetchProcess driver(spread_setup());
  FanfetchProcess node(node_setup(1));
  wait_for_balance(1);
  const Finished lower = command({"set", "driver", "per-host=3"});
  EXPECT_NE(0, lower.exit_status) << lower.describe();
  EXPECT_TRUE(has(lower.err, "127.0.0.20 is spread over 4 pieces")) << lower.describe();
  EXPECT_EQ(0, command({"set", "driver", "per-host=8"}).exit_status);
  driver.signal(SIGKILL);
  (void)driver.wait();
  for (const std::vector<std::string>& other :
       {std::vector<std::string>{"--spread", "127.0.0.20=2"},
        {"--spread", "127.0.0.20=1"},
        {"--spread", "127.0.0.21=4"}}) {
    const Finished refused = run(driver_setup(other));
    EXPECT_EQ(2, refused.exit_status) << refused.describe();
    EXPECT_TRUE(has(refused.err, "was begun with --spread 127.0.0.20=4")) << refused.describe();
  }
  const Finished narrow = run(driver_setup({"--host-limit", "127.0.0.20=3"}));
  EXPECT_EQ(2, narrow.exit_status) << narrow.describe();
  EXPECT_TRUE(has(narrow.err, "127.0.0.20 is spread over 4 pieces, each of which needs"))
      << narrow.describe();
  // What is not said again holds all the same.
  FanfetchProcess again(driver_setup({"--spread", "127.0.0.21=1"}));
  EXPECT_TRUE(again.wait_for_stderr("goes on with --spread 127.0.0.20=4"));
  wait_for([&] { return command({"stop", "driver"}).exit_status == 0; });
  EXPECT_EQ(6, finish(again).exit_status);
  EXPECT_EQ(6, finish(node).exit_status);

  // Nobody works by it any more.
  add_links(8);
  FanfetchProcess whole(driver_setup());
  FanfetchProcess next(node_setup(2));
  wait_for_requests(8);
  end_list();
  const Finished end = finish(whole);
  EXPECT_EQ(0, end.exit_status) << end.describe();
  EXPECT_EQ(0, finish(next).exit_status);
}

TEST_F(FleetSpreadTest, NodesThatWereKilledKeepNoHostSpreadForEver) {
  auto driver = std::make_unique<FanfetchProcess>(spread_setup());
  auto victim = std::make_unique<FanfetchProcess>(node_setup(1));
  wait_for_balance(1);
  kill(*driver);
  kill(*victim);
  wait_for([&] { return !has(redis_.ask("KEYS 'ff:{urls.txt}:own:*'"), "own"); });
  const auto begin = std::chrono::steady_clock::now();
  FanfetchProcess otherwise(driver_setup({"--spread", "127.0.0.20=2"}));
  EXPECT_TRUE(
      otherwise.wait_for_stderr("was begun with --spread 127.0.0.20=4, and the nodes that "
                                "worked by that are gone without a word: waiting for 4"));
  wait_for([&] { return spread_in_redis() == "127.0.0.20=2"; });
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 4s);
  FanfetchProcess node(node_setup(2));
  add_links(8);
  end_list();
  expect_good_end(otherwise, {&node});
}

TEST_F(FleetSpreadTest, AHostThatIsTooBigIsSpreadByItself) {
  spread_soon();
  const auto [driver, one, two] = begin_with_big_host();
  const Finished lower = command({"set", "driver", "per-host=3"});
  EXPECT_NE(0, lower.exit_status) << lower.describe();
  EXPECT_TRUE(has(lower.err, big_host() + " is spread over 4 pieces")) << lower.describe();
  // The fleet may be paused meanwhile.
  EXPECT_EQ(0, command({"pause", "driver"}).exit_status);
  EXPECT_TRUE(one->wait_for_stderr("paused by the fleet's driver"));
  EXPECT_TRUE(two->wait_for_stderr("paused by the fleet's driver"));
  EXPECT_EQ(0, command({"resume", "driver"}).exit_status);
  EXPECT_TRUE(one->wait_for_stderr("the driver goes on"));
  EXPECT_TRUE(two->wait_for_stderr("the driver goes on"));
  tell_nodes("resume");

  EXPECT_TRUE(driver->wait_for_stderr(
      big_host() + " is spread over 4 pieces from now on, as with --spread " + big_host() + "=4"))
      << driver->stderr_now();
  EXPECT_EQ(big_host() + "=4", spread_in_redis());
  add_links(200);
  (void)redis_.ask("HDEL 'ff:{urls.txt}:job' spread");  // a server's crash may lose it
  wait_for([&] { return spread_in_redis() == big_host() + "=4"; });
  end_list();
  expect_good_end(*driver, {one.get(), two.get()});
  expect_all_saved();
  expect_limits_held();
  EXPECT_LE(requests(), static_cast<std::size_t>(links_) * 105 / 100);
  for (int number : {1, 2}) EXPECT_GE(files_of(number), 100u) << number;
  EXPECT_TRUE(kept_in_redis().empty());
}

TEST_F(FleetSpreadTest, ADriverThatIsBegunAgainGoesOnWithWhatItHasSpread) {
  spread_soon();
  auto [driver, one, two] = begin_with_big_host();
  kill(*driver);  // before anything is decided
  driver = begin_again();
  expect_drain(*driver);
  EXPECT_FALSE(has(driver->stderr_now(), "goes on with --spread")) << driver->stderr_now();
  tell_nodes("resume");
  wait_for([&] { return !spread_in_redis().empty(); });
  kill(*driver);  // when it has been written
  const Finished refused = run(driver_setup({"--spread", big_host() + "=2"}));
  EXPECT_EQ(2, refused.exit_status) << refused.describe();
  EXPECT_TRUE(has(refused.err, "was begun with --spread " + big_host() + "=4"))
      << refused.describe();
  driver = begin_again();
  EXPECT_TRUE(driver->wait_for_stderr("goes on with --spread " + big_host() + "=4"));
  add_links(100);
  end_list();
  expect_good_end(*driver, {one.get(), two.get()});
  expect_all_saved();
  expect_limits_held();
}

TEST_F(FleetSpreadTest, AllOfRedisIsLostBeforeAHostIsSpread) {
  spread_soon();
  const auto [driver, one, two] = begin_with_big_host();
  (void)redis_.ask("FLUSHALL");
  EXPECT_TRUE(driver->wait_for_stderr("has lost its data"));
  tell_nodes("resume");
  EXPECT_TRUE(driver->wait_for_stderr("is spread over 4 pieces from now on"));
  EXPECT_EQ(big_host() + "=4", spread_in_redis());
  end_list();
  expect_good_end(*driver, {one.get(), two.get()});
  expect_all_saved();
  expect_limits_held();
}

/// A driver that is begun again may find the old plan with the next master.
TEST_F(FleetSpreadTest, APlanThatNoReplicaKnowsDoesNotCount) {
  spread_soon();
  set_lease(30s);  // nodes have to do without renewals meanwhile
  (void)redis_.ask("CONFIG SET repl-diskless-sync-delay 0");
  const RealRedis replica({fmt::format("replicaof {} {}", RealRedis::address(), redis_.port())});
  wait_for([this] { return has(redis_.ask("INFO replication"), "state=online"); });
  const auto [driver, one, two] = begin_with_big_host();
  replica.freeze();
  tell_nodes("resume");
  const auto is_written = [this] { return spread_in_redis() == big_host() + "=4"; };
  wait_for(is_written);
  (void)redis_.ask("HDEL 'ff:{urls.txt}:job' spread");  // as the next master has it
  wait_for(is_written);
  constexpr std::string_view kGoesByIt = "is spread over 4 pieces from now on";
  EXPECT_FALSE(has(driver->stderr_now(), kGoesByIt)) << driver->stderr_now();
  replica.thaw();
  EXPECT_TRUE(driver->wait_for_stderr(std::string(kGoesByIt)));
  end_list();
  expect_good_end(*driver, {one.get(), two.get()});
  expect_all_saved();
  expect_limits_held();
}

TEST_F(FleetSpreadTest, WhatCannotBeSpreadIsSaid) {
  const struct {
    std::vector<std::string> args;
    std::string_view words;
  } rows[] = {
      {{"urls.txt", "--spread", "cdn.test"}, "--spread needs --fleet"},
      {{"urls.txt", "--fleet", redis_.url(), "--spread", "cdn.test=0"}, "its number of pieces"},
      {{"urls.txt", "--fleet", redis_.url(), "--spread", "http://x/"}, "not a host name"},
      {{"node", "--fleet", redis_.url(), "--spread", "cdn.test"}, "give it to the driver"},
  };
  for (const auto& [args, words] : rows) {
    Launch launch{.args = args, .folder = folder_.path()};
    launch.args.emplace_back("--no-config");
    const Finished end = run(launch);
    EXPECT_EQ(2, end.exit_status) << end.describe();
    EXPECT_TRUE(has(end.err, words)) << end.describe();
  }
  end_list();
  fs::remove(folder_.at("urls.txt"));
  (void)folder_.write("urls.txt", "");
  const Finished capped = run(driver_setup({"--spread", "cdn.test=40"}));
  EXPECT_TRUE(
      has(capped.err, "--spread cdn.test: it may have 4 transfers at once, and so it has 4 pieces"))
      << capped.describe();
  // Imgur's files have a limit of their own.
  const Finished imgur = run({.args = {"--no-config", "imgur", "--api-base", origins_[0]->url(),
                                       "--allow-private", "--fleet", redis_.url(), "-o", "gallery",
                                       "--spread", "i.imgur.com=100", "--progress", "none"},
                              .env = {{"IMGUR_CLIENT_ID", "s3cret0123456789"}},
                              .folder = folder_.path()});
  EXPECT_TRUE(has(imgur.err, "it may have 64 transfers at once, and so it has 64 pieces"))
      << imgur.describe();
  EXPECT_FALSE(has(run(driver_setup({"--spread", "cdn.test=1"})).err, "cdn.test"))
      << "it stays whole, as its user wants";
}

}  // namespace
}  // namespace fanfetch::system
