#include "coordinator/dispatch/dispatcher.h"

#include <gtest/gtest.h>

#include "tests/coordinator/dispatch/fakes.h"

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

class DispatcherTest : public ::testing::Test {
 protected:
  void add(const std::string& url, std::shared_ptr<const Earlier> earlier = nullptr) {
    dispatcher_.add(
        {.listed = url, .url = *parse_url(url), .host_limit = 8, .earlier = std::move(earlier)});
  }
  /// The next job is back with that outcome. Returns what had been submitted.
  FakeWorkers::Submitted complete(Outcome outcome, std::uint32_t requests = 1,
                                  const Timings& timings = {}) {
    FakeWorkers::Submitted job = workers_.take();
    dispatcher_.on_completion(job.task, {std::move(outcome), requests, timings});
    return job;
  }
  void lose(Blame blame) { dispatcher_.on_lost(workers_.take().task, blame); }
  /// Waits as long as the dispatcher wants to, and dispatches.
  void dispatch_when_due() {
    dispatcher_.dispatch();
    if (const auto wait = timers_.next()) timers_.advance(*wait);
    dispatcher_.dispatch();
  }
  [[nodiscard]] std::vector<std::string> submitted() const {
    std::vector<std::string> urls;
    for (const auto& job : workers_.submitted) {
      urls.push_back(job.url + (job.alone ? " alone" : ""));
    }
    return urls;
  }
  /// The only link that is finished, which failed.
  [[nodiscard]] const Failed& failure() const { return std::get<Failed>(finished_.at(0).outcome); }
  using Texts = std::vector<std::string>;

  FakeTimers timers_;
  FakeWorkers workers_;
  FakeRoutes routes_;
  bool held_back_ = false;
  std::vector<FinishedLink> finished_;
  Texts again_;
  Dispatcher dispatcher_{
      {.hosts = {.adapts = false}, .retries = {.retries = 1}},
      workers_,
      routes_,
      timers_,
      {.on_finished = [this](FinishedLink l) { finished_.push_back(std::move(l)); },
       .on_try_again =
           [this](const Task& task, const Failed& failed, Duration /*delay*/) {
             again_.push_back(task.link.listed + " " + failed.message);
           },
       .held_back = [this] { return held_back_; }},
      1};
};

/// Says of which hosts links may be asked for, and counts what moves.
struct FakeGuard final : LinkGuard {
  [[nodiscard]] bool may_begin(const Link& link) override {
    if (link.url.host == forbidden) return false;
    ++moving;
    return true;
  }
  void on_back(const Link& /*link*/) override { --moving; }
  [[nodiscard]] BootInstant stop_by(const Link& link) const override {
    return BootInstant(std::chrono::seconds(link.url.host == "a.test" ? 7 : 0));
  }

  std::string forbidden;
  int moving = 0;
};

TEST_F(DispatcherTest, AGuardIsAskedBeforeEachRequest) {
  FakeGuard guard;
  guard.forbidden = "b.test";
  Dispatcher guarded({.hosts = {.adapts = false}, .retries = {.retries = 3}}, workers_, routes_,
                     timers_,
                     {.on_finished = [this](FinishedLink l) { finished_.push_back(std::move(l)); },
                      .on_try_again = [](const Task&, const Failed&, Duration) {},
                      .held_back = [] { return false; },
                      .guard = &guard},
                     1);
  const auto add_guarded = [&](const std::string& url) {
    guarded.add({.listed = url, .url = *parse_url(url), .host_limit = 8});
  };
  add_guarded("http://a.test/x");
  add_guarded("http://b.test/x");
  guarded.dispatch();
  EXPECT_EQ(submitted(), Texts{"http://a.test/x"});
  EXPECT_EQ(guard.moving, 1);
  EXPECT_EQ(guarded.stop_by(1), BootInstant(std::chrono::seconds(7)));
  ASSERT_EQ(finished_.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<Skipped>(finished_[0].outcome));
  EXPECT_EQ(finished_[0].attempts, 0);
  EXPECT_TRUE(finished_[0].handed_over);

  guarded.on_completion(workers_.take().task, {GivenUp{}, 1});
  EXPECT_EQ(guard.moving, 0) << "nothing moves while it waits for the next try";
  guard.forbidden = "a.test";
  if (const auto wait = timers_.next()) timers_.advance(*wait);
  guarded.dispatch();
  EXPECT_TRUE(submitted().empty());
  EXPECT_EQ(finished_.size(), 2u);
  EXPECT_EQ(guarded.size(), 0u);
}

