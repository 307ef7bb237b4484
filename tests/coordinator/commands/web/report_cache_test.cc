// When the dashboard reads its report again, and that nobody waits for another's reading.

#include "coordinator/commands/web/report_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "coordinator/commands/web/ledger_report.h"
#include "tests/coordinator/ledger/ledger_samples.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kBegun{1'700'000'000s};
/// For what is done at once, however busy the machine is.
constexpr std::chrono::seconds kNoWait{60};
const RunMark kRunning{.run = 1, .ended_at = {}, .state = "running"};
const RunMark kFinished{.run = 1, .ended_at = kBegun, .state = "finished"};

/// A ledger that says what a test tells it to. Its reports are `1`, `2` and so on.
class FakeSource : public ReportSource {
 public:
  Result<RunMark> look() override {
    ++looks;
    if (fault) return fail("{}", *fault);
    return mark;
  }
  Result<std::string> read() override {
    ++reads;
    if (during_read) during_read();
    if (fault_of_read) return fail("{}", *fault_of_read);
    return std::to_string(reads);
  }

  RunMark mark = kFinished;
  std::optional<std::string> fault, fault_of_read;
  std::function<void()> during_read;
  std::atomic<int> looks = 0, reads = 0;
};

class ReportCacheTest : public testing::Test {
 protected:
  ReportCacheTest() {
    source_.during_read = [this] { advance(10s); };
  }
  void advance(Duration time) { now_ = now_.load() + time; }
  /// The report that it answers with, or the error.
  std::string get() {
    const auto answer = cache_.get();
    if (!answer) return answer.error().message;
    EXPECT_FALSE(answer->may_be_old);
    return answer->json ? *answer->json : "none";
  }

  std::atomic<Instant> now_ = Instant(1h);
  FakeSource source_;
  ReportCache cache_{source_, [this] { return now_.load(); }};
};

TEST_F(ReportCacheTest, ItIsReadAgainAfterTwentyTimesItsReading) {
  source_.mark = kRunning;
  EXPECT_EQ("1", get());
  advance(199s);
  EXPECT_EQ("1", get());
  advance(1s);
  EXPECT_EQ("2", get());
  EXPECT_EQ("2", get());
}

TEST_F(ReportCacheTest, TheEndOfTheRunAndANewOneMakeItReadAtOnce) {
  source_.mark = kRunning;
  EXPECT_EQ("1", get());
  source_.mark = kFinished;
  EXPECT_EQ("2", get());
  source_.mark = {.run = 2, .ended_at = {}, .state = "running"};
  EXPECT_EQ("3", get());
  source_.mark.state = "killed";
  EXPECT_EQ("4", get());
  EXPECT_EQ("4", get());
}

TEST_F(ReportCacheTest, ARunThatEndsDuringTheReadingIsNotMissed) {
  source_.mark = kRunning;
  source_.during_read = [this] {
    advance(10s);
    source_.mark = kFinished;
  };
  EXPECT_EQ("1", get());
  EXPECT_EQ("2", get());
  EXPECT_EQ("2", get());
}

TEST_F(ReportCacheTest, NobodyWaitsForAnothersReading) {
  std::promise<void> begun, gate;
  auto hold = [&] {
    begun.set_value();
    gate.get_future().wait();
  };
  source_.during_read = hold;
  auto first = std::async(std::launch::async, [&] { return get(); });
  begun.get_future().wait();
  // On a thread of its own, so that a cache which waits fails and does not hang.
  const auto meanwhile = [&] {
    auto asked = std::async(std::launch::async, [&] { return cache_.get(); });
    const bool in_time = asked.wait_for(kNoWait) == std::future_status::ready;
    EXPECT_TRUE(in_time);
    if (!in_time) gate.set_value();
    return asked.get();
  };
  const auto none = meanwhile();
  ASSERT_TRUE(none);
  EXPECT_EQ(nullptr, none->json);
  gate.set_value();
  EXPECT_EQ("1", first.get());

  begun = {}, gate = {};
  source_.mark = kRunning;
  auto second = std::async(std::launch::async, [&] { return get(); });
  begun.get_future().wait();
  const auto old = meanwhile();
  ASSERT_TRUE(old && old->json);
  EXPECT_EQ("1", *old->json);
  EXPECT_TRUE(old->may_be_old);
  gate.set_value();
  EXPECT_EQ("2", second.get());
  EXPECT_EQ(2, source_.reads);
}

TEST_F(ReportCacheTest, ALedgerThatCannotBeLookedAtIsLeftAloneForAWhile) {
  EXPECT_EQ("1", get());
  source_.fault = "locked";
  EXPECT_EQ("locked", get());
  EXPECT_EQ("locked", get());
  EXPECT_EQ(2, source_.looks);
  source_.fault.reset();
  advance(ReportCache::kErrorRest - 1ms);
  EXPECT_EQ("locked", get());
  advance(1ms);
  EXPECT_EQ("1", get()) << "is as good as before";
  EXPECT_EQ(3, source_.looks);
}

TEST_F(ReportCacheTest, AReadingThatFailsLateIsNotRepeatedSoon) {
  source_.fault_of_read = "damaged";
  EXPECT_EQ("damaged", get());
  advance(9s);  // it took 10 s
  EXPECT_EQ("damaged", get());
  EXPECT_EQ(1, source_.reads);
  advance(1s);
  source_.fault_of_read.reset();
  EXPECT_EQ("2", get());
}

TEST(LedgerReport, SaysWhichRunIsTheNewestAndHowItStands) {
  const support::TempDir folder;
  folder.write(".fanfetch/part/none", "");
  LedgerReport report({.output = folder.path(), .ledger = ""});
  EXPECT_FALSE(report.look()) << "no ledger";
  EXPECT_FALSE(report.read());
  const OpenLedger open = open_sqlite(folder.at(".fanfetch/ledger.sqlite"));
  EXPECT_EQ(RunMark(), report.look().value());
  ASSERT_TRUE(open.ledger->begin_run(kBegun, 1));
  const RunMark killed = report.look().value();  // nobody holds the folder
  EXPECT_EQ((RunMark{.run = 1, .ended_at = {}, .state = "killed"}), killed);
  ASSERT_TRUE(open.ledger->end_run({.ending = "finished"}, kBegun + 5s));
  EXPECT_EQ((RunMark{.run = 1, .ended_at = kBegun + 5s, .state = "finished"}),
            report.look().value());
  ASSERT_TRUE(open.ledger->begin_run(kBegun + 9s, 1));
  EXPECT_EQ(2, report.look().value().run);
  EXPECT_NE(std::string::npos, report.read().value().find(R"("runs":[{"number":2,)"));
}

}  // namespace
}  // namespace fanfetch
