// One list over several machines: a driver and nodes of the real program, which share a real Redis.

#include "tests/system/fleet_test.h"

#include <signal.h>

#include <regex>

#include "tests/support/certificates.h"
#include "tests/system/tmux.h"

namespace fanfetch::system {
namespace {

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
  EXPECT_EQ("0\n", redis_.ask("EVAL \"local lasting = 0 "
                              "for _, key in ipairs(redis.call('KEYS', 'ff:{urls.txt}:*')) do "
                              "if redis.call('TTL', key) < 0 then lasting = lasting + 1 end end "
                              "return lasting\" 0"));

  const Finished again = run(driver_setup());
  EXPECT_EQ(0, again.exit_status) << again.describe();
  EXPECT_TRUE(has(last_line(again.err), "0 saved, 200 kept, 0 skipped, 0 failed"))
      << again.describe();
  EXPECT_EQ(200u, requests());
  expect_nodes_named();
  expect_commands_know_the_driver();
}

TEST_F(FleetTest, ANodeThatIsToldToLeaveHandsItsLinksBack) {
  list(100, 20ms);
  FanfetchProcess driver(driver_setup());
  FanfetchProcess leaver(node_setup(1));
  wait_for_requests(40);
  FanfetchProcess other(node_setup(2));
  leaver.signal(SIGTERM);
  const Finished left = finish(leaver, 10s);
  EXPECT_EQ(SIGTERM, left.signal) << left.describe();
  EXPECT_TRUE(has(left.err, "joined job 'urls.txt' as ")) << left.describe();
  EXPECT_TRUE(
      std::regex_search(left.err, std::regex("stopped early: \\d+ links go back to the fleet")))
      << left.describe();
  const Finished end = finish(driver);
  EXPECT_EQ(0, end.exit_status) << end.describe();
  (void)finish(other);
  expect_all_saved();
  expect_limits_held();
  EXPECT_EQ(500u, requests()) << "what was in flight is finished, and the rest handed back";
}

/// Whoever gets a host fetches what has no result: all that was fetched has one by then.
TEST_F(FleetTest, ResultsComeBeforeTheirHostIsHandedBack) {
  list(60, 20ms);
  for (int n = 0; n < 60; ++n) {  // one host that the leaver is not done with for some time
    Reply slow = ok(noise(2000, 1));
    slow.delay = 4s;
    origins_.front()->serve(fmt::format("/{}/photo.jpg", n), slow);
  }
  FanfetchProcess driver(driver_setup());
  FanfetchProcess leaver(node_setup(1));
  wait_for_requests(100);
  leaver.signal(SIGTERM);
  std::string left;  // `HOST LINKS` of each host that is handed back
  wait_for([&] {
    left = redis_.ask(
        "EVAL \"local left, free = {}, 0 for p = 0, 31 do "
        "if redis.call('GET', 'ff:{urls.txt}:own:' .. p) == '-' then free = free + 1 "
        "for _, entry in ipairs(redis.call('XRANGE', 'ff:{urls.txt}:p:' .. p, '-', '+')) do "
        "local host = string.match(table.concat(entry[2], ' '), '127%.0%.0%.(%d+)') "
        "left[host] = (left[host] or 0) + 1 end end end "
        "local out = free == 32 and 'all ' or free == 31 and 'most ' or '' "
        "for host, links in pairs(left) do out = out .. host .. ' ' .. links .. ' ' end "
        "return out\" 0");
    return has(left, "most ") || has(left, "all ");
  });
  ASSERT_TRUE(has(left, "most ")) << left << ": those of the slow host are still the leaver's";
  const std::regex one("(\\d+) (\\d+) ");
  std::size_t hosts = 0;
  for (std::sregex_iterator at(left.begin(), left.end(), one), end; at != end; ++at, ++hosts) {
    const auto& origin = origins_.at(std::stoul((*at)[1]) - 20);
    EXPECT_EQ(60u, origin->count() + std::stoul((*at)[2])) << (*at)[1] << " of " << left;
  }
  EXPECT_GE(hosts, 2u) << left;
  const Finished ended = finish(leaver, 20s);
  EXPECT_EQ(SIGTERM, ended.signal) << ended.describe();
}

/// What it had by then stays where it is, and counts.
TEST_F(FleetTest, AListBegunOnOneMachineGoesOnInAFleet) {
  list(4, 0ms);
  const std::string all = read_file(folder_.at("urls.txt"));
  (void)folder_.write("urls.txt", all.substr(0, all.find('\n', all.size() / 2) + 1));
  const Finished local = command({"--no-config", "urls.txt", "-o", "driver", "--allow-private"});
  EXPECT_EQ(0, local.exit_status) << local.describe();
  const std::size_t own = requests();
  (void)folder_.write("urls.txt", all);
  FanfetchProcess helper(node_setup(1));
  const Finished end = run(driver_setup());
  EXPECT_EQ(0, end.exit_status) << end.describe();
  (void)finish(helper);
  EXPECT_EQ(20u, requests());

  const auto verify = [this] { return command({"verify", "driver"}); };
  const Finished good = verify();
  EXPECT_EQ(0, good.exit_status) << good.describe();
  EXPECT_TRUE(has(good.err, fmt::format("verified {0} files", own))) << good.describe();
  EXPECT_TRUE(has(good.err, fmt::format("{} more on the fleet's nodes", 20 - own)))
      << good.describe();
  EXPECT_EQ(0, command({"verify", "--strict", node(1)}).exit_status);
  for (const auto& file : fs::directory_iterator(folder_.at("driver"))) {
    if (file.is_regular_file() && has(file.path().filename().string(), "photo")) {
      fs::remove(file.path());
      break;
    }
  }
  const Finished bad = verify();
  EXPECT_EQ(1, bad.exit_status) << bad.describe();
  EXPECT_TRUE(has(bad.out, "missing: photo")) << bad.describe();
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
  const Finished refused = command({"resume", FleetTest::node(1)});
  EXPECT_EQ(4, refused.exit_status) << refused.describe();
  EXPECT_TRUE(has(refused.err, "resume in the driver's folder")) << refused.describe();
  // A pause of its own outlasts the driver's.
  EXPECT_EQ(0, command({"pause", FleetTest::node(1)}).exit_status);
  EXPECT_EQ(0, command({"resume", FleetTest::node(1)}).exit_status);
  EXPECT_TRUE(node.wait_for_stderr("own pause is over; it is paused by the fleet's driver"));
  EXPECT_EQ(4, command({"resume", FleetTest::node(1)}).exit_status);
  EXPECT_EQ(0, command({"pause", FleetTest::node(1)}).exit_status);
  (void)run({.args = {"resume", "driver"}, .folder = folder_.path()});
  EXPECT_TRUE(node.wait_for_stderr("the driver goes on; this node is paused still"));
  EXPECT_EQ(0, command({"resume", FleetTest::node(1)}).exit_status);
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
  // What it cannot do keeps it from nothing else: jobs=many, rate=50/s.
  (void)redis_.ask(R"lua(EVAL "return redis.call('HSET', 'ff:{urls.txt}:job', 'settings', )lua"
                   R"lua('\4\0\0\0jobs\4\0\0\0many\4\0\0\0rate\4\0\0\00050/s')" 0)lua");
  EXPECT_TRUE(node.wait_for_stderr("the fleet's driver was told what this node cannot do: jobs"));
  EXPECT_TRUE(node.wait_for_stderr("set by the fleet's driver: rate 50/s"));
  EXPECT_EQ(0, command({"stop", "driver"}).exit_status);
  const Finished end = finish(driver);
  EXPECT_TRUE(has(end.err, "--jobs, --limit-rate are not used: a driver fetches nothing itself"))
      << end.describe();
  EXPECT_EQ(6, end.exit_status) << end.describe();
  for (FanfetchProcess* one : {&node, &late}) EXPECT_EQ(6, finish(*one).exit_status);
}

TEST_F(FleetTest, LimitsOfHostsAreTheDriversToSet) {
  list(100, 100ms);
  FanfetchProcess driver(driver_setup());
  FanfetchProcess node(node_setup(1));
  wait_for_requests(20);
  for (const char* value : {"rate=20/s", "per-host=8", "host.127.0.0.20=9"}) {
    const Finished refused = command({"set", FleetTest::node(1), "jobs=2", value});
    EXPECT_EQ(2, refused.exit_status) << refused.describe();
    EXPECT_TRUE(has(refused.err, "set it in the driver's folder")) << refused.describe();
  }
  EXPECT_FALSE(has(command({"set", FleetTest::node(1)}).out, "20/s"));
  EXPECT_EQ(0, command({"set", FleetTest::node(1), "jobs=2"}).exit_status);
  EXPECT_EQ(0, command({"set", "driver", "rate=200/s"}).exit_status);
  EXPECT_TRUE(node.wait_for_stderr("set by the fleet's driver: rate 200/s"));
  EXPECT_EQ(0, command({"stop", "driver"}).exit_status);
  for (FanfetchProcess* one : {&driver, &node}) EXPECT_EQ(6, finish(*one).exit_status);
}

TEST_F(FleetTest, AFolderThatIsMadeAnewGetsItsNameBack) {
  list(100, 100ms);
  FanfetchProcess node(node_setup(1));
  kill_a_driver();
  fs::remove_all(folder_.at("driver"));
  const Finished refused = run(driver_setup());
  EXPECT_EQ(2, refused.exit_status) << refused.describe();
  EXPECT_TRUE(has(refused.err,
                  "of this folder as it was before it was made anew, and its driver "
                  "gave a sign of life "))
      << refused.describe();
  (void)redis_.ask("HINCRBY 'ff:{urls.txt}:job' seen_ms -180000");
  FanfetchProcess again(driver_setup());
  EXPECT_TRUE(again.wait_for_stderr("job 'urls.txt' was another one's"));
  const Finished ended = finish(node);
  EXPECT_EQ(3, ended.exit_status) << ended.describe();
  EXPECT_TRUE(has(ended.err, "begin this node again to help it")) << ended.describe();
  // It may come too late: the first one answers for what it has before it learns of it.
  FanfetchProcess anew(node_setup(1, {"--fleet-job", "urls.txt"}));
  const Finished end = finish(again);
  EXPECT_EQ(0, end.exit_status) << end.describe();
  EXPECT_EQ(0, finish(anew).exit_status);
  expect_all_saved();
  expect_limits_held();
}

TEST_F(FleetTest, ADriverThatIsGoneIsMissed) {
  list(100, 100ms);
  FanfetchProcess node(node_setup(1));
  kill_a_driver();
  const auto status = [this] { return command({"status", "--fleet", redis_.url()}).out; };
  EXPECT_TRUE(has(status(), "urls.txt is running: its driver's folder is")) << status();
  // As if it had been silent for three minutes.
  (void)redis_.ask("HINCRBY 'ff:{urls.txt}:job' seen_ms -180000");
  EXPECT_TRUE(node.wait_for_stderr("the fleet's driver is silent for 3m"));
  EXPECT_TRUE(has(status(), "and its driver is silent for 3m")) << status();
  (void)folder_.write("other.txt", "http://127.0.0.20/\n");
  FanfetchProcess other({.args = {"--no-config", "other.txt", "--fleet", redis_.url(), "-o",
                                  "other", "--progress", "none"},
                         .folder = folder_.path()});
  EXPECT_TRUE(other.wait_for_stderr("waits for nodes"));
  const Finished unsure = command({"status", "--fleet", redis_.url()});
  EXPECT_EQ(2, unsure.exit_status) << unsure.describe();
  EXPECT_TRUE(has(unsure.err, "other.txt, urls.txt (its driver is silent for 3m"))
      << unsure.describe();
  FanfetchProcess lost(node_setup(2, {"--fleet-job", "url.txt"}));
  EXPECT_TRUE(lost.wait_for_stderr("waiting for job 'url.txt'; there is other.txt, urls.txt (its"));
  for (FanfetchProcess* one : {&other, &lost}) {
    one->signal(SIGTERM);
    (void)finish(*one);
  }
  const Finished end = run(driver_setup());
  EXPECT_EQ(0, end.exit_status) << end.describe();
  const Finished ended = finish(node);
  EXPECT_EQ(0, ended.exit_status) << ended.describe();
  expect_all_saved();
}

/// What a node has in flight finishes, and may have been all.
TEST_F(FleetTest, APausedNodeEndsWithItsJob) {
  list(150, 100ms);
  FanfetchProcess driver(driver_setup());
  FanfetchProcess node(node_setup(1));
  wait_for_requests(20);
  EXPECT_EQ(0, command({"pause", "driver"}).exit_status);
  EXPECT_TRUE(node.wait_for_stderr("paused by the fleet's driver"));
  EXPECT_EQ(0, command({"pause", FleetTest::node(1)}).exit_status);  // by itself, too
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
  EXPECT_TRUE(has(stopped.out, "links with nodes          0\n")) << stopped.describe();
  EXPECT_TRUE(has(stopped.out, "No node is there.")) << "it left: " << stopped.describe();

  const Finished other = command({"status", "--fleet", redis_.url(), "--fleet-job", "x"});
  EXPECT_EQ(2, other.exit_status) << other.describe();
  EXPECT_TRUE(has(other.err, "the fleet has no job 'x', but urls.txt")) << other.describe();
  redis_.kill();
  const Finished away = command(status);
  EXPECT_EQ(3, away.exit_status) << away.describe();
  EXPECT_TRUE(has(away.err, "out of reach for 3 s")) << away.describe();
}

TEST_F(FleetTest, TheDriversFolderShowsItsNodes) {
  list(600, 200ms);  // it is stopped before they are done
  FanfetchProcess driver(driver_setup());
  FanfetchProcess one(node_setup(1)), two(node_setup(2));
  // By name: states and partitions.
  using Nodes = std::map<std::string, std::pair<std::string, unsigned>>;
  const auto nodes = [&] {
    const std::string out = command({"status", "--json", "driver"}).out;
    const std::regex node(R"re("name":"([^"]+)","state":"(\w+)",[^}]*"partitions":(\d+),)re");
    Nodes all;
    for (std::sregex_iterator match(out.begin(), out.end(), node), end; match != end; ++match) {
      all[(*match)[1]] = {(*match)[2], static_cast<unsigned>(std::stoul((*match)[3]))};
    }
    return all;
  };
  const auto all_are = [&](const std::pair<std::string, unsigned>& wanted) {
    const Nodes now = nodes();
    return now.size() == 2 &&
           std::ranges::all_of(now, [&](const auto& node) { return node.second == wanted; });
  };
  wait_for([&] { return all_are({"running", 16}); });
  wait_for([&] { return has(command({"status", "driver"}).out, ", 2 nodes"); });
  const Nodes both = nodes();
  const std::string text = command({"status", "driver"}).out;
  for (const auto& [name, unused] : both) EXPECT_TRUE(has(text, "\n  " + name + "  ")) << text;
  EXPECT_FALSE(has(text, "no node's")) << text;
  EXPECT_TRUE(has(command({"status", "--json", node(1)}).out, R"("fleet":null)"));

  Tmux terminal(folder_.path(), "C.UTF-8");
  terminal.open(fmt::format("'{}' top '{}'", ::getenv("FANFETCH"), folder_.at("driver")), 80, 24);
  std::vector<std::string> seen = {"32 of 32 partitions", "NODES 2", "q quit"};
  for (const auto& [name, unused] : both) seen.push_back(name);
  EXPECT_TRUE(terminal.shows(seen));
  EXPECT_FALSE(has(terminal.shown(), "WORKERS")) << "the driver has none";

  two.signal(SIGKILL);
  (void)two.wait();
  const std::string lost = name_of(two);
  // Time goes faster: first six seconds without a sign of life, then more than a lease has.
  const auto heard_at = [&](const std::string& time) {
    (void)redis_.ask(
        fmt::format("EVAL \"local now = redis.call('TIME')[1] * 1000 "
                    "return redis.call('ZADD', 'ff:{{urls.txt}}:nodes', {}, '{}')\" 0",
                    time, lost));
  };
  heard_at("now - 6000");
  EXPECT_TRUE(terminal.shows({"silent "}));
  EXPECT_EQ("silent", nodes()[lost].first);
  heard_at("1");
  EXPECT_TRUE(terminal.shows({"gone"}));
  const Nodes after = nodes();
  EXPECT_EQ("gone", after.at(lost).first);
  EXPECT_EQ(16u, after.at(lost).second) << "they are no other's before its leases end";
  wait_for([&] { return has(command({"status", "driver"}).out, ", 1 node"); });
  terminal.press("q");
  EXPECT_TRUE(terminal.shows({"left with 0"}));
  EXPECT_EQ(0, command({"stop", "driver"}).exit_status);
  for (FanfetchProcess* process : {&driver, &one}) EXPECT_EQ(6, finish(*process).exit_status);
}

TEST_F(FleetTest, WorksByTlsAsAUserWhoMayDoLittleElse) {
  support::Authority authority(folder_.path());
  const auto own = authority.issue({.host = "IP:" + RealRedis::address()});
  const RealRedis secure({"tls-port {tls}", "tls-auth-clients no", "tls-cert-file " + own.cert,
                          "tls-key-file " + own.key, "tls-ca-cert-file " + authority.root(),
                          "user node on >S3cret ~ff:* +@all -@dangerous +info"});
  list(10, 5ms);
  const std::vector<std::string> by_tls = {
      "--fleet", fmt::format("rediss://{}:{}", RealRedis::address(), secure.tls_port()),
      "--fleet-cacert", authority.root()};
  const auto as_user = [](Launch launch, const std::string& password) {
    launch.env = {{"FANFETCH_FLEET_AUTH", password}};
    return launch;
  };
  FanfetchProcess node(as_user(node_setup(1, by_tls), "node:S3cret"));
  const Finished end = run(as_user(driver_setup(by_tls), "node:S3cret"));
  EXPECT_EQ(0, end.exit_status) << end.describe();
  const Finished ended = finish(node);
  EXPECT_EQ(0, ended.exit_status) << ended.describe();
  expect_all_saved();
  EXPECT_EQ(50u, requests());

  Launch status{.args = {"status"}, .folder = folder_.path()};
  status.args.insert(status.args.end(), by_tls.begin(), by_tls.end());
  const Finished over = run(as_user(status, "node:S3cret"));
  EXPECT_EQ(0, over.exit_status) << over.describe();
  EXPECT_TRUE(has(over.out, "Job urls.txt is done")) << over.describe();
  const Finished wrong = run(as_user(driver_setup(by_tls), "node:Wr0ng"));
  EXPECT_EQ(2, wrong.exit_status) << wrong.describe();
  EXPECT_TRUE(has(wrong.err, "password")) << wrong.describe();
  EXPECT_FALSE(has(end.err + ended.err + over.err + wrong.err, "S3cret"));
  EXPECT_FALSE(has(wrong.err, "Wr0ng"));
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
  const Finished mistyped = run(node_setup(1, {"--wait", "1s", "--fleet-job", "tow"}));
  EXPECT_EQ(3, mistyped.exit_status) << mistyped.describe();
  EXPECT_TRUE(has(mistyped.err, "no driver has begun job 'tow' in --wait 1 s; there is one, two"))
      << mistyped.describe();
  const Finished version = run(node_setup(1, {"--fleet-job", "one"}));
  EXPECT_EQ(2, version.exit_status) << version.describe();
  EXPECT_TRUE(has(version.err, "another version")) << version.describe();
  const Finished taken = run(driver_setup({"--fleet-job", "two"}));
  EXPECT_EQ(2, taken.exit_status) << taken.describe();
  EXPECT_TRUE(has(taken.err, "already")) << taken.describe();
}

}  // namespace
}  // namespace fanfetch::system
