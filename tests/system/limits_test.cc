// Limits: time, size, addresses, connections to one host.

#include <fmt/format.h>

#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

class LimitsTest : public SystemTest {
 protected:
  /// Runs 100 links of one host: `wanted` of them must be asked for at once, and never one more.
  void expect_at_once(std::size_t wanted, std::vector<std::string> args) {
    const auto gate = std::make_shared<Gate>();  // holds the first ones until all are there
    const auto paths = serve_many(100, 1000);
    for (const auto& [name, bytes] : served()) {
      origin_.serve("/" + name, Reply{.body = bytes, .delay = 10ms, .gate = gate});
    }
    FanfetchProcess process(list_setup(paths, std::move(args)));
    EXPECT_TRUE(origin_.wait_for_at_once(wanted));
    gate->open();
    const Finished finished = finish(process);
    EXPECT_EQ(0, finished.exit_status) << finished.describe();
    EXPECT_EQ(wanted, origin_.most_at_once());
    EXPECT_EQ(served(), saved_files());
  }
};

TEST_F(LimitsTest, SilenceIsATimeout) {
  origin_.serve("/a.jpg", Reply{.silent = true});
  const ResultLine line = fetch("/a.jpg", {"--timeout=2s", "--retries=0"});
  EXPECT_EQ("failed", line.status);
  EXPECT_EQ("timeout", line.error);
  EXPECT_EQ(true, line.retryable);
}

TEST_F(LimitsTest, SilenceIsAStall) {
  origin_.serve("/a.jpg", Reply{.silent = true});
  EXPECT_EQ("timeout", fetch("/a.jpg", {"--stall-timeout=2s", "--retries=0"}).error);
}

