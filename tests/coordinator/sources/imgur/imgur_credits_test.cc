#include "coordinator/sources/imgur/imgur_credits.h"

#include <gtest/gtest.h>

#include <string>

namespace fanfetch {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const WallTime kNow{seconds(1'700'000'000)};

using Headers = std::vector<std::pair<std::string, std::string>>;

ImgurCredits credits(Headers headers) {
  ImgurCredits credits;
  credits.note({.http_status = 200, .content_type = "", .body = "", .headers = std::move(headers)},
               kNow);
  return credits;
}

ImgurCredits user(std::string limit, std::string remaining, std::string reset) {
  return credits({{"x-ratelimit-userlimit", std::move(limit)},
                  {"x-ratelimit-userremaining", std::move(remaining)},
                  {"x-ratelimit-userreset", std::move(reset)}});
}

TEST(ImgurCredits, KnowsNothingWithoutHeaders) {
  EXPECT_EQ(ImgurCredits().describe(kNow), "");
  EXPECT_FALSE(ImgurCredits().shortage(kNow));
  EXPECT_EQ(user("500", "", "60").describe(kNow), "");
  EXPECT_EQ(user("x", "-1", "60").describe(kNow), "");
  EXPECT_EQ(user("x", "7x", "60").describe(kNow), "");
  EXPECT_EQ(user("x", "99999999999999999999999", "60").describe(kNow), "");
}

TEST(ImgurCredits, ReadsAResetInSecondsAndAsATimeOfDay) {
  EXPECT_EQ(user("500", "480", "720").describe(kNow), "480 of 500 credits left, renewed in 12 min");
  EXPECT_EQ(user("500", "480", "1700000720").describe(kNow),
            "480 of 500 credits left, renewed in 12 min");
  EXPECT_EQ(user("500", "480", "1699999999").describe(kNow), "480 of 500 credits left");
  EXPECT_EQ(user("500", "480", "soon").describe(kNow), "480 of 500 credits left");
  EXPECT_EQ(user("", "480", "18446744073709551615").describe(kNow),
            "480 credits left, renewed in 744 h");
}

TEST(ImgurCredits, KeepsWhatALaterAnswerDoesNotSay) {
  ImgurCredits known = user("500", "480", "720");
  known.note({.http_status = 503, .content_type = "", .body = ""}, kNow);
  known.note(
      {.http_status = 200,
       .content_type = "",
       .body = "",
       .headers = {{"x-ratelimit-userremaining", "479"}, {"x-ratelimit-clientremaining", "12000"}}},
      kNow);
  EXPECT_EQ(known.describe(kNow + seconds(60)),
            "479 of 500 credits left, renewed in 11 min; 12000 of this client ID's credits left "
            "today");
}

TEST(ImgurCredits, LeavesAReserve) {
  EXPECT_FALSE(user("500", "11", "60").shortage(kNow));
  EXPECT_TRUE(user("500", "10", "60").shortage(kNow));
  EXPECT_TRUE(user("", "10", "60").shortage(kNow));
  EXPECT_FALSE(user("40", "3", "60").shortage(kNow)) << "of few credits, fewer";
  EXPECT_TRUE(user("40", "2", "60").shortage(kNow));
  EXPECT_TRUE(user("5", "0", "60").shortage(kNow));
  EXPECT_FALSE(user("5", "1", "60").shortage(kNow));
}

TEST(ImgurCredits, SaysHowLongAShortageLasts) {
  const auto soon = user("500", "3", "90").shortage(kNow);
  ASSERT_TRUE(soon);
  EXPECT_EQ(soon->what, "3 of 500 credits left");
  EXPECT_EQ(soon->renewed_in, milliseconds(90'000));
  EXPECT_EQ(soon->advice, "try again in 90 s");
  EXPECT_EQ(user("500", "3", "1699999999").shortage(kNow)->renewed_in, milliseconds(1000));
  EXPECT_FALSE(user("500", "3", "").shortage(kNow)->renewed_in);
  EXPECT_EQ(user("500", "3", "").shortage(kNow)->advice, "try again in an hour");
}

TEST(ImgurCredits, NeverWaitsForTheApplicationsCredits) {
  const auto shortage = credits({{"x-ratelimit-clientlimit", "12500"},
                                 {"x-ratelimit-clientremaining", "10"},
                                 {"x-ratelimit-userremaining", "3"},
                                 {"x-ratelimit-userreset", "1"}})
                            .shortage(kNow);
  ASSERT_TRUE(shortage);
  EXPECT_FALSE(shortage->renewed_in);
  EXPECT_TRUE(shortage->advice.starts_with("try again tomorrow"));
}

TEST(ImgurCredits, ForgetsTheUsersWhenTheyAreRenewed) {
  ImgurCredits known = user("500", "3", "90");
  known.renew();
  EXPECT_FALSE(known.shortage(kNow));
  EXPECT_EQ(known.describe(kNow), "");
}

TEST(RoughTime, RoundsUp) {
  EXPECT_EQ(rough_time(milliseconds(0)), "1 s");
  EXPECT_EQ(rough_time(milliseconds(1001)), "2 s");
  EXPECT_EQ(rough_time(seconds(99)), "99 s");
  EXPECT_EQ(rough_time(seconds(100)), "2 min");
  EXPECT_EQ(rough_time(seconds(5940)), "99 min");
  EXPECT_EQ(rough_time(seconds(6000)), "2 h");
}

}  // namespace
}  // namespace fanfetch
