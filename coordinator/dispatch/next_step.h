#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <variant>

#include "common/clock.h"
#include "common/outcome.h"
#include "common/url.h"
#include "coordinator/dispatch/task.h"
#include "coordinator/pool/blame.h"

namespace fanfetch {

/// What the user set for retries.
struct RetryRules {
  int retries = 0;      ///< Of a link, after the first try.
  Duration max_wait{};  ///< The longest Retry-After that is waited for; 0: any.
};

/// Whether the run still begins new requests.
enum class RunPhase : std::uint8_t {
  running,
  cut_off,  ///< It is being ended early: what would need another request is left to the next run.
};

/// The link is done with: this is how it ended. Never Redirected or GivenUp.
struct Settle {
  Outcome outcome;
};
/// A redirect: the same link asks for another URL, in its host's turn.
struct Follow {
  Url url;
};
/// Another attempt, from the link's own URL.
struct TryAgain {
  Duration delay{};              ///< At least.
  std::optional<Failed> failed;  ///< Why; nullopt: its worker died.
};
/// The run ends before the link's next request: it stays without a record.
struct Abandon {};

/// What follows an attempt, and the task's tries from then on.
struct NextStep {
  std::variant<Settle, Follow, TryAgain, Abandon> action;
  Tries tries;
};

inline constexpr int kMaxRedirects = 10;
/// Deaths of a worker that ran nothing but this link, until the link is blamed for good.
inline constexpr int kMaxSoleDeaths = 3;
/// An attempt that adds this much to a part costs no attempt: a server that keeps cutting a big
/// file still gets it through in the end.
inline constexpr std::uint64_t kFreeRetryBytes = 1 << 20;
/// So often at most, enough for 10 GiB in the smallest such steps: a broken worker may say that
/// each attempt has added something, or was to be given up.
inline constexpr int kMaxFreeRetries = 10'000;

/// What follows when a job of `task` ended with `outcome`. Failed::retry says whether another try
/// is worth it (worker/transport/failures.cc decides that), RetryPolicy whether and when there is
/// one; `now` is the time of day, for a Retry-After that is a date. Pure.
///
///     outcome             | running                                  | cut off
///     --------------------+------------------------------------------+---------------------
///     saved, skipped      | settle                                   | settle
///     kept                | settle; without an earlier file: failed   | the same
///     redirected          | follow; settle as failed after           | abandon
///                         | kMaxRedirects or where the URL is bad    |
///     given up            | try again, kMaxFreeRetries times; then   | abandon
///                         | settle as crashed_worker                 |
///     failed for good, or | settle                                   | settle
///     no retries left     |                                          |
///     failed, retries left| try again                                | abandon
///     failed, but must    | settle as rate_limited                   | settle
///     wait > max_wait     |                                          |
[[nodiscard]] NextStep next_step(const Task& task, Outcome outcome, const RetryRules& rules,
                                 RunPhase phase, WallTime now, std::mt19937_64& dice);

/// What follows when the worker of `task` died. A death costs no attempt. Pure.
///
///     blame          | running                                     | cut off
///     ---------------+---------------------------------------------+--------
///     none           | try again                                   | abandon
///     shared         | try again, alone in its worker              | abandon
///     sole           | the same; settle as crashed_worker the      | abandon
///                    | kMaxSoleDeaths-th time                      |
///     stopped        | the same; settle as refused                 | abandon
[[nodiscard]] NextStep next_step_after_death(const Task& task, Blame blame, RunPhase phase);

}  // namespace fanfetch
