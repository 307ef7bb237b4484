#include "coordinator/pool/rate_shares.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>
#include <vector>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kLimit = 1'000'000;

/// Workers whose servers send so much; each takes what its share allows.
class RateSharesTest : public ::testing::Test {
 protected:
  struct Server {
    double sends = 0;  // bytes a second; 0: the worker has no work
    double taken = 0;
  };

  void make(std::vector<double> speeds) {
    servers_.clear();
    for (const double speed : speeds) servers_.push_back({speed});
    shares_.emplace(kLimit, speeds.size());
  }
  /// Returns what came, a second.
  double run(Duration time) {
    const double before = total();
    const Instant end = now_ + time;
    for (; now_ < end; now_ += RateShares::kInterval) {
      std::vector<RateShares::Worker> workers;
      for (const Server& server : servers_) {
        workers.push_back({server.sends > 0, server.sends > 0 && held(server),
                           static_cast<std::uint64_t>(server.taken)});
      }
      last_ = shares_->update(workers, now_);
      EXPECT_LE(std::accumulate(last_.begin(), last_.end(), std::uint64_t{0}), kLimit);
      for (std::size_t i = 0; i < servers_.size(); ++i) {
        servers_[i].taken += 0.1 * std::min(servers_[i].sends, static_cast<double>(last_[i]));
      }
    }
    return (total() - before) / std::chrono::duration<double>(time).count();
  }
  [[nodiscard]] double total() const {
    return std::accumulate(servers_.begin(), servers_.end(), 0.0,
                           [](double sum, const Server& server) { return sum + server.taken; });
  }
  [[nodiscard]] bool held(const Server& server) const {
    const auto i = static_cast<std::size_t>(&server - servers_.data());
    return i >= last_.size() || server.sends > static_cast<double>(last_[i]);
  }

  std::vector<Server> servers_;
  std::optional<RateShares> shares_;
  std::span<const std::uint64_t> last_;
  Instant now_{1000s};
};

TEST_F(RateSharesTest, HungryWorkersShareAlike) {
  make({1e9, 1e9, 1e9, 1e9});
  run(3s);
  for (const std::uint64_t share : last_) EXPECT_EQ(share, kLimit / 4);
}

/// Half a byte a second for each would be none, for ever.
TEST(RateShares, AByteASecondIsNotLostBetweenWorkers) {
  for (const std::uint64_t limit : {1, 7, 9}) {
    RateShares shares(limit, 8);
    const std::vector<RateShares::Worker> hungry(8, {true, true, 0});
    const auto each = shares.update(hungry, Instant{} + 1s);
    EXPECT_EQ(limit, std::accumulate(each.begin(), each.end(), std::uint64_t{0}));
  }
}

TEST_F(RateSharesTest, AWorkerWithoutWorkGetsNothing) {
  make({1e9, 0});
  run(1s);
  EXPECT_EQ(last_[0], kLimit);
  EXPECT_EQ(last_[1], 0u);
}

TEST_F(RateSharesTest, WorkGetsItsShareAtOnce) {
  make({1e9, 0});
  run(3s);
  servers_[1].sends = 1e9;
  run(100ms);
  EXPECT_EQ(last_[1], kLimit / 2);
}

TEST_F(RateSharesTest, WhatOneDoesNotUseTheOthersGet) {
  make({1e9, 100'000});
  run(3s);
  EXPECT_GT(run(10s), 0.98 * kLimit);
  EXPECT_LT(last_[1], 120'000u);
  EXPECT_GE(last_[1], 100'000u) << "and it gets all that it uses";
}

TEST_F(RateSharesTest, ManyOfWhichOneIsHungry) {
  make({10'000, 20'000, 300'000, 1e9, 0, 50'000, 0, 1000});
  run(3s);
  EXPECT_GT(run(10s), 0.94 * kLimit);
}

TEST_F(RateSharesTest, ASlowWorkerThatBecomesFastGetsAnEqualShareSoon) {
  make({1e9, 10'000});
  run(5s);
  servers_[1].sends = 1e9;
  run(300ms);
  EXPECT_EQ(last_[1], kLimit / 2);
}

TEST_F(RateSharesTest, WhenNobodyIsHungryNobodyIsKeptShort) {
  make({100'000, 100'000});
  run(3s);
  EXPECT_GE(last_[0], kLimit / 3);
  EXPECT_GE(last_[1], kLimit / 3);
}

TEST_F(RateSharesTest, ANewProcessStartsToCountAnew) {
  make({1e9, 1e9});
  run(3s);
  servers_[0].taken = 0;
  run(3s);
  EXPECT_EQ(last_[0], kLimit / 2);
}

TEST_F(RateSharesTest, WhateverAWorkerSaysTheSumIsKept) {
  make({1e9, 1e9});
  for (const std::uint64_t lie : {std::numeric_limits<std::uint64_t>::max(), std::uint64_t{0}}) {
    const RateShares::Worker workers[] = {{false, true, lie}, {true, true, lie}};
    const auto shares = shares_->update(workers, now_ += 1s);
    EXPECT_LE(shares[0] + shares[1], kLimit);
  }
}

}  // namespace
}  // namespace fanfetch
