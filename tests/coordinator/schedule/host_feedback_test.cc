#include "coordinator/schedule/host_feedback.h"

#include <gtest/gtest.h>

#include "tests/coordinator/schedule/moments.h"

namespace fanfetch {
namespace {

using Kind = HostFeedback::Kind;
using std::chrono::seconds;

Failed failed(ErrorClass error, int status = 0, std::string retry_after = "") {
  return {.error = error,
          .retry = Retry::yes,
          .message = "why",
          .response = {.http_status = status, .retry_after = std::move(retry_after)}};
}

Kind kind(const Outcome& outcome) { return host_feedback(outcome, kNow).kind; }

TEST(HostFeedback, WhatLivesIsHealthy) {
  EXPECT_EQ(kind(Saved{.bytes = 7}), Kind::healthy);
  EXPECT_EQ(host_feedback(Saved{.bytes = 7}, kNow).bytes, 7u);
  EXPECT_EQ(kind(Kept{}), Kind::healthy);
  EXPECT_EQ(kind(Redirected{}), Kind::healthy);
  for (const int status : {401, 404, 410, 451}) {
    EXPECT_EQ(kind(failed(ErrorClass::http_4xx, status)), Kind::healthy) << status;
  }
  EXPECT_EQ(kind(failed(ErrorClass::http_5xx, 501)), Kind::healthy);
  EXPECT_EQ(kind(failed(ErrorClass::too_large, 200)), Kind::healthy);
  EXPECT_EQ(kind(failed(ErrorClass::protocol, 206)), Kind::healthy);
  EXPECT_EQ(kind(failed(ErrorClass::wrong_type, 200)), Kind::healthy);
  EXPECT_EQ(kind(failed(ErrorClass::placeholder, 200)), Kind::healthy);
  EXPECT_EQ(kind(Skipped{.response = {.http_status = 200}}), Kind::healthy);
}

TEST(HostFeedback, WhatWasGivenUpSaysNothing) {
  EXPECT_EQ(kind(GivenUp{.response = {.http_status = 200}}), Kind::none);
}

TEST(HostFeedback, WhatHasTooMuchSaysSo) {
  EXPECT_EQ(kind(failed(ErrorClass::rate_limited, 429)), Kind::throttled);
  EXPECT_EQ(kind(failed(ErrorClass::http_5xx, 503)), Kind::unavailable);
  EXPECT_EQ(kind(failed(ErrorClass::http_4xx, 403)), Kind::forbidden);
  for (const int status : {500, 502, 504}) {
    EXPECT_EQ(kind(failed(ErrorClass::http_5xx, status)), Kind::strained) << status;
  }
  EXPECT_EQ(kind(failed(ErrorClass::truncated, 200)), Kind::strained);
  EXPECT_EQ(kind(failed(ErrorClass::timeout, 200)), Kind::strained);
  Failed closes_badly = failed(ErrorClass::truncated, 200);
  closes_badly.unproved = Sha256Digest{};
  EXPECT_EQ(kind(closes_badly), Kind::healthy) << "as it always does";
}

TEST(HostFeedback, WhoAsksToWaitIsThrottled) {
  for (const int status : {403, 429, 503}) {
    const HostFeedback answer = host_feedback(failed(ErrorClass::http_5xx, status, "30"), kNow);
    EXPECT_EQ(answer.kind, Kind::throttled) << status;
    EXPECT_EQ(answer.retry_after, seconds(30)) << status;
    EXPECT_EQ(answer.failure->message, "why");
  }
  const auto by_date = failed(ErrorClass::rate_limited, 429, "Sun, 06 Nov 1994 08:50:07 GMT");
  EXPECT_EQ(host_feedback(by_date, kNow).retry_after, seconds(30));
  EXPECT_FALSE(host_feedback(failed(ErrorClass::rate_limited, 429, "soon"), kNow).retry_after);
  EXPECT_EQ(kind(failed(ErrorClass::http_4xx, 404, "30")), Kind::healthy);
}

TEST(HostFeedback, WhereNobodyAnswersItFailed) {
  for (const ErrorClass error : {ErrorClass::dns, ErrorClass::connect, ErrorClass::tls,
                                 ErrorClass::timeout, ErrorClass::protocol}) {
    EXPECT_EQ(kind(failed(error)), Kind::failed) << name(error);
    EXPECT_TRUE(host_feedback(failed(error), kNow).failure);
  }
}

TEST(HostFeedback, OurOwnTroubleSaysNothingOfTheHost) {
  for (const ErrorClass error :
       {ErrorClass::refused, ErrorClass::disk, ErrorClass::bad_url, ErrorClass::crashed_worker}) {
    EXPECT_EQ(kind(failed(error)), Kind::none) << name(error);
  }
  EXPECT_EQ(kind(failed(ErrorClass::placeholder)), Kind::none) << "nobody asked for it";
  EXPECT_EQ(kind(Skipped{}), Kind::none);
}

}  // namespace
}  // namespace fanfetch