TEST_F(DispatcherTest, ALinkGoesToAWorkerAndComesBackFinished) {
  add("http://a.test/x");
  dispatcher_.dispatch();
  ASSERT_EQ(submitted(), Texts{"http://a.test/x"});
  EXPECT_EQ(workers_.submitted[0].host, "http://a.test:80");
  EXPECT_EQ(dispatcher_.size(), 1u);
  timers_.advance(250ms);
  complete(Saved{.bytes = 7});
  EXPECT_EQ(dispatcher_.size(), 0u);
  ASSERT_EQ(finished_.size(), 1u);
  EXPECT_EQ(std::get<Saved>(finished_[0].outcome).bytes, 7u);
  EXPECT_EQ(finished_[0].link.listed, "http://a.test/x");
  EXPECT_EQ(finished_[0].final_url, "http://a.test/x");
  EXPECT_EQ(finished_[0].attempts, 1);
  EXPECT_EQ(finished_[0].duration, 250ms);
  EXPECT_EQ(finished_[0].started_at, timers_.wall_now() - 250ms);
}

TEST_F(DispatcherTest, WaitingIsToldFromWork) {
  workers_.room = 0;
  add("http://a.test/x");
  dispatcher_.dispatch();
  timers_.advance(3s);  // for room
  workers_.room = 4;
  dispatcher_.dispatch();
  timers_.advance(700ms);
  complete(Failed{.retry = Retry::yes}, 2, {.connect = 90ms, .tls = 80ms, .first_byte = 70ms});
  dispatcher_.dispatch();
  const Duration back_off = timers_.next().value();
  timers_.advance(back_off);
  dispatcher_.dispatch();
  timers_.advance(250ms);
  complete(Saved{}, 1, {.first_byte = 40ms});
  ASSERT_EQ(finished_.size(), 1u);
  const FinishedLink& link = finished_[0];
  EXPECT_EQ(link.duration, 250ms) << "of the last attempt";
  EXPECT_EQ(link.waited, std::chrono::duration_cast<std::chrono::milliseconds>(3s + back_off));
  EXPECT_EQ(link.timings, (Timings{.first_byte = 40ms})) << "over the connection of the first";
  EXPECT_EQ(link.dns, std::nullopt) << "it was known";
  EXPECT_EQ(link.requests, 3u) << "of both";
  EXPECT_EQ(link.started_at, timers_.wall_now() - 250ms - back_off - 700ms) << "the first";
}

TEST_F(DispatcherTest, TheHopsOfAnAttemptAddUp) {
  routes_.unknown = {"a.test", "b.test"};
  add("http://a.test/x");
  dispatcher_.dispatch();
  timers_.advance(20ms);
  routes_.asked.at(0).second(Route{.host = "a.test", .port = 80, .addresses = {"192.0.2.1"}});
  dispatcher_.dispatch();
  timers_.advance(100ms);
  complete(Redirected{.response = {.location = "http://b.test/y"}}, 1,
           {.connect = 10ms, .tls = std::nullopt, .first_byte = 30ms});
  timers_.advance(5s);  // for its turn at the other host
  dispatcher_.dispatch();
  timers_.advance(3ms);
  routes_.asked.at(1).second(Route{.host = "b.test", .port = 80, .addresses = {"192.0.2.1"}});
  dispatcher_.dispatch();
  timers_.advance(200ms);
  complete(Saved{}, 1, {.connect = 1ms, .tls = 2ms, .first_byte = 4ms});
  ASSERT_EQ(finished_.size(), 1u);
  EXPECT_EQ(finished_[0].duration, 323ms);
  EXPECT_EQ(finished_[0].waited, 5s);
  EXPECT_EQ(finished_[0].dns, 23ms);
  EXPECT_EQ(finished_[0].timings, (Timings{.connect = 11ms, .tls = 2ms, .first_byte = 34ms}));
  EXPECT_EQ(finished_[0].requests, 2u);
}

