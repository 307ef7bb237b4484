#include "worker/pace/byte_budget.h"

#include <gtest/gtest.h>

#include <vector>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1000s};
constexpr std::size_t kPiece = 1000;

class ByteBudgetTest : public ::testing::Test {
 protected:
  ByteBudgetTest() { budget_.set_rate(100'000, kPiece, kStart); }

  static ByteBudget::Id id(int transfer) { return &kNames[transfer]; }
  bool take(int transfer, std::size_t bytes = kPiece) {
    return budget_.take(id(transfer), bytes, now_);
  }
  /// Time goes by; whoever gets a turn takes a piece and asks for the next one, as a transfer does
  /// whose server is fast. Returns the bytes that came.
  std::size_t run(Duration time, std::vector<std::size_t>* each = nullptr) {
    std::size_t bytes = 0;
    for (const Instant end = now_ + time; now_ < end; now_ += 1ms) {
      while (const auto who = budget_.next(now_)) {
        EXPECT_TRUE(budget_.take(*who, kPiece, now_));
        bytes += kPiece;
        if (each != nullptr)
          ++each->at(static_cast<std::size_t>(static_cast<char*>(*who) - kNames));
        if (budget_.take(*who, kPiece, now_)) bytes += kPiece;
      }
    }
    return bytes;
  }

  static inline char kNames[10] = {};
  Instant now_ = kStart;
  ByteBudget budget_{kStart};
};

TEST_F(ByteBudgetTest, StartsEmpty) {
  EXPECT_FALSE(take(1));
  EXPECT_EQ(budget_.waiting(), 1u);
  EXPECT_FALSE(budget_.next(now_));
  EXPECT_EQ(budget_.next_due(), kStart + 10ms);
}

TEST_F(ByteBudgetTest, ALimitMayEndAndBeginAgain) {
  EXPECT_FALSE(take(1));
  EXPECT_FALSE(take(2));
  budget_.set_rate(std::nullopt, kPiece, now_);
  EXPECT_EQ(budget_.next_due(), now_) << "whoever waits is resumed";
  EXPECT_EQ(budget_.next(now_), id(1));
  EXPECT_TRUE(take(1));
  EXPECT_EQ(budget_.next(now_), id(2));
  EXPECT_TRUE(take(2));
  EXPECT_EQ(budget_.next(now_), std::nullopt);
  EXPECT_TRUE(take(3, 1'000'000)) << "all at once";
  now_ += 1h;
  budget_.set_rate(1'000, kPiece, now_);
  EXPECT_FALSE(take(4)) << "a limit that begins starts empty";
}

TEST_F(ByteBudgetTest, ATurnIsForTheOnePieceThatWasRefused) {
  (void)take(1);
  now_ += 15ms;
  EXPECT_EQ(budget_.next(now_), id(1));
  EXPECT_TRUE(take(1));
  EXPECT_FALSE(take(1));
}

TEST_F(ByteBudgetTest, KeepsTheRate) {
  for (int i = 0; i < 5; ++i) (void)take(i);
  const std::size_t bytes = run(10s);
  EXPECT_LE(bytes, 1'000'000u);
  EXPECT_GE(bytes, 998'000u);
}

TEST_F(ByteBudgetTest, ALateTimerLosesNothing) {
  for (int i = 0; i < 5; ++i) (void)take(i);
  std::size_t bytes = 0;
  for (int i = 0; i < 50; ++i) {
    now_ += 150ms;
    bytes += run(1ms);
  }
  EXPECT_GE(bytes, 98u * 50 * 150);
  EXPECT_LE(bytes, 100u * 50 * 151);
}

TEST_F(ByteBudgetTest, SavesUpForAFifthOfASecondAtMost) {
  now_ += 1h;
  std::size_t bytes = 0;
  while (take(1)) bytes += kPiece;
  EXPECT_EQ(bytes, 20'000u);
}

TEST_F(ByteBudgetTest, IsFairBetweenThoseWhoWait) {
  std::vector<std::size_t> pieces(4);
  for (int i = 0; i < 4; ++i) (void)take(i);
  run(4s, &pieces);
  for (const std::size_t count : pieces) EXPECT_NEAR(static_cast<double>(count), 100, 1);
}

TEST_F(ByteBudgetTest, NobodyOvertakesThoseWhoWait) {
  (void)take(1, 1000);
  now_ += 5ms;
  EXPECT_FALSE(take(2, 100)) << "there is enough for it, but it came later";
  now_ += 6ms;
  EXPECT_EQ(budget_.next(now_), id(1));
  EXPECT_TRUE(take(1, 1000));
  EXPECT_EQ(budget_.next(now_), id(2));
}

TEST_F(ByteBudgetTest, SomebodyElseCannotTakeATurn) {
  (void)take(1);
  (void)take(2);
  now_ += 10ms;
  EXPECT_EQ(budget_.next(now_), id(1));
  EXPECT_FALSE(take(3));
  EXPECT_TRUE(take(1));
}

TEST_F(ByteBudgetTest, WhoHasEndedWaitsNoLonger) {
  (void)take(1);
  (void)take(2);
  budget_.forget(id(1));
  now_ += 10ms;
  EXPECT_EQ(budget_.next(now_), id(2));
  budget_.forget(id(2));
  EXPECT_TRUE(take(3)) << "a turn that is not used stays with nobody";
}

TEST_F(ByteBudgetTest, ALowerRateTakesBackWhatWasSavedUp) {
  now_ += 1s;
  budget_.set_rate(10'000, kPiece, now_);
  std::size_t bytes = 0;
  while (take(1)) bytes += kPiece;
  EXPECT_EQ(bytes, 2000u);
}

TEST_F(ByteBudgetTest, WithoutARateNothingComes) {
  budget_.set_rate(0, kPiece, now_);
  (void)take(1);
  EXPECT_EQ(run(10s), 0u);
  EXPECT_FALSE(budget_.next_due());
  budget_.set_rate(100'000, kPiece, now_);
  EXPECT_GT(run(1s), 90'000u) << "and the time without a rate is not made up for";
}

TEST_F(ByteBudgetTest, APieceLargerThanTheBucketComesThroughAndIsPaidForAfterwards) {
  (void)take(1, 60'000);
  now_ += 200ms;
  ASSERT_EQ(budget_.next(now_), id(1));
  EXPECT_TRUE(take(1, 60'000));
  (void)take(2, 1000);
  EXPECT_EQ(budget_.next_due(), now_ + 410ms);
}

TEST_F(ByteBudgetTest, ALowRateStillTakesWholePieces) {
  budget_.set_rate(100, kPiece, now_);
  (void)take(1);
  EXPECT_EQ(run(100s + 1ms), 10'000u) << "a thousand bytes each ten seconds";
}

}  // namespace
}  // namespace fanfetch
