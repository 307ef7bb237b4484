#include "coordinator/run/coordinator.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <cerrno>
#include <deque>

#include "coordinator/ledger/open_ledger.h"
#include "tests/coordinator/dispatch/fakes.h"

namespace fanfetch {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

struct FakeSupply final : LinkSupply {
  [[nodiscard]] std::optional<ReaderItem> take() override {
    if (items.empty()) return std::nullopt;
    ReaderItem first = std::move(items.front());
    items.pop_front();
    return first;
  }
  void wake_again() override { ++wakes; }
  void cancel() override { ++cancels; }

  std::deque<ReaderItem> items;
  int wakes = 0;
  int cancels = 0;
};

struct FakeInbox final : LedgerInbox {
  void settle(Settled settled_one) override { settled.push_back(std::move(settled_one)); }
  void report(std::vector<Record> some) override {
    for (auto& record : some) records.push_back(std::move(record));
  }
  void error(std::string text) override { messages.push_back("error: " + text); }
  void notice(std::string text) override { messages.push_back("notice: " + text); }
  void detail(std::string text) override { messages.push_back("detail: " + text); }
  void progress(const ProgressState& state, Instant /*now*/) override {
    progresses.push_back(state);
  }
  void settle_rest() override { ++rests; }
  void close() override { ++closes; }
  [[nodiscard]] std::size_t backlog() const override { return waiting; }
  [[nodiscard]] bool is_finished() const override { return finished; }
  [[nodiscard]] std::optional<std::string> output_error() const override { return output; }
  [[nodiscard]] int results_error() const override { return results; }
  [[nodiscard]] bool results_go_to_stdout() const override { return to_stdout; }
  void measure_free() override { ++measured; }
  void forget_free() override { free.reset(); }
  [[nodiscard]] std::optional<std::uint64_t> free_bytes() const override { return free; }

  std::vector<Settled> settled;
  std::vector<Record> records;
  Texts messages;
  std::vector<ProgressState> progresses;
  int rests = 0;
  int closes = 0;
  std::size_t waiting = 0;
  bool finished = false;
  std::optional<std::string> output;
  int results = 0;
  bool to_stdout = false;
  int measured = 0;
  std::optional<std::uint64_t> free;
};

class CoordinatorTest : public ::testing::Test {
 protected:
  static Link link(const std::string& url) {
    return {.listed = url, .url = *parse_url(url), .host_limit = 64};
  }
  void plan_links(int count) {
    for (int i = 0; i < count; ++i) supply_.items.emplace_back(link("http://a.test/x"));
  }
  void plan_end() { supply_.items.emplace_back(EndOfList{.total = 1}); }
  void complete(Outcome outcome) {
    coordinator_.on_completion(workers_.take().task, {std::move(outcome), 1});
    coordinator_.after_batch();
  }
  /// A run that has one link with a worker, and more to come.
  void run_with_one_in_flight() {
    plan_links(1);
    coordinator_.after_batch();
    ASSERT_EQ(workers_.submitted.size(), 1u);
  }

