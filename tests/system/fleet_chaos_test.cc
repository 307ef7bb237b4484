// A fleet in which everything fails at random for some time: nodes, the driver, Redis, the lines
// between them, and what Redis has. In the end each link has one record, each file is whole, no
// host was asked by more than its limit at any time, and no failure cost more than it may.
// FANFETCH_FLEET_CHAOS=SECONDS: for so long, with another seed each time. FANFETCH_CHAOS_SEED=N:
// with that one.

#include <signal.h>

#include <iostream>
#include <random>

#include "tests/support/ledger_file.h"
#include "tests/system/fleet_test.h"

namespace fanfetch::system {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kNodes = 4;
constexpr auto kLease = 2s;
constexpr auto kDelay = 150ms;  // of each answer
/// Beyond a lease, and what it takes to take it over.
constexpr int kLongestStandstill = 7000;
constexpr std::uintmax_t kCutOffLog = 150'000;
/// What a failure may cost in requests.
constexpr std::size_t kRequestsOfAFailure = 200;

std::optional<unsigned> number_in(const char* variable) {
  const char* const text = std::getenv(variable);
  if (text == nullptr) return std::nullopt;
  return static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

class FleetChaosTest : public FleetTest {
 protected:
  FleetChaosTest() : FleetTest({"appendonly yes"}) {}

  void SetUp() override {
    const auto seconds = number_in("FANFETCH_FLEET_CHAOS");
    time_ = seconds ? std::chrono::seconds(*seconds) : kShortTime;
    seed_ = number_in("FANFETCH_CHAOS_SEED").value_or(seconds ? std::random_device()() : 1);
    random_.seed(seed_);
    set_lease(kLease);
    // Of what each host could answer in that time, three quarters: failures have their part of it.
    list(static_cast<int>(time_ / kDelay) * static_cast<int>(kPerHost) * 3 / 4, kDelay);
    relays_.resize(kNodes + 1);
    for (auto& relay : relays_) {
      relay = std::make_unique<UnrulyRelay>(RealRedis::address(), redis_.port());
    }
    nodes_.resize(kNodes);
  }

  [[nodiscard]] int pick(int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random_);
  }
  [[nodiscard]] std::string seed() const { return fmt::format("FANFETCH_CHAOS_SEED={}", seed_); }

  // --- Who takes part ---

  void start_driver() {
    driver_ = std::make_unique<FanfetchProcess>(by(*relays_[kNodes], driver_setup()));
  }
  /// It names the job: where that was done a moment ago, it would wait for another one.
  void start_node(int number) {
    nodes_.at(static_cast<std::size_t>(number)) =
        std::make_unique<FanfetchProcess>(by(*relays_.at(static_cast<std::size_t>(number)),
                                             node_setup(number + 1, {"--fleet-job", "urls.txt"})));
  }

  /// Has all take part again that have ended. Whoever ended by itself says 0, and only at the end.
  void replace_the_ended() {
    if (driver_ && driver_->ended()) {
      const Finished end = finish(*driver_);
      driver_.reset();
      is_done_ = end.exit_status == 0;
      EXPECT_TRUE(is_done_ || end.signal != 0) << end.describe();
    }
    for (auto& one : nodes_) {
      if (!one || !one->ended()) continue;
      const Finished end = finish(*one);
      one.reset();
      EXPECT_TRUE(end.exit_status == 0 || end.signal != 0) << end.describe();
    }
    if (is_done_) return;
    if (!driver_) start_driver();
    for (int number = 0; number < kNodes; ++number) {
      if (!nodes_[static_cast<std::size_t>(number)]) start_node(number);
    }
  }

  // --- What happens to them ---

  void note(std::string_view what) {
    ++failures_;
    story_ += fmt::format("{} ", what);
  }
  void later(int wait, std::function<void()> mend) {
    mends_.emplace(Clock::now() + milliseconds(wait), std::move(mend));
  }
  void mend(bool all) {
    while (!mends_.empty() && (all || mends_.begin()->first <= Clock::now())) {
      const auto what = std::move(mends_.begin()->second);
      mends_.erase(mends_.begin());
      what();
    }
  }

  void strike(FanfetchProcess& process, const std::string& name) {
    switch (pick(0, 2)) {
      case 0: note("kill-" + name); return process.signal(SIGKILL);
      case 1: note("term-" + name); return process.signal(SIGTERM);
      default: break;
    }
    const int wait = pick(200, kLongestStandstill);
    note(fmt::format("stop-{}-{}ms", name, wait));
    process.signal(SIGSTOP);
    // By its number: the object may be another one's by then.
    later(wait, [pid = process.pid()] { ::kill(pid, SIGCONT); });
  }

  void strike_redis() {
    if (is_redis_down_) return;
    is_redis_down_ = true;
    const bool kills = pick(0, 1) == 0;
    const int wait = pick(100, kLongestStandstill / 2);
    note(fmt::format("{}-redis-{}ms", kills ? "kill" : "freeze", wait));
    kills ? redis_.kill() : redis_.freeze();
    later(wait, [this, kills] {
      kills ? redis_.start() : redis_.thaw();
      is_redis_down_ = false;
    });
  }

  void strike_line() {
    const auto number = static_cast<std::size_t>(pick(0, kNodes));
    UnrulyRelay& relay = *relays_[number];
    switch (pick(0, 2)) {
      case 0: note(fmt::format("cut-{}", number)); return relay.cut_all();
      case 1:
        note(fmt::format("slow-{}", number));
        relay.delay(milliseconds(pick(10, 80)));
        return later(3000, [&relay] { relay.delay(0ms); });
      default: break;
    }
    const int wait = pick(200, kLongestStandstill);
    note(fmt::format("freeze-{}-{}ms", number, wait));
    relay.freeze();
    later(wait, [&relay] { relay.thaw(); });
  }

  void lose_all_data() {
    note("flushall");
    // A job of this test has a lease of its own, also for a driver that begins it another time.
    const auto flush = fmt::format(
        "EVAL \"redis.call('FLUSHALL') redis.call('HSET', 'ff:{{urls.txt}}:job', 'partitions', 32, "
        "'lease_ms', {}, 'stop_ms', {}) return redis.status_reply('OK')\" 0",
        milliseconds(kLease).count(), milliseconds(kLease).count() / 3);
    // It may have been started just now, and be loading.
    wait_for([&] { return redis_.ask(flush) == "OK\n"; });
  }
  void lose_end_of_log() {
    note("cut-log");
    redis_.kill();
    redis_.cut_log(kCutOffLog);
    redis_.start();
  }

  void strike_somebody() {
    const int number = pick(0, kNodes + 3);
    if (number >= kNodes + 2) return strike_line();
    if (number == kNodes + 1) return strike_redis();
    if (number == kNodes) return strike(*driver_, "driver");
    strike(*nodes_[static_cast<std::size_t>(number)], fmt::format("node-{}", number + 1));
  }

  static constexpr auto kShortTime = std::chrono::seconds(6);
  std::chrono::milliseconds time_{0};
  unsigned seed_ = 0;
  std::mt19937 random_;
  std::vector<std::unique_ptr<UnrulyRelay>> relays_;  // of the nodes, and the driver's
  std::vector<std::unique_ptr<FanfetchProcess>> nodes_;
  std::unique_ptr<FanfetchProcess> driver_;
  std::multimap<Clock::time_point, std::function<void()>> mends_;
  bool is_redis_down_ = false;
  bool is_done_ = false;
  std::size_t failures_ = 0;
  std::string story_;
};

TEST_F(FleetChaosTest, WhateverFailsNothingIsLostOrDoubled) {
  SCOPED_TRACE(seed());
  replace_the_ended();
  wait_for_requests(20);
  const auto begun = Clock::now();
  const auto until = begun + time_;
  // Both of them once, where the job has something to lose.
  std::multimap<Clock::time_point, std::function<void()>> losses;
  losses.emplace(begun + time_ / 3, [this] { lose_all_data(); });
  losses.emplace(begun + time_ * 2 / 3, [this] { lose_end_of_log(); });
  while ((Clock::now() < until || !losses.empty()) && !is_done_) {
    std::this_thread::sleep_for(milliseconds(pick(100, 1200)));
    mend(false);
    replace_the_ended();
    if (is_done_) break;
    if (!losses.empty() && losses.begin()->first <= Clock::now() && !is_redis_down_) {
      losses.begin()->second();
      losses.erase(losses.begin());
    } else {
      strike_somebody();
    }
  }
  mend(true);
  // Nothing more fails: it comes to its end.
  const auto patience = Clock::now() + 2 * kPatience;
  while (!is_done_ && Clock::now() < patience) {
    replace_the_ended();
    std::this_thread::sleep_for(20ms);
  }
  ASSERT_TRUE(is_done_) << story_ << "\n" << (driver_ ? driver_->stderr_now() : "");
  for (auto& node : nodes_) {
    if (!node) continue;
    const Finished end = finish(*node);
    EXPECT_TRUE(end.exit_status == 0 || end.signal != 0) << end.describe();
  }
  std::cout << fmt::format(
      "{} failures ({}): {} requests for {} links in {} s; {}\n", failures_, story_, requests(),
      links_, std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - begun).count(),
      seed());
  EXPECT_TRUE(losses.empty()) << "the job was done before all was lost";
  expect_all_saved();
  expect_limits_held();
  if (time_ > kShortTime) {  // with fewer links, this would allow to fetch each several times
    EXPECT_LE(requests(),
              static_cast<std::size_t>(links_) * 105 / 100 + kRequestsOfAFailure * failures_);
  }
  const auto ledger = read_ledger(folder_.at("driver"));
  ASSERT_TRUE(ledger);
  EXPECT_EQ("ok", ledger->integrity);
  EXPECT_EQ(static_cast<std::size_t>(links_), ledger->rows.size());
}

}  // namespace
}  // namespace fanfetch::system