TEST_F(DispatcherTest, TheWorkOfADeadWorkerIsNoWait) {
  add("http://a.test/x");
  dispatcher_.dispatch();
  timers_.advance(10s);
  lose(Blame::none);
  dispatch_when_due();
  timers_.advance(50ms);
  complete(Saved{});
  ASSERT_EQ(finished_.size(), 1u);
  EXPECT_EQ(finished_[0].duration, 50ms);
  EXPECT_LT(finished_[0].waited, 10s);
}

/// A server may insist on its own spelling of what is one link to us.
TEST_F(DispatcherTest, AsksForWhatIsWrittenAndFollowsToWhatTheServerWrites) {
  add("http://a.test/caf%C3%A9?#top");
  for (int attempt = 0; attempt < 2; ++attempt) {
    dispatch_when_due();
    EXPECT_EQ(submitted(), Texts{"http://a.test/caf%C3%A9?"});
    complete(Redirected{{.http_status = 301, .location = "http://a.test/caf%c3%a9#x"}});
    dispatcher_.dispatch();
    EXPECT_EQ(submitted(), Texts{"http://a.test/caf%c3%a9"});
    complete(attempt == 0 ? Outcome(Failed{.retry = Retry::yes}) : Saved{});
  }
  ASSERT_EQ(finished_.size(), 1u);
  EXPECT_EQ(finished_[0].final_url, "http://a.test/caf%c3%a9");
}

TEST_F(DispatcherTest, GivesNoMoreThanTheWorkersHaveRoomFor) {
  workers_.room = 1;
  add("http://a.test/x");
  add("http://a.test/y");
  EXPECT_FALSE(dispatcher_.is_idle());
  dispatcher_.dispatch();
  EXPECT_EQ(submitted(), Texts{"http://a.test/x"});
  complete(Saved{});
  dispatcher_.dispatch();
  EXPECT_EQ(submitted(), Texts{"http://a.test/y"});
}

TEST_F(DispatcherTest, ABacklogPausesDispatch) {
  held_back_ = true;
  add("http://a.test/x");
  dispatcher_.dispatch();
  EXPECT_EQ(submitted(), Texts{});
  held_back_ = false;
  dispatcher_.dispatch();
  EXPECT_EQ(submitted(), Texts{"http://a.test/x"});
}

TEST_F(DispatcherTest, ARedirectAsksForTheOtherUrlInTheSameAttempt) {
  add("http://a.test/x");
  dispatcher_.dispatch();
  complete(Redirected{.response = {.location = "http://b.test/y"}});
  dispatcher_.dispatch();
  ASSERT_EQ(submitted(), Texts{"http://b.test/y"});
  EXPECT_EQ(workers_.submitted[0].host, "http://b.test:80");
  complete(Saved{});
  ASSERT_EQ(finished_.size(), 1u);
  EXPECT_EQ(finished_[0].final_url, "http://b.test/y");
  EXPECT_EQ(finished_[0].attempts, 1);
}

TEST_F(DispatcherTest, ARedirectGetsNoWayAroundTheAddressPolicy) {
  routes_.refused = {"b.test"};
  add("http://a.test/x");
  dispatcher_.dispatch();
  complete(Redirected{.response = {.location = "http://b.test/y"}});
  dispatcher_.dispatch();
  EXPECT_EQ(submitted(), Texts{});
  ASSERT_EQ(finished_.size(), 1u);
  EXPECT_EQ(failure().error, ErrorClass::refused);
}

