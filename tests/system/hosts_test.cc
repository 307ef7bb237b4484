// Hosts that throttle, are dead, or are many: what one of them does costs the others nothing.

#include <fmt/format.h>
#include <signal.h>

#include <atomic>
#include <memory>

#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

class HostsTest : public SystemTest {
 protected:
  std::size_t count(std::string_view status, std::string_view error = "") const {
    std::size_t found = 0;
    for (const ResultLine& line : records()) {
      found += line.status == status && line.error.value_or("") == error ? 1 : 0;
    }
    return found;
  }
};

TEST_F(HostsTest, AHostThatThrottlesIsLeftAloneByAllAndTheOthersGoOn) {
  FaultOrigin throttling("127.0.1.1");
  std::atomic<int> asked = 0;
  throttling.serve_rest([&asked](Connection& connection, const Request& request) {
    const bool refuse = asked++ < 4;  // the first flight
    answer(connection, request, refuse ? status(429, {{"Retry-After", "2"}}) : ok("picture"));
  });
  const auto paths = serve_many(200, 1000, 5ms);
  std::vector<std::string> links;
  for (int i = 0; i < 20; ++i) links.push_back(throttling.url(fmt::format("/t{}.bin", i)));
  links.insert(links.end(), paths.begin(), paths.end());
  const Finished finished = run(list_setup(links, {"-w2"}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(220u, saved_files().size());
  const auto requests = throttling.requests();
  ASSERT_EQ(24u, requests.size());
  EXPECT_GE(requests[4].at - requests[3].at, 1900ms) << "nobody asks in between";
  const auto others = origin_.requests();
  EXPECT_LT(others.back().at, requests[4].at) << "the other host is done by then";
}

TEST_F(HostsTest, ADeadHostCostsSecondsHoweverManyItsLinks) {
  std::string dead;
  {
    const FaultOrigin gone("127.0.1.2");  // its port is closed afterwards
    dead = gone.url();
  }
  const auto paths = serve_many(50, 1000);
  std::vector<std::string> links;
  for (int i = 0; i < 2000; ++i) links.push_back(fmt::format("{}/d{}.bin", dead, i));
  links.insert(links.end(), paths.begin(), paths.end());
  const Finished finished = run(list_setup(links));
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_EQ(50u, count("saved"));
  EXPECT_EQ(2000u, count("failed", "connect"));
  EXPECT_LT(finished.took, 30s);
  std::int64_t attempts = 0;
  for (const ResultLine& line : records()) {
    if (line.status != "failed") continue;
    attempts += line.attempts;
    EXPECT_EQ(true, line.retryable);
  }
  EXPECT_LE(attempts, 12) << "all others have cost no request";
}

TEST_F(HostsTest, AWaitThatIsTooLongEndsTheHostsLinks) {
  origin_.serve_rest([](Connection& connection, const Request& request) {
    answer(connection, request, status(429, {{"Retry-After", "3"}}));
  });
  std::vector<std::string> links;
  for (int i = 0; i < 100; ++i) links.push_back(fmt::format("/{}.bin", i));
  const Finished finished = run(list_setup(links, {"--max-wait=2s"}));
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_EQ(100u, count("failed", "rate_limited"));
  EXPECT_LE(origin_.count(), 4u);
}

TEST_F(HostsTest, ALongPauseIsToldOnce) {
  origin_.serve_rest([](Connection& connection, const Request& request) {
    answer(connection, request, status(429, {{"Retry-After", "60"}}));
  });
  FanfetchProcess process(list_setup({"/1.bin", "/2.bin", "/3.bin"}));
  ASSERT_TRUE(process.wait_for_stderr(origin_.url() + " asks for a pause: its links go on in"));
  process.signal(SIGINT);
  const Finished finished = finish(process);
  EXPECT_EQ(SIGINT, finished.signal) << finished.describe();
  EXPECT_EQ(finished.err.find("asks for a pause"), finished.err.rfind("asks for a pause"));
}

TEST_F(HostsTest, ARateHoldsOverAllWorkers) {
  const auto paths = serve_many(21, 1000);
  const auto launched = std::chrono::steady_clock::now();
  const Finished finished = run(list_setup(paths, {"-w2", "--rate=10/s"}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(21u, saved_files().size());
  // From the launch: a first request that a busy machine delays shortens the time to the last one.
  EXPECT_GE(origin_.requests().back().at - launched, 2000ms);
  EXPECT_LE(finished.took, 15s);
}

/// The coordinator gives a host's next file to the worker that has its connection.
TEST_F(HostsTest, FilesOfAHostShareAConnection) {
  constexpr std::size_t kHosts = 40, kFiles = 5, kJobs = 24;
  std::vector<std::unique_ptr<FaultOrigin>> hosts;
  for (std::size_t i = 0; i < kHosts; ++i) {
    hosts.push_back(std::make_unique<FaultOrigin>(fmt::format("127.0.1.{}", 10 + i)));
    hosts.back()->serve_rest([](Connection& connection, const Request& request) {
      answer(connection, request, Reply{.body = "picture", .delay = 20ms});
    });
  }
  std::vector<std::string> links;
  for (std::size_t file = 0; file < kFiles; ++file) {
    for (std::size_t i = 0; i < kHosts; ++i) {
      links.push_back(hosts[i]->url(fmt::format("/{}-{}.bin", i, file)));
    }
  }
  // Fewer places than hosts: else there would be room for a second connection to some.
  const Finished finished = run(list_setup(links, {"-w2", fmt::format("-j{}", kJobs)}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(kHosts * kFiles, saved_files().size());
  std::size_t connections = 0;
  for (const auto& host : hosts) connections += host->connections();
  EXPECT_GE(connections, kHosts);
  // At the end of the list there are fewer hosts than places: each may go to a second file of a
  // host. By chance, half of the files would meet no connection of their host where they go: 80.
  EXPECT_LE(connections, kHosts + kJobs);
}

}  // namespace
}  // namespace fanfetch::system
