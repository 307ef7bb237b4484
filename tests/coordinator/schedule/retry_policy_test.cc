#include "coordinator/schedule/retry_policy.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "coordinator/link/retry_wait.h"
#include "tests/coordinator/schedule/moments.h"

namespace fanfetch {
namespace {

using std::chrono::seconds;

Failed failure(std::string retry_after = "") {
  return {.error = ErrorClass::http_5xx,
          .retry = Retry::yes,
          .response = {.http_status = 503, .retry_after = std::move(retry_after)}};
}

class RetryPolicyTest : public ::testing::Test {
 protected:
  std::mt19937_64 random_{1};
  RetryPolicy policy_{4};
};

TEST_F(RetryPolicyTest, WhatIsNotWorthItIsNotRetried) {
  EXPECT_FALSE(
      policy_.delay({.error = ErrorClass::http_4xx, .retry = Retry::no}, 1, kNow, random_));
}

TEST_F(RetryPolicyTest, StopsAfterSoManyRetries) {
  EXPECT_TRUE(policy_.delay(failure(), 4, kNow, random_));
  EXPECT_FALSE(policy_.delay(failure(), 5, kNow, random_));
  EXPECT_FALSE(RetryPolicy(0).delay(failure(), 1, kNow, random_));
}

TEST_F(RetryPolicyTest, BacksOffExponentiallyWithFullJitter) {
  const RetryPolicy patient(100);
  for (const auto& [attempts, most] : {std::pair{1, seconds(1)},
                                       {2, seconds(2)},
                                       {3, seconds(4)},
                                       {6, seconds(32)},
                                       {7, seconds(60)},
                                       {90, seconds(60)}}) {
    Duration least_seen = Duration::max();
    Duration most_seen{0};
    for (int i = 0; i < 1000; ++i) {
      const auto delay = *patient.delay(failure(), attempts, kNow, random_);
      least_seen = std::min(least_seen, delay);
      most_seen = std::max(most_seen, delay);
    }
    EXPECT_LE(most_seen, most) << attempts;
    EXPECT_GE(most_seen, most * 9 / 10) << attempts;
    EXPECT_LE(least_seen, Duration(most) / 10) << attempts;
  }
}

TEST_F(RetryPolicyTest, WaitsAtLeastAsLongAsTheServerAsks) {
  for (const char* asked : {"30", "Sun, 06 Nov 1994 08:50:07 GMT"}) {
    for (int i = 0; i < 100; ++i) {
      const auto delay = *policy_.delay(failure(asked), 1, kNow, random_);
      EXPECT_GE(delay, seconds(30)) << asked;
      EXPECT_LE(delay, seconds(38)) << asked;
    }
  }
}

TEST_F(RetryPolicyTest, ALongWaitIsAMinuteLongerAtMost) {
  const RetryPolicy patient(4, std::chrono::hours(2));
  Duration most{};
  for (int i = 0; i < 200; ++i) {
    const auto delay = *patient.delay(failure("3600"), 1, kNow, random_);
    EXPECT_GE(delay, seconds(3600));
    EXPECT_LE(delay, seconds(3660));
    most = std::max(most, delay);
  }
  EXPECT_GE(most, seconds(3630)) << "not all come back at once";
}

TEST_F(RetryPolicyTest, AZeroIsNotTakenAtItsWord) {
  EXPECT_GE(*policy_.delay(failure("0"), 1, kNow, random_), kMinRetryAfter);
  EXPECT_GE(*policy_.delay(failure("Sun, 06 Nov 1994 08:00:00 GMT"), 1, kNow, random_),
            kMinRetryAfter);
}

TEST_F(RetryPolicyTest, AnAbsurdWaitEndsTheLink) {
  EXPECT_TRUE(policy_.delay(failure("600"), 1, kNow, random_));
  EXPECT_FALSE(policy_.delay(failure("601"), 1, kNow, random_));
  EXPECT_FALSE(policy_.delay(failure("99999999999999999999999"), 1, kNow, random_));
  EXPECT_FALSE(policy_.delay(failure("Fri, 31 Dec 9999 23:59:59 GMT"), 1, kNow, random_));
}

TEST_F(RetryPolicyTest, TheLongestWaitIsTheUsers) {
  const RetryPolicy hasty(4, seconds(5));
  EXPECT_TRUE(hasty.delay(failure("5"), 1, kNow, random_));
  EXPECT_FALSE(hasty.delay(failure("6"), 1, kNow, random_));
  EXPECT_TRUE(RetryPolicy(4, Duration{}).delay(failure("86400"), 1, kNow, random_)) << "no limit";
}

}  // namespace
}  // namespace fanfetch