TEST_F(DispatcherTest, ARetryStartsOverAtTheLinksOwnUrlAndLater) {
  const WallTime start = timers_.wall_now();
  add("http://a.test/x");
  dispatcher_.dispatch();
  complete(Redirected{.response = {.location = "http://b.test/y"}});
  dispatcher_.dispatch();
  complete(Failed{.error = ErrorClass::timeout,
                  .retry = Retry::yes,
                  .message = "slow",
                  .response = {.retry_after = "5"}});
  EXPECT_EQ(again_, Texts{"http://a.test/x slow"});
  dispatcher_.dispatch();
  EXPECT_EQ(submitted(), Texts{});
  ASSERT_TRUE(timers_.next());
  EXPECT_GE(*timers_.next(), 5s);
  dispatch_when_due();
  ASSERT_EQ(submitted(), Texts{"http://a.test/x"});
  complete(Failed{.error = ErrorClass::timeout, .retry = Retry::yes, .message = "slow"});
  ASSERT_EQ(finished_.size(), 1u) << "one retry is allowed";
  EXPECT_EQ(failure().error, ErrorClass::timeout);
  EXPECT_EQ(finished_[0].started_at, start) << "that of the first attempt";
  EXPECT_EQ(finished_[0].attempts, 2);
  EXPECT_EQ(again_.size(), 1u);
}

TEST_F(DispatcherTest, ARetryDoesWithoutHttp2) {
  Dispatcher http2(
      {.jobs = {.http2 = Http2::yes}, .hosts = {.adapts = false}, .retries = {.retries = 1}},
      workers_, routes_, timers_,
      {.on_finished = [](const FinishedLink&) {},
       .on_try_again = [](const Task&, const Failed&, Duration) {},
       .held_back = [] { return false; }},
      1);
  http2.add({.url = *parse_url("https://a.test/x"), .host_limit = 8});
  http2.dispatch();
  const auto first = workers_.take();
  EXPECT_EQ(first.http2, Http2::yes);
  http2.on_completion(first.task, {Failed{.error = ErrorClass::protocol, .retry = Retry::yes}, 1});
  timers_.advance(1min);
  http2.dispatch();
  EXPECT_EQ(workers_.take().http2, Http2::no);
}

TEST_F(DispatcherTest, ALinkThatKilledItsWorkerRunsAlone) {
  add("http://a.test/x");
  add("http://a.test/y");
  dispatcher_.dispatch();
  lose(Blame::shared);  // x; y is still with its worker
  dispatcher_.dispatch();
  EXPECT_EQ(submitted(), Texts{"http://a.test/y"});
  EXPECT_TRUE(workers_.reserved) << "so that a worker becomes free";
  complete(Saved{});
  dispatcher_.dispatch();
  EXPECT_EQ(submitted(), Texts{"http://a.test/x alone"});
  EXPECT_FALSE(workers_.reserved);
  for (int i = 1; i < kMaxSoleDeaths; ++i) {
    lose(Blame::sole);
    dispatcher_.dispatch();
    ASSERT_EQ(submitted(), Texts{"http://a.test/x alone"}) << i;
  }
  lose(Blame::sole);
  ASSERT_EQ(finished_.size(), 2u);
  EXPECT_EQ(std::get<Failed>(finished_[1].outcome).error, ErrorClass::crashed_worker);
  EXPECT_EQ(finished_[1].attempts, 1);
}

TEST_F(DispatcherTest, NoLoneLinkGoesOutWhileItIsHeldBack) {
  add("http://a.test/x");
  dispatcher_.dispatch();
  lose(Blame::shared);
  dispatcher_.dispatch();
  ASSERT_EQ(submitted(), Texts{"http://a.test/x alone"});
  lose(Blame::sole);
  held_back_ = true;
  dispatcher_.dispatch();
  EXPECT_EQ(submitted(), Texts{});
  held_back_ = false;
  dispatcher_.dispatch();
  EXPECT_EQ(submitted(), Texts{"http://a.test/x alone"});
}

TEST_F(DispatcherTest, NorALoneLinkThatWaitsForAWorker) {
  add("http://a.test/x");
  add("http://a.test/y");
  dispatcher_.dispatch();
  lose(Blame::shared);
  dispatcher_.dispatch();
  ASSERT_EQ(submitted(), Texts{"http://a.test/y"}) << "x waits until its worker is free";
  complete(Saved{});
  held_back_ = true;
  dispatcher_.dispatch();
  EXPECT_EQ(submitted(), Texts{});
  dispatcher_.cut_off();
  held_back_ = false;
  dispatcher_.dispatch();
  EXPECT_EQ(submitted(), Texts{}) << "nor once the run is cut off";
  EXPECT_EQ(dispatcher_.unfinished(), 1u);
}

