#include "coordinator/schedule/run_limits.h"

#include <gtest/gtest.h>

#include <string>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

struct LimitsRow {
  const char* what;
  RunLimits limits;
  RunUse use;
  std::optional<EndReason> expected;
};

class LimitReached : public ::testing::TestWithParam<LimitsRow> {};

TEST_P(LimitReached, EndsTheRun) {
  EXPECT_EQ(limit_reached(GetParam().limits, GetParam().use), GetParam().expected);
}

constexpr RunLimits kAll{.max_duration = 2h, .max_transfer = 1000, .min_free = 500};

INSTANTIATE_TEST_SUITE_P(
    Of, LimitReached,
    ::testing::Values(
        LimitsRow{
            "NoneIsSet", {}, {.elapsed = 1000h, .received = 1ull << 60, .free = 0}, std::nullopt},
        LimitsRow{"NoneIsReached",
                  kAll,
                  {.elapsed = 2h - 1ms, .received = 999, .free = 500},
                  std::nullopt},
        LimitsRow{
            "Duration", kAll, {.elapsed = 2h, .received = 999, .free = 500}, EndReason::duration},
        LimitsRow{
            "Transfer", kAll, {.elapsed = 1h, .received = 1000, .free = 500}, EndReason::transfer},
        LimitsRow{
            "MinFree", kAll, {.elapsed = 1h, .received = 999, .free = 499}, EndReason::min_free},
        LimitsRow{"ADiskThatIsFull", kAll, {.free = 0}, EndReason::min_free},
        LimitsRow{"ADiskThatDoesNotSay", kAll, {.elapsed = 1h}, std::nullopt},
        LimitsRow{"TheGravestOfSeveral",
                  kAll,
                  {.elapsed = 2h, .received = 1000, .free = 499},
                  EndReason::min_free},
        LimitsRow{
            "DurationAndTransfer", kAll, {.elapsed = 2h, .received = 1000}, EndReason::duration},
        LimitsRow{"TransferAloneIsSet",
                  {.max_transfer = 1},
                  {.elapsed = 1000h, .received = 1},
                  EndReason::transfer},
        // Retries that wait.
        LimitsRow{
            "SleepThatEndsInTime", kAll, {.elapsed = 1h, .sleeps_for = 1h - 1ms}, std::nullopt},
        LimitsRow{
            "SleepBeyondItsTime", kAll, {.elapsed = 1h, .sleeps_for = 1h}, EndReason::duration},
        LimitsRow{
            "SleepWithoutALimit", {.min_free = 1}, {.free = 1, .sleeps_for = 1000h}, std::nullopt}),
    [](const auto& row) { return std::string(row.param.what); });

TEST(RunLimits, KnowWhetherThereAreAny) {
  EXPECT_FALSE(RunLimits{}.any());
  EXPECT_TRUE(RunLimits{.max_duration = 1ms}.any());
  EXPECT_TRUE(RunLimits{.max_transfer = 1}.any());
  EXPECT_TRUE(RunLimits{.min_free = 1}.any());
}

}  // namespace
}  // namespace fanfetch
