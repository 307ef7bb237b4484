#include "tests/coordinator/sources/imgur/imgur_fixture.h"

namespace fanfetch {
namespace {

class ImgurPausesTest : public ImgurSourceTest {};

using std::chrono::milliseconds;
using std::chrono::seconds;

// --- Pauses ---

TEST_F(ImgurPausesTest, WaitsOutEachKindOfThrottling) {
  Page unavailable = page("<html>503", 503);
  unavailable.headers = {{"retry-after", "0"}};
  answer(page(R"({"data":{"error":"Imgur is over capacity!"},"success":false,"status":403})", 403),
         page(R"({"data":{"error":{"code":1,"message":"over capacity","type":"x","exception":{}}},
                  "success":false,"status":403})",
              403),
         page(R"({"errors":[{"id":"1","code":"429","status":"x","detail":"slow"}]})", 429),
         unavailable, listing(image("1")));
  open();
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(links(), "http://i/1.jpg");
  EXPECT_EQ(waits_, (std::vector<milliseconds>{seconds(1), seconds(2), seconds(4), seconds(8)}));
  ASSERT_EQ(notices_.size(), 4u);
  EXPECT_EQ(notices_[0],
            "Imgur is over capacity or throttling at http://api/3/gallery/hot/viral/0 (status 403: "
            "Imgur is over capacity!): asking again in 1 s");
}

TEST_F(ImgurPausesTest, GivesUpWhenTheWaitsAddUpToTooMuch) {
  for (int i = 0; i < 100; ++i) answer(page("", 429));
  open();
  EXPECT_TRUE(holds(drain(), "(status 429): try again later"));
  EXPECT_LE(waited(), access_.max_wait);
  EXPECT_GT(waited(), access_.max_wait - seconds(61));
  EXPECT_EQ(*std::max_element(waits_.begin(), waits_.end()), seconds(60));
}

TEST_F(ImgurPausesTest, NeverGivesUpWithoutALimit) {
  for (int i = 0; i < 100; ++i) answer(page("", 429));
  answer(listing(image("1")));
  access_.max_wait = milliseconds(0);
  open();
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(waits_.size(), 100u);
}

TEST_F(ImgurPausesTest, TakesAnAbsurdRetryAfterForALongOne) {
  Page never = page("", 429);
  never.headers = {{"retry-after", "99999999999999999999"}};
  answer(never);
  open();
  EXPECT_TRUE(holds(drain(), "(status 429): try again in "));
  EXPECT_TRUE(waits_.empty());
}

TEST_F(ImgurPausesTest, HonoursRetryAfter) {
  Page soon = page("", 429);
  soon.headers = {{"retry-after", "90"}};
  Page at_a_date = page("", 429);
  at_a_date.headers = {{"retry-after", "Tue, 14 Nov 2023 22:20:00 GMT"}};  // 400 s after the start
  Page late = page("", 429);
  late.headers = {{"retry-after", "86400"}};
  answer(soon, at_a_date, late);
  open();
  EXPECT_TRUE(holds(drain(), "(status 429): try again in 24 h"));
  EXPECT_EQ(waits_, (std::vector<milliseconds>{seconds(90), seconds(310)}));
}

TEST_F(ImgurPausesTest, TriesAServerErrorThreeTimes) {
  for (int i = 0; i < 4; ++i) answer(page(R"({"data":{"error":"Bad thing"}})", 500));
  open();
  EXPECT_TRUE(holds(drain(), "(status 500: Bad thing): try again later"));
  EXPECT_EQ(requests_.size(), 3u);
}

TEST_F(ImgurPausesTest, RepeatsNoRefusal) {
  answer(page(R"({"data":{"error":"Invalid client_id"},"success":false,"status":403})", 403));
  open();
  EXPECT_TRUE(holds(drain(), "check IMGUR_CLIENT_ID"));
  EXPECT_EQ(requests_.size(), 1u);
  EXPECT_TRUE(waits_.empty());
}

TEST_F(ImgurPausesTest, AThrottledAlbumEndsTheListing) {
  answer(listing(album("cutcut", 3, {"1"}) + "," + image("2")));
  for (int i = 0; i < 100; ++i) answer(page("", 429));
  access_.albums = true;
  open();
  EXPECT_TRUE(holds(drain(), "try again later"));
}

