// The scheduler with its governors and the real retry policy, against hosts that bear only so much,
// over hours of virtual time. The figures are those of the issue: at least 90 % of what the best
// fixed limit gets, at most 2 % refusals, no link lost.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/coordinator/schedule/simulated_hosts.h"

namespace fanfetch::simulation {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr double kThroughput = 0.9;
constexpr double kRefusals = 0.02;
constexpr std::uint64_t kSeeds = 3;

constexpr std::size_t kLinks = 20'000;
constexpr std::size_t kMoreThanThereIsTimeFor = 1'000'000;

/// Runs a list of one host; each run has a fresh one.
template <class Kind>
Result run(const Kind& host, RunSetup setup, std::size_t links) {
  Kind fresh = host;
  return Simulation(setup, {{"h", &fresh}}).run(links_of("h", links));
}

/// The best result of any fixed number of concurrent requests.
template <class Kind>
double best_fixed(const Kind& host, RunSetup setup, std::size_t links) {
  double best = 0;
  const unsigned highest = setup.per_host;
  setup.rules.adapts = false;
  for (setup.per_host = 1; setup.per_host <= highest; setup.per_host += 1 + setup.per_host / 6) {
    best = std::max(best, run(host, setup, links).saved_per_second());
  }
  return best;
}

void expect_good(const Result& result, double best) {
  EXPECT_GE(result.saved_per_second(), kThroughput * best)
      << result.requests << " requests, " << result.refused << " refused, in "
      << std::chrono::duration<double>(result.took).count() << " s";
  EXPECT_LE(result.refused_share(), kRefusals);
  EXPECT_EQ(result.lost, 0u);
}

TEST(SchedulerSimulation, AHostThatAllowsSixAtOnce) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    for (const char* retry_after : {"", "1"}) {
      for (const double latency : {0.02, 1.0}) {
        for (const unsigned most : {16u, 64u}) {
          SCOPED_TRACE(testing::Message()
                       << seed << " '" << retry_after << "' " << latency << " " << most);
          ConcurrencyHost host;
          host.latency = latency;
          host.retry_after = retry_after;
          const double best =
              run(host, {.rules = {.adapts = false}, .per_host = 6, .seed = seed}, kLinks)
                  .saved_per_second();
          expect_good(run(host, {.per_host = most, .seed = seed}, kLinks), best);
        }
      }
    }
  }
}

TEST(SchedulerSimulation, AHostThatAllowsAHundredRequestsAMinute) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    for (const auto rule :
         {RateHost::Rule::fixed_window, RateHost::Rule::sliding_window, RateHost::Rule::bucket}) {
      for (const bool tells : {true, false}) {
        for (const int status : {429, 503}) {
          SCOPED_TRACE(testing::Message() << seed << " rule " << static_cast<int>(rule)
                                          << (tells ? " Retry-After " : " ") << status);
          RateHost host;
          host.rule = rule;
          host.tells = tells;
          host.status = status;
          expect_good(run(host, {.limit = minutes(40), .seed = seed}, kMoreThanThereIsTimeFor),
                      100 / 60.0);
        }
      }
    }
  }
}

/// Requests that take long, so that several are in flight when one too many is refused.
TEST(SchedulerSimulation, ASlowHostThatAllowsAHundredRequestsAMinute) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    for (const bool tells : {true, false}) {
      SCOPED_TRACE(testing::Message() << seed << tells);
      RateHost host;
      host.latency = 3;
      host.tells = tells;
      expect_good(run(host, {.limit = minutes(40), .seed = seed}, kMoreThanThereIsTimeFor),
                  100 / 60.0);
    }
  }
}

TEST(SchedulerSimulation, AHostThatAllowsTenRequestsASecond) {
  for (const bool tells : {true, false}) {
    SCOPED_TRACE(tells);
    RateHost host;
    host.allowed = 10;
    host.window = 1;
    host.tells = tells;
    expect_good(run(host, {}, kLinks), 10);
  }
}

TEST(SchedulerSimulation, AHostThatSlowsAsItsLoadGrows) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    for (const double power : {1.0, 2.0}) {
      for (const double knee : {4.0, 20.0}) {
        for (const unsigned most : {16u, 64u}) {
          SCOPED_TRACE(testing::Message()
                       << seed << " power " << power << " knee " << knee << " " << most);
          SlowingHost host;
          host.power = power;
          host.knee = knee;
          const double best = best_fixed(host, {.per_host = most, .seed = seed}, 1000);
          expect_good(run(host, {.per_host = most, .seed = seed}, kLinks), best);
        }
      }
    }
  }
}

/// The same, where the number that is best is what it stays at.
TEST(SchedulerSimulation, AHostThatGainsNothingByMoreIsNotAskedForMore) {
  SlowingHost host;
  host.power = 1;
  host.knee = 6;
  RunSetup setup{.per_host = 64};
  const Result result = run(host, setup, kLinks);
  EXPECT_LT(result.busy_slot_seconds / std::chrono::duration<double>(result.took).count(), 24);
}

