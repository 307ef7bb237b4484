#include "coordinator/settle/batch_policy.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

const Instant kStart = Instant(1000s);

TEST(BatchPolicyTest, ABatchIsClosedAfterHalfASecond) {
  EXPECT_EQ(BatchPolicy().close_at(kStart, 1), kStart + 500ms);
  EXPECT_EQ(BatchPolicy().close_at(kStart, BatchPolicy::kFull - 1), kStart + 500ms);
}

TEST(BatchPolicyTest, AFullBatchIsClosedAtOnce) {
  EXPECT_EQ(BatchPolicy().close_at(kStart, BatchPolicy::kFull), kStart);
  EXPECT_EQ(BatchPolicy().close_at(kStart, 2 * BatchPolicy::kFull), kStart);
}

TEST(BatchPolicyTest, TheFirstLinkAndTheOneThatFillsTheBatchWakeItsThread) {
  EXPECT_TRUE(BatchPolicy::wakes(1)) << "whose time begins then";
  for (const std::size_t count : {std::size_t{2}, BatchPolicy::kFull - 1}) {
    EXPECT_FALSE(BatchPolicy::wakes(count)) << count;
  }
  EXPECT_TRUE(BatchPolicy::wakes(BatchPolicy::kFull));
  EXPECT_FALSE(BatchPolicy::wakes(BatchPolicy::kFull + 1)) << "its time alone";
}

TEST(BatchPolicyTest, TheNextSyncWaitsFourTimesAsLongAsTheLastOneTook) {
  BatchPolicy policy;
  policy.note_sync(1s, kStart);
  EXPECT_EQ(policy.close_at(kStart, 1), kStart + 4s);
  EXPECT_EQ(policy.close_at(kStart, BatchPolicy::kFull), kStart + 4s) << "however much comes";
  EXPECT_EQ(policy.close_at(kStart + 10s, 1), kStart + 10s + 500ms) << "that time is over";
  policy.note_sync(10ms, kStart);
  EXPECT_EQ(policy.close_at(kStart, 1), kStart + 500ms) << "a quick one costs no wait";
  EXPECT_EQ(policy.close_at(kStart, BatchPolicy::kFull), kStart + 40ms);
  policy.note_sync(0s, kStart);
  EXPECT_EQ(policy.close_at(kStart, BatchPolicy::kFull), kStart) << "nor does none at all";
}

TEST(BatchPolicyTest, BatchesThatCloseEarlyTakeAFifthOfTheTime) {
  BatchPolicy policy;
  EXPECT_LE(policy.close_early_at(), kStart) << "at once";
  policy.note_batch(10ms, kStart);
  EXPECT_EQ(policy.close_early_at(), kStart + 40ms);
  EXPECT_EQ(policy.close_at(kStart, BatchPolicy::kFull), kStart) << "a full one does not wait";
  policy.note_sync(20ms, kStart);
  EXPECT_EQ(policy.close_early_at(), kStart + 80ms) << "the disk has its rest";
}

}  // namespace
}  // namespace fanfetch