// --- Credits ---

TEST_F(ImgurPausesTest, TellsWhatIsLeftAtTheEnd) {
  answer(with_credits(listing(image("1")), 481, "700"), with_credits(listing(""), 480, "690"));
  access_.pages = kAllPages;
  open();
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(notices_, std::vector<std::string>{
                          "Imgur: 480 of 500 credits left, renewed in 12 min; 12000 of 12500 of "
                          "this client ID's credits left today"});
}

TEST_F(ImgurPausesTest, WaitsForCreditsThatAreRenewedSoon) {
  answer(with_credits(listing(image("1")), 10, "300"), listing(image("2")), listing(""));
  access_.pages = kAllPages;
  open();
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(waits_, std::vector<milliseconds>{seconds(300)}) << "once";
  EXPECT_EQ(notices_[0], "Imgur: only 10 of 500 credits left: asking again in 5 min");
}

TEST_F(ImgurPausesTest, StopsBeforeTheCreditsAreUsedUp) {
  answer(with_credits(listing(image("1")), 10, "2820"), listing(image("2")));
  access_.pages = kAllPages;
  open();
  EXPECT_EQ(drain(), "Imgur: only 10 of 500 credits left: try again in 47 min");
  EXPECT_EQ(links(), "http://i/1.jpg");
  EXPECT_EQ(requests_.size(), 1u);
}

TEST_F(ImgurPausesTest, StopsBeforeTheIdIsBlocked) {
  answer(with_credits(listing(image("1")), 400, "60", 9), listing(image("2")));
  access_.pages = kAllPages;
  access_.max_wait = milliseconds(0);
  open();
  EXPECT_TRUE(
      holds(drain(), "9 of 12500 credits of this client ID left today: try again tomorrow"));
  EXPECT_EQ(requests_.size(), 1u);
}

TEST_F(ImgurPausesTest, NeedsNoCreditsForTheLastPage) {
  answer(with_credits(listing(image("1")), 0, "3600"));
  open();
  EXPECT_EQ(drain(), "");
}

TEST_F(ImgurPausesTest, WaitsForCreditsWhenItIsThrottledWithoutAny) {
  answer(with_credits(page("", 429), 0, "42"), with_credits(listing(image("1")), 499, "3600"));
  open();
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(waits_, std::vector<milliseconds>{seconds(42)});
}

TEST_F(ImgurPausesTest, GivesUpOnCreditsThatAreNeverRenewed) {
  for (int i = 0; i < 1000; ++i) answer(with_credits(page("", 429), 0, "1"));
  open();
  EXPECT_TRUE(holds(drain(), "only 0 of 500 credits left: try again in 1 s"));
  EXPECT_LE(waited(), access_.max_wait);
}

// --- The end of the run ---

TEST_F(ImgurPausesTest, EndsQuietlyWhenTheRunStops) {
  stopping_ = true;
  open();
  EXPECT_EQ(drain(), "");
  EXPECT_TRUE(requests_.empty());
}

TEST_F(ImgurPausesTest, EndsQuietlyWhenTheRunStopsWhileItAsks) {
  open();
  access_.fetch_page = [this](const PageRequest&) -> Result<Page> {
    stopping_ = true;
    return fail("stopped");
  };
  source_ = open_imgur({}, access_).value();
  EXPECT_EQ(drain(), "");
}

TEST_F(ImgurPausesTest, EndsQuietlyWhenTheRunStopsInAPause) {
  answer(page("", 429), page("", 429), listing(image("1")));
  stops_at_ = now_ + seconds(2);
  open();
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(requests_.size(), 2u);
}

TEST(OpenImgur, RefusesAnIdThatIsNone) {
  for (const char* id : {"", "abc def", "abc\r\nX-Evil: 1", "\xc3\xa9"}) {
    ImgurAccess access;
    access.client_id = id;
    const auto source = open_imgur({}, access);
    ASSERT_FALSE(source.has_value());
    EXPECT_TRUE(holds(source.error().message, "IMGUR_CLIENT_ID"));
    EXPECT_FALSE(holds(source.error().message, "Evil"));
  }
}

}  // namespace
}  // namespace fanfetch
