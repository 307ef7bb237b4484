#include "coordinator/dispatch/next_step.h"

#include <fmt/format.h>

#include <utility>

#include "common/human_text.h"
#include "coordinator/schedule/retry_policy.h"

namespace fanfetch {
namespace {

NextStep after_redirect(const Tries& tries, Redirected redirected, RunPhase phase) {
  if (phase == RunPhase::cut_off) return {Abandon{}, tries};
  Failed failed{.error = ErrorClass::redirects, .response = std::move(redirected.response)};
  if (tries.hops >= kMaxRedirects) {
    failed.message = fmt::format("more than {} redirects", kMaxRedirects);
    return {Settle{std::move(failed)}, tries};
  }
  auto url = parse_url(failed.response.location);
  if (!url) {
    failed.message = "redirects to a URL that cannot be asked for: " + url.error().message;
    return {Settle{std::move(failed)}, tries};
  }
  NextStep step{Follow{std::move(*url)}, tries};
  ++step.tries.hops;
  return step;
}

NextStep after_failure(Tries tries, Failed failed, const RetryRules& rules, RunPhase phase,
                       WallTime now, std::mt19937_64& dice) {
  if (failed.unproved) tries.unproved = failed.unproved;
  if (failed.secured >= kFreeRetryBytes && tries.attempts > 1 &&
      tries.free_retries < kMaxFreeRetries) {
    --tries.attempts;
    ++tries.free_retries;
  }
  const RetryPolicy policy(rules.retries, rules.max_wait);
  const auto delay = policy.delay(failed, tries.attempts, now, dice);
  if (!delay) {
    const bool waits_too_long = failed.retry == Retry::yes && tries.attempts <= rules.retries;
    if (waits_too_long) {
      failed.error = ErrorClass::rate_limited;
      failed.message +=
          fmt::format("; it asks for a longer wait than --max-wait {}", human_time(rules.max_wait));
    }
    return {Settle{std::move(failed)}, tries};
  }
  if (phase == RunPhase::cut_off) return {Abandon{}, tries};
  return {TryAgain{*delay, std::move(failed)}, tries};
}

/// Where its host is another node's now, its next turn shows that.
NextStep after_giving_up(Tries tries, Response response, RunPhase phase) {
  if (phase == RunPhase::cut_off) return {Abandon{}, tries};
  if (++tries.free_retries > kMaxFreeRetries) {
    return {
        Settle{Failed{.error = ErrorClass::crashed_worker,
                      .message = fmt::format("its workers gave it up {} times", kMaxFreeRetries),
                      .response = std::move(response)}},
        tries};
  }
  if (tries.attempts > 0) --tries.attempts;
  return {TryAgain{}, tries};
}

}  // namespace

NextStep next_step(const Task& task, Outcome outcome, const RetryRules& rules, RunPhase phase,
                   WallTime now, std::mt19937_64& dice) {
  if (auto* redirected = std::get_if<Redirected>(&outcome)) {
    return after_redirect(task.tries, std::move(*redirected), phase);
  }
  if (auto* failed = std::get_if<Failed>(&outcome)) {
    return after_failure(task.tries, std::move(*failed), rules, phase, now, dice);
  }
  if (auto* given_up = std::get_if<GivenUp>(&outcome)) {
    return after_giving_up(task.tries, std::move(given_up->response), phase);
  }
  if (auto* kept = std::get_if<Kept>(&outcome); kept != nullptr && !task.link.earlier) {
    Failed failed{.message = "the server says 304 though nothing was known of it",
                  .response = std::move(kept->response)};
    return after_failure(task.tries, std::move(failed), rules, phase, now, dice);
  }
  return {Settle{std::move(outcome)}, task.tries};
}

NextStep next_step_after_death(const Task& task, Blame blame, RunPhase phase) {
  Tries tries = task.tries;
  if (phase == RunPhase::cut_off) return {Abandon{}, tries};
  const bool alone = blame == Blame::sole || blame == Blame::stopped;
  if (alone && ++tries.sole_deaths >= kMaxSoleDeaths) {
    if (blame == Blame::stopped) {
      return {Settle{Failed{
                  .error = ErrorClass::refused,
                  .message = fmt::format("by policy: the sandbox stopped its worker, {} times in a "
                                         "row while it fetched nothing else",
                                         kMaxSoleDeaths)}},
              tries};
    }
    return {Settle{Failed{.error = ErrorClass::crashed_worker,
                          .message = fmt::format("its worker died {} times in a row while it "
                                                 "fetched nothing else",
                                                 kMaxSoleDeaths)}},
            tries};
  }
  tries.alone = tries.alone || blame != Blame::none;
  if (tries.attempts > 0) --tries.attempts;
  return {TryAgain{}, tries};
}

}  // namespace fanfetch
