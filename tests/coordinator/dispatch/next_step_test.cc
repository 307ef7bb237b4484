#include "coordinator/dispatch/next_step.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{1000s};

/// One word for a step, so that a table can be read.
std::string text_of(const NextStep& step) {
  if (const auto* settle = std::get_if<Settle>(&step.action)) {
    if (std::holds_alternative<Saved>(settle->outcome)) return "saved";
    if (std::holds_alternative<Kept>(settle->outcome)) return "kept";
    if (std::holds_alternative<Skipped>(settle->outcome)) return "skipped";
    if (std::holds_alternative<Redirected>(settle->outcome)) return "settled as redirected";
    if (std::holds_alternative<GivenUp>(settle->outcome)) return "settled as given up";
    return fmt::format("failed: {}", name(std::get<Failed>(settle->outcome).error));
  }
  if (const auto* follow = std::get_if<Follow>(&step.action))
    return "follow " + follow->url.request;
  return std::holds_alternative<TryAgain>(step.action) ? "try again" : "abandon";
}

Task task_with(Tries tries, bool has_earlier = false) {
  Link link{.url = *parse_url("http://a.test/x")};
  if (has_earlier) link.earlier = std::make_shared<Earlier>();
  Task task(std::move(link));
  task.tries = tries;
  return task;
}

NextStep step(const Task& task, Outcome outcome, RunPhase phase,
              RetryRules rules = {.retries = 2}) {
  std::mt19937_64 dice(1);
  return next_step(task, std::move(outcome), rules, phase, kNow, dice);
}

Outcome failed(ErrorClass error, Retry retry, std::string retry_after = "") {
  return Failed{
      .error = error, .retry = retry, .response = {.retry_after = std::move(retry_after)}};
}
Outcome redirect_to(std::string location) {
  return Redirected{.response = {.http_status = 302, .location = std::move(location)}};
}

/// One class of outcome: what follows in the first attempt, in the last one of three, and in each
/// of them once the run is cut off.
struct OutcomeRow {
  const char* what;
  Outcome outcome;
  bool has_earlier;
  const char *first, *last, *first_cut_off, *last_cut_off;
};

class NextStepOf : public ::testing::TestWithParam<OutcomeRow> {};

TEST_P(NextStepOf, ByAttemptsLeftAndPhase) {
  const OutcomeRow& row = GetParam();
  const Task first = task_with({.attempts = 1}, row.has_earlier);
  const Task last = task_with({.attempts = 3}, row.has_earlier);
  EXPECT_EQ(text_of(step(first, row.outcome, RunPhase::running)), row.first);
  EXPECT_EQ(text_of(step(last, row.outcome, RunPhase::running)), row.last);
  EXPECT_EQ(text_of(step(first, row.outcome, RunPhase::cut_off)), row.first_cut_off);
  EXPECT_EQ(text_of(step(last, row.outcome, RunPhase::cut_off)), row.last_cut_off);
}

constexpr auto kFollow = "follow http://b.test/y";

INSTANTIATE_TEST_SUITE_P(
    All, NextStepOf,
    ::testing::Values(
        OutcomeRow{"saved", Saved{}, false, "saved", "saved", "saved", "saved"},
        OutcomeRow{"skipped", Skipped{}, false, "skipped", "skipped", "skipped", "skipped"},
        OutcomeRow{"kept", Kept{}, true, "kept", "kept", "kept", "kept"},
        OutcomeRow{"kept_without_a_file", Kept{}, false, "failed: protocol", "failed: protocol",
                   "failed: protocol", "failed: protocol"},
        OutcomeRow{"redirected", redirect_to("http://b.test/y"), false, kFollow, kFollow, "abandon",
                   "abandon"},
        OutcomeRow{"redirected_nowhere", redirect_to("ftp://b.test/y"), false, "failed: redirects",
                   "failed: redirects", "abandon", "abandon"},
        OutcomeRow{"given_up", GivenUp{}, false, "try again", "try again", "abandon", "abandon"},
        OutcomeRow{"failed_for_now", failed(ErrorClass::http_5xx, Retry::yes), false, "try again",
                   "failed: http_5xx", "abandon", "failed: http_5xx"},
        OutcomeRow{"failed_for_good", failed(ErrorClass::http_4xx, Retry::no), false,
                   "failed: http_4xx", "failed: http_4xx", "failed: http_4xx", "failed: http_4xx"},
        OutcomeRow{"must_wait_a_little", failed(ErrorClass::rate_limited, Retry::yes, "5"), false,
                   "try again", "failed: rate_limited", "abandon", "failed: rate_limited"},
        OutcomeRow{"must_wait_long_for_good", failed(ErrorClass::http_5xx, Retry::no, "9999"),
                   false, "failed: http_5xx", "failed: http_5xx", "failed: http_5xx",
                   "failed: http_5xx"}),
    [](const auto& row) { return row.param.what; });