TEST_F(DispatcherTest, AJobThatWasQueuedWhenItsWorkerDiedIsNotBlamed) {
  add("http://a.test/x");
  dispatcher_.dispatch();
  lose(Blame::none);
  dispatcher_.dispatch();
  EXPECT_EQ(submitted(), Texts{"http://a.test/x"}) << "not alone";
  complete(Saved{});
  EXPECT_EQ(finished_.at(0).attempts, 1);
}

TEST_F(DispatcherTest, AHostThatIsNotKnownYetHoldsNobodyBack) {
  routes_.unknown = {"new.test"};
  add("http://new.test/x");
  add("http://a.test/y");
  dispatcher_.dispatch();
  EXPECT_EQ(submitted(), Texts{"http://a.test/y"});
  ASSERT_EQ(routes_.asked.size(), 1u);
  routes_.asked[0].second(Route{.host = "new.test", .port = 80, .addresses = {"192.0.2.7"}});
  dispatcher_.dispatch();
  EXPECT_EQ(submitted(), (Texts{"http://a.test/y", "http://new.test/x"}));
}

TEST_F(DispatcherTest, AHostThatCannotBeResolvedFailsItsLink) {
  routes_.unknown = {"new.test"};
  add("http://new.test/x");
  dispatcher_.dispatch();
  routes_.asked.at(0).second(tl::unexpected(Failed{.error = ErrorClass::dns, .message = "none"}));
  dispatcher_.dispatch();
  ASSERT_EQ(finished_.size(), 1u);
  EXPECT_EQ(failure().error, ErrorClass::dns);
}

TEST_F(DispatcherTest, NoTurnWhileTooManyHostsAreWaitedFor) {
  routes_.room = false;
  add("http://a.test/x");
  EXPECT_FALSE(dispatcher_.is_idle());
  dispatcher_.dispatch();
  EXPECT_EQ(submitted(), Texts{});
}

TEST_F(DispatcherTest, AKnownPlaceholderIsNotAskedFor) {
  add("https://i.imgur.com/removed.png");
  dispatcher_.dispatch();
  EXPECT_EQ(submitted(), Texts{});
  ASSERT_EQ(finished_.size(), 1u);
  EXPECT_EQ(failure().error, ErrorClass::placeholder);
  EXPECT_EQ(finished_[0].attempts, 0);
}

TEST_F(DispatcherTest, AJobThatIsTooLargeFailsItsLink) {
  workers_.too_large = true;
  add("http://a.test/x");
  dispatcher_.dispatch();
  ASSERT_EQ(finished_.size(), 1u);
  EXPECT_EQ(failure().error, ErrorClass::bad_url);
  EXPECT_EQ(failure().message, "too large");
}

TEST_F(DispatcherTest, NothingIsAskedForOnceTheRunIsCutOff) {
  workers_.room = 2;
  routes_.unknown = {"new.test"};
  add("http://new.test/w");
  for (const char* path : {"x", "y", "z"}) add(std::string("http://a.test/") + path);
  dispatcher_.dispatch();
  ASSERT_EQ(submitted(), (Texts{"http://a.test/x", "http://a.test/y"}));
  dispatcher_.cut_off();
  routes_.asked.at(0).second(Route{.host = "new.test", .port = 80, .addresses = {"192.0.2.7"}});
  complete(Saved{});
  EXPECT_EQ(finished_.size(), 1u) << "what is whole counts";
  complete(Failed{.error = ErrorClass::timeout, .retry = Retry::yes});
  EXPECT_EQ(finished_.size(), 1u) << "left to the next run";
  dispatcher_.dispatch();
  EXPECT_EQ(submitted(), Texts{});
  EXPECT_EQ(dispatcher_.unfinished(), 3u) << "w, y and z";
}

TEST_F(DispatcherTest, ARouteThatIsKnownByThenIsNotUsedEither) {
  routes_.unknown = {"new.test"};
  add("http://new.test/x");
  dispatcher_.dispatch();
  routes_.asked.at(0).second(Route{.host = "new.test", .port = 80, .addresses = {"192.0.2.7"}});
  dispatcher_.cut_off();
  dispatcher_.dispatch();
  EXPECT_EQ(submitted(), Texts{});
  EXPECT_EQ(dispatcher_.unfinished(), 1u);
}