TEST(SchedulerSimulation, AHostThatComesAndGoes) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    for (const bool resets : {true, false}) {
      for (const double down : {5.0, 20.0, 60.0}) {
        SCOPED_TRACE(testing::Message() << seed << (resets ? " resets " : " 503s ") << down);
        FlappingHost host;
        host.resets = resets;
        host.down = down;
        const double best = 16 / host.latency * host.up / (host.up + host.down);
        expect_good(run(host, {.limit = minutes(20), .seed = seed}, kMoreThanThereIsTimeFor), best);
      }
    }
  }
}

TEST(SchedulerSimulation, AGoodHostGetsItsMost) {
  GoodHost host;
  const double best = 16 / host.latency;
  expect_good(run(host, {}, kLinks), best);
  expect_good(run(host, {.per_host = 64}, 100'000), 64 / host.latency);
}

/// The tutorial's gallery: a short list must not be spent on learning.
TEST(SchedulerSimulation, AShortListIsFastFromTheStart) {
  GoodHost host(0.2);
  EXPECT_LE(run(host, {.per_host = 64}, 91).took, seconds_of(5 * 0.2));
}

TEST(SchedulerSimulation, ADeadHostCostsSeconds) {
  DeadHost host;
  const Result result = run(host, {}, 10'000);
  EXPECT_EQ(result.lost, 10'000u);
  EXPECT_GE(result.given_up, 9'900u);
  EXPECT_LE(result.requests, 12u);
  EXPECT_LE(result.took, seconds(15));
  host.latency = 15;  // the connect time-out
  EXPECT_LE(run(host, {}, 10'000).took, seconds(150));
}

TEST(SchedulerSimulation, AFewLinksOfADeadHostMakeTheirOwnAttempts) {
  DeadHost host;
  const Result one = run(host, {}, 1);
  EXPECT_EQ(one.requests, 5u);
  EXPECT_EQ(one.given_up, 0u);
  EXPECT_EQ(run(host, {.retries = 0}, 4).requests, 4u);
  EXPECT_EQ(run(host, {.retries = 0}, 4).given_up, 0u);
}

// --- Many hosts ---

constexpr unsigned kHosts = 200;
constexpr unsigned kFilesOfEach = 200;

Result run_many(bool sorted, Host* odd_one = nullptr) {
  std::vector<GoodHost> all(kHosts);
  std::map<std::string, Host*> hosts;
  std::deque<std::string> links;
  for (unsigned i = 0; i < kHosts; ++i) {
    const std::string name = "h" + std::to_string(1000 + i);
    hosts[name] = i == 0 && odd_one != nullptr ? odd_one : &all[i];
    links.insert(links.end(), kFilesOfEach, name);
  }
  if (!sorted) std::shuffle(links.begin(), links.end(), std::mt19937_64(7));
  return Simulation({}, hosts).run(links);
}

double busy_slots(const Result& result) {
  return result.busy_slot_seconds / std::chrono::duration<double>(result.took).count();
}

TEST(SchedulerSimulation, SortedAndShuffledListsKeepAllPlacesBusy) {
  for (const bool sorted : {true, false}) {
    const Result result = run_many(sorted);
    EXPECT_EQ(result.saved, kHosts * kFilesOfEach);
    EXPECT_GE(busy_slots(result), 0.97 * 64) << (sorted ? "sorted" : "shuffled");
  }
}

TEST(SchedulerSimulation, AHostThatPausesOrIsDeadHoldsBackNoOther) {
  const double undisturbed = run_many(false).saved_per_second();
  RateHost throttling;
  throttling.allowed = 2 * kFilesOfEach;  // enough for the list, after a bad start
  throttling.used = throttling.allowed;
  throttling.window_began = 0;
  DeadHost dead;
  dead.latency = 3;
  for (Host* odd : {static_cast<Host*>(&throttling), static_cast<Host*>(&dead)}) {
    const Result result = run_many(true, odd);
    EXPECT_EQ(result.saved + result.lost, kHosts * kFilesOfEach);
    EXPECT_LE(result.took, seconds_of(kHosts * kFilesOfEach / undisturbed * 1.1 + 75));
    EXPECT_GE(result.saved_by_host.size(), kHosts - 1);
  }
}

TEST(SchedulerSimulation, HostsShareThePlacesFairly) {
  std::vector<GoodHost> all(8);
  std::map<std::string, Host*> hosts;
  std::deque<std::string> links;
  for (unsigned i = 0; i < all.size(); ++i) {
    const std::string name = "h" + std::to_string(i);
    hosts[name] = &all[i];
    links.insert(links.end(), i == 0 ? 3000 : 500, name);
  }
  RunSetup setup{.slots = 16, .window = 100'000, .limit = seconds(20)};
  Result result = Simulation(setup, hosts).run(links);
  const double share = static_cast<double>(result.saved) / static_cast<double>(all.size());
  for (const auto& [name, saved] : result.saved_by_host) {
    EXPECT_NEAR(static_cast<double>(saved), share, 0.1 * share) << name;
  }
}

}  // namespace
}  // namespace fanfetch::simulation