TEST(NextStep, EveryErrorClassIsTriedAgainAsItsRetrySays) {
  for (int i = 0; i < kErrorClasses; ++i) {
    const auto error = static_cast<ErrorClass>(i);
    const Task task = task_with({.attempts = 1});
    EXPECT_EQ(text_of(step(task, failed(error, Retry::yes), RunPhase::running)), "try again");
    EXPECT_EQ(text_of(step(task, failed(error, Retry::no), RunPhase::running)),
              fmt::format("failed: {}", name(error)));
  }
}

TEST(NextStep, AJobThatWasGivenUpCostsNoAttemptAndIsNotTriedForEver) {
  Task task = task_with({.attempts = 2});
  for (int times = 1; times <= kMaxFreeRetries; ++times) {
    const NextStep after = step(task, GivenUp{}, RunPhase::running);
    ASSERT_EQ(text_of(after), "try again") << times;
    EXPECT_EQ(std::get<TryAgain>(after.action).delay, Duration(0));
    ASSERT_EQ(after.tries.attempts, 1);
    task.tries = after.tries;
    ++task.tries.attempts;
  }
  EXPECT_EQ(text_of(step(task, GivenUp{}, RunPhase::running)), "failed: crashed_worker");
}

TEST(NextStep, ALongerWaitThanTheUserAllowsIsRateLimited) {
  const RetryRules rules{.retries = 2, .max_wait = 60s};
  Outcome outcome = failed(ErrorClass::http_5xx, Retry::yes, "61");
  std::get<Failed>(outcome).message = "it says 503";
  for (const RunPhase phase : {RunPhase::running, RunPhase::cut_off}) {
    const NextStep after = step(task_with({.attempts = 1}), outcome, phase, rules);
    ASSERT_EQ(text_of(after), "failed: rate_limited");
    const auto& reason = std::get<Failed>(std::get<Settle>(after.action).outcome);
    EXPECT_EQ(reason.message, "it says 503; it asks for a longer wait than --max-wait 1m");
    EXPECT_EQ(reason.retry, Retry::yes) << "the next run may try";
  }
  EXPECT_EQ(text_of(step(task_with({.attempts = 3}), outcome, RunPhase::running, rules)),
            "failed: http_5xx")
      << "no attempt is left: the wait does not matter";
}

TEST(NextStep, ARetryWaitsAsLongAsTheServerAsks) {
  const NextStep after = step(task_with({.attempts = 1}),
                              failed(ErrorClass::http_5xx, Retry::yes, "8"), RunPhase::running);
  const auto& again = std::get<TryAgain>(after.action);
  EXPECT_GE(again.delay, 8s);
  EXPECT_LE(again.delay, 10s);
  ASSERT_TRUE(again.failed);
  EXPECT_EQ(again.failed->error, ErrorClass::http_5xx);
  EXPECT_EQ(after.tries, (Tries{.attempts = 1}));
}

TEST(NextStep, RedirectsAreFollowedUpToALimit) {
  Task task = task_with({.attempts = 1, .hops = kMaxRedirects - 1});
  const NextStep last = step(task, redirect_to("http://b.test/y"), RunPhase::running);
  EXPECT_EQ(text_of(last), kFollow);
  EXPECT_EQ(last.tries, (Tries{.attempts = 1, .hops = kMaxRedirects}));
  task.tries = last.tries;
  const NextStep over = step(task, redirect_to("http://b.test/y"), RunPhase::running);
  ASSERT_EQ(text_of(over), "failed: redirects");
  const auto& reason = std::get<Failed>(std::get<Settle>(over.action).outcome);
  EXPECT_EQ(reason.message, "more than 10 redirects");
  EXPECT_EQ(reason.response.http_status, 302) << "what the server said goes along";
}

TEST(NextStep, AnAttemptThatSecuredMuchOfAFileIsFree) {
  Failed cut{.error = ErrorClass::truncated, .retry = Retry::yes, .secured = kFreeRetryBytes};
  const NextStep after = step(task_with({.attempts = 3}), cut, RunPhase::running);
  EXPECT_EQ(text_of(after), "try again") << "though it was the last one";
  EXPECT_EQ(after.tries.attempts, 2);
  EXPECT_EQ(step(task_with({.attempts = 1}), cut, RunPhase::running).tries.attempts, 1)
      << "never below one: it was made";
  EXPECT_EQ(after.tries.free_retries, 1);
  cut.secured = kFreeRetryBytes - 1;
  EXPECT_EQ(text_of(step(task_with({.attempts = 3}), cut, RunPhase::running)), "failed: truncated");
}