TEST_F(DispatcherTest, LinksOfAHostThatWasGivenUpFailWithoutARequest) {
  workers_.room = 1;
  add("http://a.test/x");
  add("http://a.test/y");
  dispatcher_.dispatch();
  held_back_ = true;
  complete(Failed{.error = ErrorClass::rate_limited,
                  .retry = Retry::yes,
                  .response = {.http_status = 429, .retry_after = "3600"}});
  dispatcher_.dispatch();
  EXPECT_TRUE(finished_.empty()) << "the ledger is behind";
  held_back_ = false;
  dispatcher_.dispatch();
  EXPECT_EQ(submitted(), Texts{});
  ASSERT_EQ(finished_.size(), 2u);
  for (const FinishedLink& link : finished_) {
    EXPECT_EQ(std::get<Failed>(link.outcome).error, ErrorClass::rate_limited);
    EXPECT_EQ(link.attempts, link.link.listed.ends_with("x") ? 1 : 0);
  }
}

TEST_F(DispatcherTest, ALostJobIsAbandonedOnceTheRunIsCutOff) {
  add("http://a.test/x");
  dispatcher_.dispatch();
  dispatcher_.cut_off();
  lose(Blame::sole);
  EXPECT_EQ(dispatcher_.size(), 0u);
  EXPECT_EQ(dispatcher_.unfinished(), 1u);
  EXPECT_TRUE(finished_.empty());
}

/// At two requests a second, a.test's next turn comes 0.5 s after the one before.
class DispatcherRateTest : public DispatcherTest {
 protected:
  DispatcherRateTest() {
    rated_.add({.url = *parse_url("http://a.test/x"), .host_limit = 8});
    rated_.add({.url = *parse_url("http://a.test/y"), .host_limit = 8});
    rated_.dispatch();
  }
  /// How long the second link waits for its turn.
  Duration wait() {
    rated_.dispatch();
    return timers_.next().value_or(Duration{});
  }

  Dispatcher rated_{{.hosts = {.adapts = false, .rate = 2}, .retries = {.retries = 1}},
                    workers_,
                    routes_,
                    timers_,
                    {.on_finished = [](const FinishedLink&) {},
                     .on_try_again = [](const Task&, const Failed&, Duration) {},
                     .held_back = [] { return false; }},
                    1};
};

TEST_F(DispatcherRateTest, AnAttemptOfOneRequestHasItsTurnAlready) {
  rated_.on_completion(workers_.take().task, {Saved{}, 1});
  EXPECT_EQ(wait(), 500ms);
}

TEST_F(DispatcherRateTest, AnAttemptThatSentNoneToo) {
  rated_.on_completion(workers_.take().task, {Failed{.error = ErrorClass::disk}, 0});
  EXPECT_EQ(wait(), 500ms);
}

TEST_F(DispatcherRateTest, WhatAWorkerRepeatedIsADebtOfTheHost) {
  rated_.on_completion(workers_.take().task, {Saved{}, 2});
  EXPECT_EQ(wait(), 1s);
}

TEST_F(DispatcherRateTest, AWorkerThatDiedMayHaveRepeated) {
  rated_.on_lost(workers_.take().task, Blame::shared);
  EXPECT_EQ(wait(), 1s);
}

TEST_F(DispatcherRateTest, AJobThatWasNeverStartedRepeatedNothing) {
  rated_.on_lost(workers_.take().task, Blame::none);
  EXPECT_EQ(wait(), 500ms);
}

TEST_F(DispatcherRateTest, ARedirectAndARetryWaitForTheirTurns) {
  rated_.on_completion(workers_.take().task,
                       {Redirected{.response = {.location = "http://a.test/z"}}, 1});
  EXPECT_EQ(wait(), 500ms);
  EXPECT_TRUE(workers_.submitted.empty());
  for (const char* path : {"/y", "/z"}) {
    timers_.advance(500ms);
    rated_.dispatch();
    ASSERT_EQ(workers_.submitted.size(), 1u) << path;
    const auto job = workers_.take();
    EXPECT_TRUE(job.url.ends_with(path)) << job.url;
    rated_.on_completion(job.task, {Failed{.error = ErrorClass::timeout, .retry = Retry::yes}, 1});
  }
  timers_.advance(1h);  // both are due
  rated_.dispatch();
  EXPECT_EQ(workers_.submitted.size(), 1u);
}

