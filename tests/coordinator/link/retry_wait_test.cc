#include "coordinator/link/retry_wait.h"

#include <gtest/gtest.h>

#include <string>

namespace fanfetch {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

const WallTime kNow = *parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT");

TEST(ParseRetryAfter, ReadsSecondsAndDates) {
  EXPECT_EQ(parse_retry_after("120", kNow), seconds(120));
  EXPECT_EQ(parse_retry_after("0", kNow), seconds(0));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:40 GMT", kNow), seconds(3));
  EXPECT_EQ(parse_retry_after("Sunday, 06-Nov-94 08:49:40 GMT", kNow), seconds(3));
  EXPECT_EQ(parse_retry_after("Sun Nov  6 08:49:40 1994", kNow), seconds(3));
  EXPECT_EQ(parse_retry_after("Sat, 05 Nov 1994 08:49:37 GMT", kNow), seconds(0));
}

TEST(ParseRetryAfter, KnowsWhatIsNeither) {
  for (const char* text : {"", "soon", "-5", "-99999999999999999999", "1.5", "12 apples"}) {
    EXPECT_FALSE(parse_retry_after(text, kNow)) << text;
  }
}

TEST(ParseRetryAfter, KeepsWhatIsAbsurdWithinAYear) {
  EXPECT_EQ(parse_retry_after("99999999999", kNow), hours(365 * 24));
  EXPECT_EQ(parse_retry_after("99999999999999999999999", kNow), hours(365 * 24));
  EXPECT_GT(parse_retry_after("Fri, 31 Dec 9999 23:59:59 GMT", kNow), hours(100 * 365 * 24));
}

TEST(ExponentialBackoff, DoublesUpToTheLongest) {
  const auto backoff = [](int tries) {
    return exponential_backoff(tries, milliseconds(500), seconds(60));
  };
  EXPECT_EQ(backoff(1), milliseconds(500));
  EXPECT_EQ(backoff(2), seconds(1));
  EXPECT_EQ(backoff(7), seconds(32));
  EXPECT_EQ(backoff(8), seconds(60));
  EXPECT_EQ(backoff(1'000'000'000), seconds(60)) << "no overflow";
  EXPECT_EQ(exponential_backoff(1, seconds(9), seconds(5)), seconds(5));
  EXPECT_EQ(exponential_backoff(1'000'000, seconds(1), Duration::max()), Duration::max());
}

}  // namespace
}  // namespace fanfetch