TEST(NextStep, TheHashOfAnUnprovedBodyGoesOn) {
  const Failed unproved{
      .error = ErrorClass::truncated, .retry = Retry::yes, .unproved = sha256("abc")};
  Task task = task_with({.attempts = 1});
  task.tries = step(task, unproved, RunPhase::running).tries;
  EXPECT_EQ(task.tries.unproved, sha256("abc"));
  task.tries = step(task, failed(ErrorClass::connect, Retry::yes), RunPhase::running).tries;
  EXPECT_EQ(task.tries.unproved, sha256("abc")) << "nothing else came";
}

TEST(NextStep, FreeAttemptsHaveAnEnd) {
  const Failed cut{.error = ErrorClass::truncated, .retry = Retry::yes, .secured = ~0ull};
  Task task = task_with({.attempts = 3, .free_retries = kMaxFreeRetries - 1});
  const NextStep last = step(task, cut, RunPhase::running);
  EXPECT_EQ(last.tries, (Tries{.attempts = 2, .free_retries = kMaxFreeRetries}));
  task.tries = last.tries;
  ++task.tries.attempts;
  EXPECT_EQ(text_of(step(task, cut, RunPhase::running)), "failed: truncated");
}

struct DeathRow {
  const char* what;
  Tries before;
  Blame blame;
  RunPhase phase;
  const char* step;
  Tries after;
};

class NextStepAfterDeath : public ::testing::TestWithParam<DeathRow> {};

TEST_P(NextStepAfterDeath, ByBlameAndPhase) {
  const DeathRow& row = GetParam();
  const NextStep after = next_step_after_death(task_with(row.before), row.blame, row.phase);
  EXPECT_EQ(text_of(after), row.step);
  EXPECT_EQ(after.tries, row.after);
}

constexpr Tries kOnce{.attempts = 1};
constexpr Tries kBack{.attempts = 0};
constexpr Tries kBackAlone{.attempts = 0, .alone = true};

INSTANTIATE_TEST_SUITE_P(
    All, NextStepAfterDeath,
    ::testing::Values(
        DeathRow{"not_started", kOnce, Blame::none, RunPhase::running, "try again", kBack},
        DeathRow{"one_of_several", kOnce, Blame::shared, RunPhase::running, "try again",
                 kBackAlone},
        DeathRow{"by_itself",
                 kOnce,
                 Blame::sole,
                 RunPhase::running,
                 "try again",
                 {.attempts = 0, .alone = true, .sole_deaths = 1}},
        DeathRow{"alone_and_not_started",
                 {.attempts = 1, .alone = true, .sole_deaths = 1},
                 Blame::none,
                 RunPhase::running,
                 "try again",
                 {.attempts = 0, .alone = true, .sole_deaths = 1}},
        DeathRow{"by_itself_the_second_time",
                 {.attempts = 1, .alone = true, .sole_deaths = 1},
                 Blame::sole,
                 RunPhase::running,
                 "try again",
                 {.attempts = 0, .alone = true, .sole_deaths = 2}},
        DeathRow{"by_itself_the_third_time",
                 {.attempts = 1, .alone = true, .sole_deaths = 2},
                 Blame::sole,
                 RunPhase::running,
                 "failed: crashed_worker",
                 {.attempts = 1, .alone = true, .sole_deaths = 3}},
        DeathRow{"stopped_by_the_sandbox",
                 kOnce,
                 Blame::stopped,
                 RunPhase::running,
                 "try again",
                 {.attempts = 0, .alone = true, .sole_deaths = 1}},
        DeathRow{"stopped_by_the_sandbox_the_third_time",
                 {.attempts = 1, .alone = true, .sole_deaths = 2},
                 Blame::stopped,
                 RunPhase::running,
                 "failed: refused",
                 {.attempts = 1, .alone = true, .sole_deaths = 3}},
        DeathRow{"after_a_redirect",
                 {.attempts = 2, .hops = 3},
                 Blame::shared,
                 RunPhase::running,
                 "try again",
                 {.attempts = 1, .hops = 3, .alone = true}},
        DeathRow{"not_started_cut_off", kOnce, Blame::none, RunPhase::cut_off, "abandon", kOnce},
        DeathRow{"one_of_several_cut_off", kOnce, Blame::shared, RunPhase::cut_off, "abandon",
                 kOnce},
        DeathRow{"by_itself_cut_off",
                 {.attempts = 1, .sole_deaths = 2},
                 Blame::sole,
                 RunPhase::cut_off,
                 "abandon",
                 {.attempts = 1, .sole_deaths = 2}}),
    [](const auto& row) { return row.param.what; });

}  // namespace
}  // namespace fanfetch