TEST_F(DispatcherTest, KeptNeedsAnEarlierFile) {
  add("http://a.test/x", std::make_shared<Earlier>());
  add("http://a.test/y");
  dispatcher_.dispatch();
  complete(Kept{.response = {.http_status = 304}});
  ASSERT_EQ(finished_.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<Kept>(finished_[0].outcome));
  complete(Kept{.response = {.http_status = 304}});
  ASSERT_EQ(finished_.size(), 2u);
  EXPECT_EQ(std::get<Failed>(finished_[1].outcome).error, ErrorClass::protocol);
}

TEST_F(DispatcherTest, TheNextAttemptKnowsTheBytesWhoseEndWasNotProved) {
  add("https://a.example/x");
  dispatcher_.dispatch();
  EXPECT_EQ(
      complete(
          Failed{.error = ErrorClass::truncated, .retry = Retry::yes, .unproved = sha256("abc")})
          .unproved,
      std::nullopt);
  dispatch_when_due();
  EXPECT_EQ(workers_.take().unproved, sha256("abc"));
}

/// Where no earlier run has left a part, only a worker of this one can have.
TEST_F(DispatcherTest, AWorkerLooksForAnOldPartWhereThereMayBeOne) {
  DispatchRules rules{.retries = {.retries = 1}};
  rules.jobs.earlier_parts = EarlierPart::none;
  const Dispatcher::Events events{.on_finished = [](FinishedLink) {},
                                  .on_try_again = [](const Task&, const Failed&, Duration) {},
                                  .held_back = [] { return false; }};
  Dispatcher fresh(rules, workers_, routes_, timers_, events, 1);
  const auto next = [&] {
    fresh.dispatch();
    return workers_.take();
  };
  fresh.add({.url = *parse_url("http://a.example/x")});
  auto job = next();
  EXPECT_EQ(job.earlier_part, EarlierPart::none);
  fresh.on_completion(
      job.task,
      {Redirected{.response = {.http_status = 302, .location = "http://a.example/y"}}, 1});
  job = next();
  EXPECT_EQ(job.earlier_part, EarlierPart::possible) << "after a redirect";
  fresh.on_completion(job.task, {Failed{.error = ErrorClass::timeout, .retry = Retry::yes}, 1});
  timers_.advance(std::chrono::minutes(5));
  EXPECT_EQ(next().earlier_part, EarlierPart::possible) << "in the next attempt";
  fresh.add({.url = *parse_url("http://c.example/x")});
  fresh.on_lost(next().task, Blame::shared);
  EXPECT_EQ(next().earlier_part, EarlierPart::possible) << "of a worker that died";
  rules.jobs.earlier_parts = EarlierPart::possible;
  Dispatcher later(rules, workers_, routes_, timers_, events, 1);
  later.add({.url = *parse_url("http://b.example/x")});
  later.dispatch();
  EXPECT_EQ(workers_.take().earlier_part, EarlierPart::possible) << "of an earlier run";
}

TEST_F(DispatcherTest, AJobKnowsTheExtensionsOfTheUrlsThatLedToIt) {
  add("http://a.example/get");
  dispatcher_.dispatch();
  for (const char* location : {"http://a.example/Pkg.tar.GZ?x=.y", "http://b.example/blob/1"}) {
    (void)complete(Redirected{.response = {.http_status = 302, .location = location}});
    dispatcher_.dispatch();
  }
  EXPECT_EQ(complete(Failed{.error = ErrorClass::timeout, .retry = Retry::yes}).hop_extensions,
            (Texts{"", "gz"}));
  dispatch_when_due();
  EXPECT_EQ(workers_.take().hop_extensions, Texts{}) << "from the start";
}

}  // namespace
}  // namespace fanfetch