TEST_F(LimitsTest, SlowerThanTheMinimumIsAStall) {
  origin_.serve("/a.jpg", Reply{.body = noise(20'000), .drip_bytes = 10, .drip_every = 100ms});
  const ResultLine line = fetch("/a.jpg", {"--min-speed=1K", "--stall-timeout=2s", "--retries=0"});
  EXPECT_EQ("timeout", line.error) << line.message.value_or("");
}

TEST_F(LimitsTest, SlowButSteadyIsSaved) {
  origin_.serve("/a.jpg", Reply{.body = noise(2000), .drip_bytes = 50, .drip_every = 50ms});
  EXPECT_EQ("saved", fetch("/a.jpg", {"--min-speed=100", "--stall-timeout=1s"}).status);
}

TEST_F(LimitsTest, SilenceIsTriedAgain) {
  origin_.serve_in_turn("/a.jpg", {Reply{.silent = true}, ok(picture())});
  const ResultLine line = fetch("/a.jpg", {"--timeout=1s"});
  EXPECT_EQ("saved", line.status);
  EXPECT_EQ(2, line.attempts);
}

TEST_F(LimitsTest, MaxSize) {
  origin_.serve("/fits.jpg", ok(noise(100 * 1024)));
  EXPECT_EQ("saved", fetch("/fits.jpg", {"--max-size=100K"}).status);
}

TEST_F(LimitsTest, TooLargeByItsLength) {
  origin_.serve("/a.jpg", ok(noise(100 * 1024 + 1)));
  const ResultLine line = fetch("/a.jpg", {"--max-size=100K"});
  EXPECT_EQ("too_large", line.error);
  EXPECT_EQ(false, line.retryable);
  EXPECT_EQ(1u, origin_.count());
}

TEST_F(LimitsTest, TooLargeByItsLengthIsNotWaitedFor) {
  Reply reply = half_then_gate(noise(1000), std::make_shared<Gate>());
  reply.claimed_length = 100 * 1024 + 1;
  origin_.serve("/a.jpg", reply);
  const ResultLine line = fetch("/a.jpg", {"--max-size=100K", "--timeout=20s", "--retries=0"});
  EXPECT_EQ("too_large", line.error) << line.message.value_or("");
}

TEST_F(LimitsTest, TooLargeWithoutEnd) {
  origin_.serve("/a.jpg", Reply{.body = noise(50'000), .endless = true});
  EXPECT_EQ("too_large", fetch("/a.jpg", {"--max-size=1M"}).error);
}

TEST_F(LimitsTest, TooLargeOnceDecoded) {
  origin_.serve("/a.bin", Reply{.body = std::string(20'000'000, '\0'), .gzip = true});
  EXPECT_EQ("too_large", fetch("/a.bin", {"--max-size=1M"}).error);
}

TEST_F(LimitsTest, PrivateAddressesAreRefused) {
  const std::string port = fmt::format(":{}/a.jpg", origin_.port());
  const std::vector<std::string> hosts = {
      "127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "127.0.0.2", "[::ffff:127.0.0.1]"};
  std::vector<std::string> links;
  for (const std::string& host : hosts) links.push_back("http://" + host + port);
  Launch given = list_setup(links, {"--retries=0"});
  std::erase(given.args, "--allow-private");
  const Finished finished = run(given);
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_EQ(0u, origin_.connections());
  EXPECT_TRUE(has(finished.err, "--allow-net 127.0.0.0/24")) << finished.describe();
  for (const ResultLine& line : records()) {
    if (line.status == "skipped") continue;  // other spellings of one address may be duplicates
    EXPECT_EQ("refused", line.error) << line.url.value_or("");
    EXPECT_EQ(false, line.retryable);
  }
}

TEST_F(LimitsTest, ForbiddenAddressesStayForbidden) {
  // Unspecified: would reach loopback on Linux, and no option but a network's own lets it.
  const ResultLine line = fetch(fmt::format("http://0.0.0.0:{}/a.jpg", origin_.port()));
  EXPECT_EQ("refused", line.error);
  EXPECT_EQ(0u, origin_.connections());
}

TEST_F(LimitsTest, PerHostOverAllWorkers) { expect_at_once(3, {"-w4", "-j64", "--per-host=3"}); }

TEST_F(LimitsTest, PerHostGrowsToSixteenWhereThatPays) {
  const auto gate = std::make_shared<Gate>();
  const auto paths = serve_many(160, 1000, 100ms);
  for (std::size_t i = 80; i < paths.size(); ++i) {
    origin_.serve(paths[i], Reply{.body = served().at(paths[i].substr(1)), .gate = gate});
  }
  FanfetchProcess process(list_setup(paths));
  EXPECT_TRUE(origin_.wait_for_at_once(16));
  gate->open();
  const Finished finished = finish(process);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(16u, origin_.most_at_once());
  EXPECT_EQ(served(), saved_files());
}

TEST_F(LimitsTest, JobsOverAllWorkers) { expect_at_once(5, {"-w2", "-j5", "--per-host=100"}); }

TEST_F(LimitsTest, OneAfterTheOther) {
  const auto paths = serve_many(10, 1000, 20ms);
  const Finished finished = run(list_setup(paths, {"-w1", "-j1"}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(1u, origin_.most_at_once());
  EXPECT_EQ(1u, origin_.connections()) << "the connection is kept";
}

TEST_F(LimitsTest, SlowHostDoesNotHoldBackOthers) {
  FaultOrigin slow("127.0.0.2");
  const auto gate = std::make_shared<Gate>();
  const auto fast_paths = serve_many(30);
  std::vector<std::string> links;
  for (int i = 0; i < 200; ++i) {
    const std::string path = fmt::format("/slow{}.jpg", i);
    slow.serve(path, Reply{.body = picture("slow"), .gate = gate});
    links.push_back(slow.url(path));
  }
  links.insert(links.end(), fast_paths.begin(), fast_paths.end());
  FanfetchProcess process(list_setup(links, {"-w2", "-j8", "--per-host=4"}));
  EXPECT_TRUE(eventually(
      [&] {
        auto done = saved_files();
        return done.size() >= fast_paths.size();
      },
      kPatience))
      << "all of the other host, while the first answers nothing";
  EXPECT_EQ(4u, slow.at_once());
  gate->open();
  const Finished finished = finish(process);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(230u, saved_files().size());
}

/// A retry that is due while all places are taken waits for an event, not for ever anew for its
/// time.
TEST_F(LimitsTest, ARetryThatHasToWaitCostsNoCpu) {
  const auto gate = std::make_shared<Gate>();
  origin_.serve_in_turn("/again.jpg", {status(503), ok(picture())});
  origin_.serve("/held.jpg", Reply{.body = picture(), .gate = gate});
  FanfetchProcess process(list_setup({"/again.jpg", "/held.jpg"}, {"-w1", "-j1"}));
  ASSERT_TRUE(origin_.wait_for_count("/held.jpg", 1));
  std::this_thread::sleep_for(1200ms);  // the retry comes after a second at most
  const auto before = cpu_time(process.pid());
  std::this_thread::sleep_for(1s);
  EXPECT_LT(cpu_time(process.pid()) - before, 200ms);
  gate->open();
  EXPECT_EQ(0, finish(process).exit_status);
}

/// A list sorted by host, the first of which hangs: far more links than are held ready at once.
TEST_F(LimitsTest, AHostThatHangsHoldsBackNoOtherHoweverManyItsLinks) {
  FaultOrigin other("127.0.0.2");
  other.serve("/other.jpg", ok(picture()));
  origin_.serve_rest([](Connection& connection, const Request&) { connection.wait_for_hang_up(); });
  std::vector<std::string> links;
  for (int i = 0; i < 6000; ++i) links.push_back(fmt::format("/stuck-{}.jpg", i));
  links.push_back(other.url("/other.jpg"));
  FanfetchProcess process(list_setup(links, {"--per-host=2"}));
  EXPECT_TRUE(other.wait_for_count("/other.jpg", 1));
  process.signal(SIGKILL);
  EXPECT_EQ(SIGKILL, finish(process).signal);
}

}  // namespace
}  // namespace fanfetch::system