  FakeTimers timers_;
  FakeWorkers workers_;
  FakeRoutes routes_;
  FakeSupply supply_;
  FakeInbox ledger_;
  int leaves_ = 0;
  Coordinator coordinator_{{.hosts = {.adapts = false}, .retries = {.retries = 1}},
                           {workers_, routes_, timers_, supply_, ledger_},
                           [this] { ++leaves_; },
                           {.launched = timers_.now(), .output = "pictures"},
                           1};
};

// --- The stages ---

TEST_F(CoordinatorTest, ARunGoesFromTheFirstLinkToTheLastWrite) {
  run_with_one_in_flight();
  EXPECT_EQ(workers_.calls, Texts{"wake"});
  plan_end();
  coordinator_.after_batch();
  EXPECT_EQ(coordinator_.stage(), Stage::running) << "a link is still on its way";
  complete(Saved{});
  EXPECT_EQ(coordinator_.stage(), Stage::finishing);
  EXPECT_EQ(workers_.count("stop"), 1u);
  ASSERT_EQ(ledger_.settled.size(), 1u);
  EXPECT_EQ(ledger_.rests, 1) << "meanwhile";
  EXPECT_EQ(ledger_.closes, 0) << "the workers have not left";
  workers_.gone();
  EXPECT_EQ(ledger_.closes, 1);
  coordinator_.on_ledger_progress();
  EXPECT_EQ(leaves_, 0);
  ledger_.finished = true;
  coordinator_.on_ledger_progress();
  EXPECT_EQ(leaves_, 1);
  EXPECT_EQ(coordinator_.stage(), Stage::finishing);
  EXPECT_EQ(coordinator_.unfinished(), 0u);
}

TEST_F(CoordinatorTest, AnEmptyListIsFinishedImmediately) {
  plan_end();
  coordinator_.after_batch();
  EXPECT_EQ(coordinator_.stage(), Stage::finishing);
}

TEST_F(CoordinatorTest, WorkersThatDoNotLeaveAreCutAndThenKilled) {
  plan_end();
  coordinator_.after_batch();
  workers_.calls.clear();
  timers_.advance(Coordinator::kGrace - 1ms);
  EXPECT_EQ(workers_.calls, Texts{});
  timers_.advance(1ms);
  EXPECT_EQ(workers_.calls, Texts{"cut"});
  timers_.advance(Coordinator::kCutTime - 1ms);
  EXPECT_EQ(workers_.calls, Texts{"cut"});
  timers_.advance(1ms);
  EXPECT_EQ(workers_.calls, (Texts{"cut", "kill"}));
}

TEST_F(CoordinatorTest, AWorkerThatCannotBeKilledIsLeft) {
  run_with_one_in_flight();
  coordinator_.on_signal(SIGTERM);
  ledger_.messages.clear();
  timers_.advance(Coordinator::kGrace + Coordinator::kCutTime + Coordinator::kKillTime - 1ms);
  EXPECT_EQ(workers_.count("kill"), 1u);
  EXPECT_EQ(ledger_.closes, 0);
  timers_.advance(1ms);
  EXPECT_EQ(ledger_.closes, 1);
  EXPECT_EQ(
      ledger_.messages,
      Texts{"notice: a worker process cannot be killed, as its disk does not respond: it is left"});
  ledger_.finished = true;
  coordinator_.on_ledger_progress();
  EXPECT_EQ(leaves_, 1);
  EXPECT_EQ(coordinator_.unfinished(), 1u);
}

TEST_F(CoordinatorTest, ASlowLedgerIsNoReasonToLeave) {
  plan_end();
  coordinator_.after_batch();
  workers_.gone();
  timers_.advance(1h);
  EXPECT_EQ(ledger_.messages, Texts{});
  EXPECT_EQ(ledger_.closes, 1);
  EXPECT_EQ(leaves_, 0);
}

TEST_F(CoordinatorTest, NoWorkerAtAllIsTrouble) {
  workers_.cannot_start = "no worker process could be started";
  EXPECT_FALSE(coordinator_.start());
  EXPECT_EQ(coordinator_.trouble().workers, "no worker process could be started");
}

// --- What the user wants in mid-run ---

TEST_F(CoordinatorTest, APausedRunBeginsNothingNewAndTakesNothing) {
  run_with_one_in_flight();
  coordinator_.pause("paused");
  EXPECT_TRUE(coordinator_.is_paused());
  plan_links(3);
  coordinator_.after_batch();
  EXPECT_EQ(workers_.submitted.size(), 1u);
  EXPECT_EQ(supply_.items.size(), 3u) << "a reader that waits asks for no further page";
  complete(Saved{});
  EXPECT_EQ(workers_.submitted.size(), 0u);
  EXPECT_EQ(ledger_.settled.size(), 1u) << "what was in flight is settled";
  const int wakes = supply_.wakes;
  coordinator_.resume();
  EXPECT_GT(supply_.wakes, wakes);
  coordinator_.after_batch();
  EXPECT_EQ(workers_.submitted.size(), 3u);
}

TEST_F(CoordinatorTest, ARetryWaitsForTheEndOfAPause) {
  run_with_one_in_flight();
  coordinator_.pause("paused");
  complete(Failed{.error = ErrorClass::timeout, .retry = Retry::yes, .message = "slow"});
  timers_.advance(1h);
  coordinator_.after_batch();
  EXPECT_EQ(workers_.submitted.size(), 0u);
  EXPECT_FALSE(timers_.next().has_value()) << "nor does the loop turn without end";
  coordinator_.resume();
  coordinator_.after_batch();
  EXPECT_EQ(workers_.submitted.size(), 1u);
}

TEST_F(CoordinatorTest, APausedRunMayEnd) {
  run_with_one_in_flight();
  coordinator_.pause("paused");
  coordinator_.end_as_asked(EndReason::stop_command, "stopped");
  EXPECT_EQ(coordinator_.stage(), Stage::cut_off);
  EXPECT_EQ(workers_.count("stop"), 1u);
}

TEST_F(CoordinatorTest, TheLinksOfASkippedHostAreSkipped) {
  workers_.room = 1;
  plan_links(3);
  coordinator_.after_batch();
  HostRules rules = coordinator_.host_rules();
  rules.limits = {{"a.test", {}, {}}};
  coordinator_.set_host_rules(rules);
  coordinator_.after_batch();
  ASSERT_EQ(ledger_.settled.size(), 2u);
  const auto& link = std::get<FinishedLink>(ledger_.settled[0]);
  EXPECT_EQ(std::get<Skipped>(link.outcome).reason, ErrorClass::filtered);
  complete(Saved{});
  EXPECT_EQ(ledger_.settled.size(), 3u) << "what was in flight is saved";
}

// --- Signals ---

TEST_F(CoordinatorTest, TheFirstSignalLetsWhatIsInFlightFinish) {
  run_with_one_in_flight();
  plan_links(3);
  coordinator_.on_signal(SIGINT);
  coordinator_.after_batch();
  EXPECT_EQ(coordinator_.stage(), Stage::cut_off);
  EXPECT_EQ(ledger_.messages,
            Texts{"notice: interrupted: 1 in flight get 10 s to finish; once more stops at once"});
  EXPECT_EQ(supply_.cancels, 1);
  EXPECT_EQ(supply_.items.size(), 3u) << "no more is taken";
  EXPECT_EQ(workers_.count("stop"), 1u);
  EXPECT_EQ(workers_.count("kill"), 0u);
  complete(Saved{});
  EXPECT_EQ(ledger_.settled.size(), 1u);
  workers_.gone();
  EXPECT_EQ(ledger_.closes, 1);
  EXPECT_EQ(coordinator_.trouble().signal, SIGINT);
}

TEST_F(CoordinatorTest, TheFirstSignalsGracePeriodEnds) {
  run_with_one_in_flight();
  coordinator_.on_signal(SIGTERM);
  timers_.advance(Coordinator::kGrace);
  EXPECT_EQ(workers_.count("cut"), 1u);
  EXPECT_EQ(workers_.count("kill"), 0u);
  coordinator_.on_lost(workers_.take().task, Blame::sole);
  EXPECT_TRUE(ledger_.settled.empty());
  EXPECT_EQ(coordinator_.unfinished(), 1u);
}

TEST_F(CoordinatorTest, TheSecondSignalStopsAtOnce) {
  run_with_one_in_flight();
  coordinator_.on_signal(SIGINT);
  coordinator_.on_signal(SIGTERM);
  EXPECT_EQ(workers_.count("kill"), 1u);
  EXPECT_EQ(leaves_, 1);
  EXPECT_EQ(coordinator_.trouble().signal, SIGTERM);
  EXPECT_EQ(coordinator_.unfinished(), 1u);
}

TEST_F(CoordinatorTest, ASignalWhileFinishingStopsTheWorkersOnlyOnce) {
  plan_end();
  coordinator_.after_batch();
  coordinator_.on_signal(SIGINT);
  EXPECT_EQ(coordinator_.stage(), Stage::cut_off);
  EXPECT_EQ(workers_.count("stop"), 1u);
  EXPECT_EQ(ledger_.messages,
            Texts{"notice: interrupted: writing down what is done; once more stops at once"});
}

// --- Ends that were asked for ---

TEST_F(CoordinatorTest, AnEndThatWasAskedForLetsWhatIsInFlightFinish) {
  run_with_one_in_flight();
  plan_links(3);
  coordinator_.end_as_asked(EndReason::duration, "--max-duration 2h is over");
  coordinator_.end_as_asked(EndReason::transfer, "--max-transfer 1 GiB is reached");
  coordinator_.after_batch();
  EXPECT_EQ(coordinator_.stage(), Stage::cut_off);
  EXPECT_EQ(ledger_.messages,
            Texts{"notice: --max-duration 2h is over: 1 in flight get 10 s to finish"});
  EXPECT_EQ(supply_.cancels, 1);
  EXPECT_EQ(supply_.items.size(), 3u) << "no more is taken";
  EXPECT_EQ(workers_.count("stop"), 1u);
  complete(Saved{});
  EXPECT_EQ(ledger_.settled.size(), 1u);
  EXPECT_FALSE(coordinator_.is_whole()) << "the list was not read to its end";
  workers_.gone();
  EXPECT_EQ(ledger_.closes, 1);
  EXPECT_EQ(coordinator_.trouble().signal, 0);
  EXPECT_EQ(coordinator_.trouble().asked,
            (AskedEnd{EndReason::duration, "--max-duration 2h is over"}));
}

TEST_F(CoordinatorTest, AnEndThatWasAskedForHasTheSameGracePeriod) {
  run_with_one_in_flight();
  coordinator_.end_as_asked(EndReason::stop_command, "fanfetch stop");
  timers_.advance(Coordinator::kGrace);
  EXPECT_EQ(workers_.count("cut"), 1u);
  timers_.advance(Coordinator::kCutTime);
  EXPECT_EQ(workers_.count("kill"), 1u);
}

TEST_F(CoordinatorTest, ARunThatFinishesByItselfIsNotAskedToEnd) {
  plan_end();
  coordinator_.after_batch();
  coordinator_.end_as_asked(EndReason::min_free, "the disk is nearly full");
  EXPECT_EQ(coordinator_.stage(), Stage::finishing);
  EXPECT_FALSE(coordinator_.trouble().asked);
  EXPECT_EQ(ledger_.messages, Texts{});
}

TEST_F(CoordinatorTest, WhatComesToItsEndInTheTimeThatIsLeftIsWhole) {
  run_with_one_in_flight();
  plan_end();
  coordinator_.after_batch();
  coordinator_.end_as_asked(EndReason::duration, "--max-duration 1s is over");
  EXPECT_FALSE(coordinator_.is_whole());
  complete(Saved{});
  EXPECT_TRUE(coordinator_.is_whole());
}

TEST_F(CoordinatorTest, ADiskThatIsNearlyFullIsNotedWhateverEndsTheRun) {
  coordinator_.set_limits({.max_duration = 1h, .min_free = 2048});
  run_with_one_in_flight();
  ledger_.free = 4096;
  timers_.advance(1h);
  ASSERT_TRUE(coordinator_.trouble().asked);
  EXPECT_EQ(coordinator_.trouble().asked->reason, EndReason::duration);
  ledger_.free = 1024;  // by what is still in flight
  timers_.advance(Coordinator::kLimitsInterval);
  EXPECT_EQ(coordinator_.trouble().asked->reason, EndReason::min_free);
  const auto said = ledger_.messages.size();
  timers_.advance(1s);
  EXPECT_EQ(ledger_.messages.size(), said) << "once";
  EXPECT_EQ(workers_.count("stop"), 1u);
}

TEST_F(CoordinatorTest, ALimitEndsTheRunWithinAQuarterOfASecond) {
  coordinator_.set_limits({.max_duration = 1h});
  run_with_one_in_flight();
  timers_.advance(1h - 1ms);
  EXPECT_EQ(coordinator_.stage(), Stage::running);
  timers_.advance(1ms);
  EXPECT_EQ(coordinator_.stage(), Stage::cut_off);
  ASSERT_TRUE(coordinator_.trouble().asked);
  EXPECT_EQ(*coordinator_.trouble().asked,
            (AskedEnd{EndReason::duration, "--max-duration 1h is over"}));
}

TEST_F(CoordinatorTest, WhatIsReceivedCountsInAll) {
  coordinator_.set_limits({.max_transfer = 2048});
  run_with_one_in_flight();
  workers_.received = 2047;
  timers_.advance(1s);
  EXPECT_EQ(coordinator_.stage(), Stage::running);
  workers_.received = 2048;
  timers_.advance(Coordinator::kLimitsInterval);
  ASSERT_TRUE(coordinator_.trouble().asked);
  EXPECT_EQ(coordinator_.trouble().asked->why, "--max-transfer 2K is reached");
}

TEST_F(CoordinatorTest, ADiskIsMeasuredOnlyForALimit) {
  coordinator_.set_limits({.max_duration = 1h});
  run_with_one_in_flight();
  timers_.advance(1s);
  EXPECT_EQ(ledger_.measured, 0);
  coordinator_.set_limits({.min_free = 2048});
  timers_.advance(1s);
  EXPECT_GE(ledger_.measured, 3);
  EXPECT_EQ(coordinator_.stage(), Stage::running) << "it is not known yet";
  ledger_.free = 1024;
  timers_.advance(Coordinator::kLimitsInterval);
  ASSERT_TRUE(coordinator_.trouble().asked);
  EXPECT_EQ(coordinator_.trouble().asked->reason, EndReason::min_free);
  EXPECT_EQ(coordinator_.trouble().asked->why,
            "only 1.0 KiB are free in 'pictures', less than --min-free 2K");
}

TEST_F(CoordinatorTest, ADiskIsJudgedByAMeasureOfToday) {
  run_with_one_in_flight();
  coordinator_.set_limits({.min_free = 2048});
  ledger_.free = 4096;
  timers_.advance(1s);
  coordinator_.set_limits({});
  ledger_.free = 1024;  // as it was for a while
  timers_.advance(2h);
  coordinator_.set_limits({.min_free = 2048});
  timers_.advance(1s);
  EXPECT_EQ(coordinator_.stage(), Stage::running) << "nothing is known of now";
  ledger_.free = 4096;
  timers_.advance(1s);
  EXPECT_EQ(coordinator_.stage(), Stage::running);
  ledger_.free = 1024;
  timers_.advance(Coordinator::kLimitsInterval);
  EXPECT_TRUE(coordinator_.trouble().asked);
}

TEST_F(CoordinatorTest, LimitsChangeInMidRun) {
  coordinator_.set_limits({.max_duration = 1h});
  run_with_one_in_flight();
  coordinator_.set_limits({});
  timers_.advance(2h);
  EXPECT_EQ(coordinator_.stage(), Stage::running);
  EXPECT_EQ(timers_.next(), std::nullopt) << "nothing is looked at in vain";
  coordinator_.set_limits({.max_duration = 3h});
  EXPECT_EQ(coordinator_.limits(), RunLimits{.max_duration = 3h});
  timers_.advance(1h - 1ms);
  EXPECT_EQ(coordinator_.stage(), Stage::running);
  timers_.advance(1ms);
  EXPECT_EQ(coordinator_.stage(), Stage::cut_off) << "counted from the beginning";
}

TEST_F(CoordinatorTest, ARetryThatWaitsForLongerThanTheRunMayLastDoesNotHoldIt) {
  const Failed asks{.error = ErrorClass::http_5xx,
                    .retry = Retry::yes,
                    .message = "503",
                    .response = {.http_status = 503, .retry_after = "300"}};
  coordinator_.set_limits({.max_duration = 2min});
  run_with_one_in_flight();
  complete(asks);
  timers_.advance(1s);
  coordinator_.after_batch();
  EXPECT_EQ(coordinator_.stage(), Stage::running) << "the list may have a link for another host";
  plan_end();
  coordinator_.after_batch();
  timers_.advance(1s);
  EXPECT_EQ(coordinator_.stage(), Stage::cut_off);
  ASSERT_TRUE(coordinator_.trouble().asked);
  EXPECT_EQ(coordinator_.trouble().asked->why,
            "all links wait for longer than --max-duration 2m leaves");
  EXPECT_EQ(coordinator_.unfinished(), 1u);
}

/// Who pressed Ctrl-C is told, and what is in flight keeps its time.
TEST_F(CoordinatorTest, ASignalBehindAnEndThatWasAskedForIsTheFirst) {
  run_with_one_in_flight();
  coordinator_.end_as_asked(EndReason::duration, "--max-duration 2h is over");
  coordinator_.on_signal(SIGINT);
  EXPECT_EQ(workers_.count("kill"), 0u);
  EXPECT_EQ(coordinator_.trouble().signal, SIGINT);
  coordinator_.on_signal(SIGINT);
  EXPECT_EQ(workers_.count("kill"), 1u);
}

// --- Trouble ---

TEST_F(CoordinatorTest, AFullDiskOfAWorkerEndsTheRunAndTheLink) {
  run_with_one_in_flight();
  complete(Failed{.error = ErrorClass::disk, .message = "disk full"});
  EXPECT_EQ(coordinator_.trouble().output, "disk full");
  EXPECT_EQ(coordinator_.stage(), Stage::cut_off);
  EXPECT_EQ(workers_.count("stop"), 1u);
  EXPECT_EQ(ledger_.settled.size(), 1u);
}

TEST_F(CoordinatorTest, ADiskThatMayRecoverEndsNothing) {
  run_with_one_in_flight();
  complete(Failed{.error = ErrorClass::disk, .retry = Retry::yes, .message = "too many files"});
  EXPECT_EQ(coordinator_.stage(), Stage::running);
  EXPECT_FALSE(coordinator_.trouble().output);
}

/// It is the machine's, and the next link would fare no better.
TEST_F(CoordinatorTest, AShortageThatLastsEndsTheRun) {
  const Failed failed{.error = ErrorClass::disk,
                      .retry = Retry::yes,
                      .message = fmt::format("cannot write the part file: {}", errno_text(EMFILE))};
  run_with_one_in_flight();
  complete(failed);
  EXPECT_EQ(coordinator_.stage(), Stage::running) << "what is short may come back";
  timers_.advance(60s);
  coordinator_.after_batch();
  complete(failed);
  EXPECT_EQ(coordinator_.stage(), Stage::cut_off);
  EXPECT_EQ(coordinator_.trouble().output, failed.message);
}

TEST_F(CoordinatorTest, AListThatCannotBeReadForAShortageIsNoFaultOfTheList) {
  supply_.items.emplace_back(Error{"the list cannot be read on: std::bad_alloc"});
  coordinator_.after_batch();
  EXPECT_TRUE(coordinator_.trouble().list_failed);
  EXPECT_TRUE(coordinator_.trouble().list_short);
}

TEST_F(CoordinatorTest, ALedgerThatCannotBeWrittenEndsTheRun) {
  run_with_one_in_flight();
  ledger_.output = "cannot write the ledger";
  coordinator_.on_ledger_progress();
  coordinator_.on_ledger_progress();
  EXPECT_EQ(coordinator_.stage(), Stage::cut_off);
  EXPECT_EQ(workers_.count("stop"), 1u);
  EXPECT_EQ(coordinator_.trouble().output, "cannot write the ledger");
}

TEST_F(CoordinatorTest, AReaderOfTheResultsThatLeftEndsTheRun) {
  run_with_one_in_flight();
  ledger_.results = EPIPE;
  ledger_.to_stdout = true;
  coordinator_.on_ledger_progress();
  EXPECT_EQ(coordinator_.stage(), Stage::cut_off);
  EXPECT_EQ(coordinator_.trouble().signal, SIGPIPE);
  EXPECT_FALSE(coordinator_.trouble().output);
}

TEST_F(CoordinatorTest, TroubleThatTheReaderMeetsEndsTheRun) {
  plan_links(1);
  supply_.items.emplace_back(OutputTrouble{.message = "damaged", .ledger_damaged = true});
  plan_links(1);
  coordinator_.after_batch();
  EXPECT_EQ(coordinator_.trouble().output, "damaged" + std::string(kMovedAside));
  EXPECT_TRUE(coordinator_.ledger_damaged());
  EXPECT_EQ(coordinator_.stage(), Stage::cut_off);
  EXPECT_EQ(supply_.items.size(), 1u);
  EXPECT_TRUE(workers_.submitted.empty());
  EXPECT_EQ(coordinator_.unfinished(), 1u);
}

/// Without a worker, stopping them closes the ledger immediately: what came before is in it by
/// then.
TEST_F(CoordinatorTest, RecordsAreReportedBeforeTheTroubleBehindThem) {
  supply_.items.emplace_back(Record{.index = 1});
  supply_.items.emplace_back(OutputTrouble{.message = "damaged"});
  std::size_t reported = 0;
  workers_.on_stop = [&] { reported = ledger_.records.size(); };
  coordinator_.after_batch();
  EXPECT_EQ(reported, 1u);
  EXPECT_EQ(ledger_.records.size(), 1u);
}

/// The user has not said anything yet.
TEST_F(CoordinatorTest, TheFirstSignalBehindABrokenPipeIsTheFirst) {
  run_with_one_in_flight();
  ledger_.results = EPIPE;
  ledger_.to_stdout = true;
  coordinator_.on_ledger_progress();
  coordinator_.on_signal(SIGINT);
  EXPECT_EQ(workers_.count("kill"), 0u);
  EXPECT_EQ(coordinator_.trouble().signal, SIGINT);
  coordinator_.on_signal(SIGINT);
  EXPECT_EQ(workers_.count("kill"), 1u);
}

TEST_F(CoordinatorTest, TheFirstTroubleWithTheOutputIsTheOneReported) {
  run_with_one_in_flight();
  complete(Failed{.error = ErrorClass::disk, .message = "disk full"});
  ledger_.output = "cannot write the ledger";
  ledger_.results = EIO;
  coordinator_.on_ledger_progress();
  EXPECT_EQ(coordinator_.trouble().output, "disk full");
}

TEST_F(CoordinatorTest, HopelessWorkersEndTheRun) {
  run_with_one_in_flight();
  coordinator_.on_workers_hopeless(Error{"they keep dying"});
  EXPECT_EQ(coordinator_.trouble().workers, "they keep dying");
  EXPECT_EQ(workers_.calls, (Texts{"wake", "stop", "kill"}));
  EXPECT_EQ(coordinator_.stage(), Stage::cut_off);
}

TEST_F(CoordinatorTest, AListThatCannotBeReadEndsNothing) {
  supply_.items.emplace_back(Error{"no such list"});
  supply_.items.emplace_back(Notice{"by the way"});
  plan_links(1);
  coordinator_.after_batch();
  EXPECT_TRUE(coordinator_.trouble().list_failed);
  EXPECT_EQ(ledger_.messages, (Texts{"error: no such list", "notice: by the way"}));
  EXPECT_EQ(coordinator_.stage(), Stage::running);
  EXPECT_EQ(workers_.submitted.size(), 1u);
}

// --- Back-pressure ---

TEST_F(CoordinatorTest, ABacklogPausesTakingLinksAndDispatch) {
  workers_.room = 1;
  plan_links(2);
  coordinator_.after_batch();
  ASSERT_EQ(workers_.submitted.size(), 1u);
  plan_links(1);
  ledger_.waiting = Coordinator::kMaxBacklog + 1;
  complete(Saved{});
  EXPECT_TRUE(workers_.submitted.empty()) << "the second one waits";
  EXPECT_EQ(supply_.items.size(), 1u) << "and so does the third, with the reader";
  EXPECT_EQ(ledger_.settled.size(), 1u) << "what is finished is handed over all the same";
  ledger_.waiting = Coordinator::kMaxBacklog;
  coordinator_.after_batch();
  EXPECT_EQ(workers_.submitted.size(), 1u);
  EXPECT_TRUE(supply_.items.empty());
}

TEST_F(CoordinatorTest, MessagesAreDroppedFromALargerBacklogOn) {
  ledger_.waiting = Coordinator::kMaxBacklogForMessages;
  coordinator_.on_worker_message("one");
  ledger_.waiting = Coordinator::kMaxBacklogForMessages + 1;
  coordinator_.on_worker_message("two");
  EXPECT_EQ(ledger_.messages, Texts{"notice: one"});
}

TEST_F(CoordinatorTest, ABatchTakesALimitedNumberOfLines) {
  for (int i = 0; i < Coordinator::kItemsPerBatch + 1; ++i) {
    supply_.items.emplace_back(Record{.message = "no link"});
  }
  coordinator_.after_batch();
  EXPECT_EQ(supply_.items.size(), 1u);
  EXPECT_EQ(ledger_.records.size(), std::size_t{Coordinator::kItemsPerBatch});
  EXPECT_EQ(supply_.wakes, 1) << "no event would tell of the rest";
  coordinator_.after_batch();
  EXPECT_TRUE(supply_.items.empty());
  EXPECT_EQ(supply_.wakes, 1);
}

TEST_F(CoordinatorTest, KnowsALimitedNumberOfLinksWhileWorkersAreBusy) {
  workers_.room = 1;
  plan_links(static_cast<int>(Dispatcher::kMaxTasks) + 10);
  for (int i = 0; i < 20; ++i) coordinator_.after_batch();
  EXPECT_EQ(supply_.items.size(), 10u);
  complete(Saved{});
  EXPECT_EQ(supply_.items.size(), 9u);
}

TEST_F(CoordinatorTest, LooksFurtherWhileAllLinksWaitForTheirHosts) {
  for (std::size_t i = 0; i < Dispatcher::kMaxTasks + 10; ++i) {
    Link one = link("http://a.test/x");
    one.host_limit = 1;
    supply_.items.emplace_back(std::move(one));
  }
  supply_.items.emplace_back(link("http://b.test/y"));
  for (int i = 0; i < 20; ++i) coordinator_.after_batch();
  EXPECT_TRUE(supply_.items.empty());
  ASSERT_EQ(workers_.submitted.size(), 2u);
  EXPECT_EQ(workers_.submitted[1].url, "http://b.test/y");
}

// --- Messages ---

TEST_F(CoordinatorTest, ALongPauseIsReportedNowAndThen) {
  const Failed asks{.error = ErrorClass::http_5xx,
                    .retry = Retry::yes,
                    .message = "503",
                    .response = {.http_status = 500, .retry_after = "100"}};
  plan_links(2);
  coordinator_.after_batch();
  ASSERT_EQ(workers_.submitted.size(), 2u);
  complete(asks);
  ASSERT_EQ(ledger_.messages.size(), 2u);
  EXPECT_EQ(ledger_.messages[0].find("detail: again in 1"), 0u) << ledger_.messages[0];
  EXPECT_EQ(ledger_.messages[1].find("notice: http://a.test:80 asks for a pause"), 0u);
  complete(asks);
  EXPECT_EQ(ledger_.messages.size(), 3u) << "the pause is known";
}

TEST_F(CoordinatorTest, ProgressIsReportedAtItsInterval) {
  coordinator_.report_progress(200ms);
  timers_.advance(200ms);
  EXPECT_EQ(ledger_.progresses.size(), 2u);
  EXPECT_EQ(ledger_.progresses[1].total, std::nullopt);
  plan_end();
  coordinator_.after_batch();
  ledger_.waiting = Coordinator::kMaxBacklog + 1;
  timers_.advance(200ms);
  EXPECT_EQ(ledger_.progresses.size(), 2u) << "not while the ledger has too much to do";
  ledger_.waiting = 0;
  timers_.advance(200ms);
  ASSERT_EQ(ledger_.progresses.size(), 3u);
  EXPECT_EQ(ledger_.progresses[2].total, 1u);
}

TEST_F(CoordinatorTest, ProgressTellsFromEachOtherWhatIsReadHeldAndInFlight) {
  supply_.items.emplace_back(Record{.status = Status::skipped});
  supply_.items.emplace_back(LedgerRow{});
  plan_links(3);
  plan_end();
  coordinator_.after_batch();
  complete(Saved{});
  coordinator_.report_progress(1s);
  ASSERT_EQ(ledger_.progresses.size(), 1u);
  const ProgressState& state = ledger_.progresses[0];
  EXPECT_EQ(state.read, 5u);
  EXPECT_EQ(state.to_fetch, 3u);
  EXPECT_EQ(state.held, 2u);
  EXPECT_EQ(state.in_flight, 2u);
  EXPECT_EQ(state.hosts_waiting, 0u);
  EXPECT_FALSE(state.everything_waits);
}

TEST_F(CoordinatorTest, LinksThatAreHandedOverAreNotOfTheRun) {
  struct Guard final : LinkGuard {
    bool may_begin(const Link& /*link*/) override { return asked++ > 0; }
    void on_back(const Link& /*link*/) override {}
    BootInstant stop_by(const Link& /*link*/) const override { return {}; }
    int asked = 0;
  } guard;
  Coordinator node{{.hosts = {.adapts = false}, .retries = {.retries = 1}},
                   {workers_, routes_, timers_, supply_, ledger_, &guard},
                   [] {},
                   {.launched = timers_.now(), .output = "pictures"},
                   1};
  plan_links(3);
  supply_.items.emplace_back(EndOfList{.total = 3});
  node.after_batch();
  EXPECT_EQ(node.handed_over(), 1u);
  node.report_progress(1s);
  const ProgressState& state = ledger_.progresses.back();
  EXPECT_EQ(state.total, 2u);
  EXPECT_EQ(state.read, 2u);
  EXPECT_EQ(state.to_fetch, 2u);
  EXPECT_EQ(state.held, 2u);
  EXPECT_EQ(node.end_state().total, 2u);
}

TEST_F(CoordinatorTest, BytesOfFailedTriesAreCountedApart) {
  plan_links(2);
  coordinator_.after_batch();
  workers_.received = 10'000;
  workers_.bytes = {.jobs = 1, .received = 4000, .to_come = 500};
  const auto complete_with = [&](Outcome outcome, std::uint64_t bytes) {
    coordinator_.on_completion(workers_.take().task,
                               {.outcome = std::move(outcome), .requests = 1, .bytes = bytes});
    coordinator_.after_batch();
  };
  // Of 3,000 bytes, the part file keeps 1,000 for the next try.
  complete_with(Failed{.error = ErrorClass::truncated, .retry = Retry::yes, .secured = 1000}, 3000);
  complete_with(Saved{.bytes = 4000}, 4000);
  coordinator_.report_progress(1s);
  const ProgressState& state = ledger_.progresses.back();
  EXPECT_EQ(state.wasted, 2000u);
  EXPECT_EQ(state.bytes, 8000u);
  EXPECT_EQ(state.known_in_flight, 1u);
  EXPECT_EQ(state.known_received, 4000u);
  EXPECT_EQ(state.known_to_come, 500u);
}

TEST_F(CoordinatorTest, ProgressSaysThatEverythingWaits) {
  plan_links(2);
  plan_end();
  coordinator_.after_batch();
  const Failed asks{.error = ErrorClass::rate_limited,
                    .retry = Retry::yes,
                    .response = {.http_status = 429, .retry_after = "300"}};
  complete(asks);
  coordinator_.report_progress(1s);
  EXPECT_FALSE(ledger_.progresses.back().everything_waits) << "one is in flight yet";
  complete(asks);
  timers_.advance(1s);
  const ProgressState& state = ledger_.progresses.back();
  EXPECT_TRUE(state.everything_waits);
  EXPECT_EQ(state.hosts_waiting, 1u);
  EXPECT_GE(state.longest_wait, 298s);
  EXPECT_LE(state.longest_wait, 380s);
}

}  // namespace
}  // namespace fanfetch
