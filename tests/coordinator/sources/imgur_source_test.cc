#include "coordinator/sources/imgur_source.h"

#include <gtest/gtest.h>

#include <deque>
#include <limits>
#include <string>
#include <vector>

namespace fanfetch {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr char kId[] = "c1ient0id";
constexpr int kAll = std::numeric_limits<int>::max();

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

Page page(std::string body, int status = 200) {
  return {.http_status = status, .content_type = "application/json", .body = std::move(body)};
}

Page listing(std::string_view items) {
  return page(fmt::format(R"({{"data":[{}],"success":true,"status":200}})", items));
}

std::string image(std::string_view name) {
  return fmt::format(R"({{"id":"{0}","link":"http://i/{0}.jpg"}})", name);
}

/// An album that says it has `count` images, and shows those named.
std::string album(std::string_view id, int count, std::vector<std::string_view> images) {
  std::string shown;
  for (const auto name : images) shown += (shown.empty() ? "" : ",") + image(name);
  return fmt::format(
      R"({{"id":"{0}","is_album":true,"link":"https://imgur.com/a/{0}","images_count":{1},)"
      R"("images":[{2}]}})",
      id, count, shown);
}

/// `page` with what Imgur says of its limits.
Page with_credits(Page page, int user, std::string_view reset, int client = 12'000) {
  page.headers = {{"x-ratelimit-userlimit", "500"},
                  {"x-ratelimit-userremaining", std::to_string(user)},
                  {"x-ratelimit-userreset", std::string(reset)},
                  {"x-ratelimit-clientlimit", "12500"},
                  {"x-ratelimit-clientremaining", std::to_string(client)}};
  return page;
}

/// Imgur in memory: answers in turn and remembers what it was asked, in a time of its own.
class ImgurSourceTest : public ::testing::Test {
 protected:
  ImgurSourceTest() { access_.max_wait = std::chrono::minutes(10); }

  void open(ImgurListing listing = {}) {
    access_.fetch_page = [this](const PageRequest& request) -> Result<Page> {
      requests_.push_back(request);
      if (answers_.empty()) return fail("no more answers");
      auto answer = std::move(answers_.front());
      answers_.pop_front();
      return answer;
    };
    access_.api_base = "http://api";
    access_.client_id = kId;
    access_.notice = [this](std::string text) { notices_.push_back(std::move(text)); };
    access_.now = [this] { return now_; };
    access_.wait = [this](milliseconds time) {
      if (time.count() > 0) waits_.push_back(time);
      now_ += time;
      return !stopping_ && (!stops_at_ || now_ < *stops_at_);
    };
    auto source = open_imgur(std::move(listing), access_);
    ASSERT_TRUE(source.has_value()) << source.error().message;
    source_ = std::move(*source);
  }

  /// Reads to the end: the error that ended it, or "".
  std::string drain() {
    for (;;) {
      auto item = source_->next();
      if (!item) return item.error().message;
      if (!*item) return "";
      items_.push_back(std::move(**item));
    }
  }
  /// The links that came, with blanks between them; those that are not to be fetched in brackets.
  [[nodiscard]] std::string links() const {
    std::string text;
    for (const ListedItem& item : items_) {
      const std::string url = item.url.value_or("none");
      text += (text.empty() ? "" : " ") + (item.problem.empty() ? url : "[" + url + "]");
    }
    return text;
  }
  /// What was asked for, below the API's base.
  [[nodiscard]] std::vector<std::string> asked() const {
    std::vector<std::string> paths;
    for (const auto& request : requests_) paths.push_back(request.url.substr(10));
    return paths;
  }
  [[nodiscard]] milliseconds waited() const {
    milliseconds sum{0};
    for (const milliseconds time : waits_) sum += time;
    return sum;
  }
  template <class... Answer>
  void answer(Answer... answers) {
    (answers_.push_back(std::move(answers)), ...);
  }

  ImgurAccess access_;
  std::deque<Result<Page>> answers_;
  std::vector<PageRequest> requests_;
  std::vector<std::string> notices_;
  std::vector<milliseconds> waits_;
  WallTime now_{seconds(1'700'000'000)};
  bool stopping_ = false;
  std::optional<WallTime> stops_at_;
  std::unique_ptr<Source> source_;
  std::vector<ListedItem> items_;
};

using Paths = std::vector<std::string>;

// --- Pages ---

TEST_F(ImgurSourceTest, AsksWithTheIdInAHeader) {
  answer(listing(image("a")));
  open();
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(links(), "http://i/a.jpg");
  EXPECT_EQ(items_[0].id, "a");
  EXPECT_EQ(asked(), Paths{"/3/gallery/hot/viral/0"});
  EXPECT_EQ(requests_[0].headers, std::vector<std::string>{"Authorization: Client-ID c1ient0id"});
  EXPECT_FALSE(requests_[0].retry_refusals);
}

TEST_F(ImgurSourceTest, AsksForAPageOnlyWhenTheOneBeforeIsUsedUp) {
  answer(listing(image("1") + "," + image("2")), listing(image("3")), listing(""));
  access_.pages = kAll;
  open();
  EXPECT_TRUE(requests_.empty());
  (void)source_->next();
  (void)source_->next();
  EXPECT_EQ(requests_.size(), 1u);
  EXPECT_EQ(drain(), "");  // an empty page ends the listing
  EXPECT_EQ(items_.size(), 1u);
  EXPECT_EQ(asked(),
            (Paths{"/3/gallery/hot/viral/0", "/3/gallery/hot/viral/1", "/3/gallery/hot/viral/2"}));
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(requests_.size(), 3u);
  EXPECT_TRUE(notices_.empty());
}

TEST_F(ImgurSourceTest, ReadsNoMorePagesThanAskedFor) {
  answer(listing(image("1")), listing(image("2")), listing(image("3")));
  access_.pages = 2;
  open();
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(links(), "http://i/1.jpg http://i/2.jpg");
  EXPECT_EQ(requests_.size(), 2u);
}

TEST_F(ImgurSourceTest, EndsWhenAPageComesAgain) {
  answer(listing(image("1")), listing(image("2")), listing(image("2")));
  access_.pages = kAll;
  open();
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(links(), "http://i/1.jpg http://i/2.jpg");
  EXPECT_EQ(notices_,
            std::vector<std::string>{"Imgur: page 2 is page 1 again, so the listing ends there"});
}

TEST_F(ImgurSourceTest, ReadsAListingOfOneAnswerOnce) {
  answer(listing(image("1") + "," + image("2")));
  access_.pages = kAll;
  open({.endpoint = "/3/album/abcde/images"});
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(items_.size(), 2u);
  EXPECT_EQ(asked(), Paths{"/3/album/abcde/images"});
}

TEST_F(ImgurSourceTest, FinishesWhatCameBeforeALaterPageFailed) {
  answer(listing(image("1")), page("oops", 404));
  access_.pages = 2;
  open();
  EXPECT_TRUE(holds(drain(), "viral/1 (status 404)"));
  EXPECT_EQ(items_.size(), 1u);
}

TEST_F(ImgurSourceTest, PassesOnWhyNoAnswerCame) {
  answer(fail("cannot get it: refused"));
  open();
  EXPECT_EQ(drain(), "cannot get it: refused");
}

// --- Albums ---

TEST_F(ImgurSourceTest, SkipsAlbumsThatAreNotToBeOpened) {
  answer(listing(album("abcde", 2, {"1", "2"}) + "," + image("3")));
  open();
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(links(), "[https://imgur.com/a/abcde] http://i/3.jpg");
  EXPECT_EQ(items_[0].problem_class, ErrorClass::filtered);
  EXPECT_TRUE(holds(items_[0].problem, "--albums"));
  EXPECT_EQ(requests_.size(), 1u);
}

TEST_F(ImgurSourceTest, OpensAlbumsAndAsksForTheRestOfOneThatWasCut) {
  answer(
      listing(album("whole", 2, {"1", "2"}) + "," + album("cutcut", 3, {"3"}) + "," + image("6")),
      listing(image("3") + "," + image("4") + "," + image("5")));
  access_.albums = true;
  open();
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(links(),
            "http://i/1.jpg http://i/2.jpg http://i/3.jpg http://i/4.jpg http://i/5.jpg "
            "http://i/6.jpg");
  EXPECT_EQ(items_[3].id, "4");
  EXPECT_EQ(asked(), (Paths{"/3/gallery/hot/viral/0", "/3/album/cutcut/images"}));
}

TEST_F(ImgurSourceTest, GoesOnBehindAnAlbumThatCannotBeHad) {
  answer(listing(album("cutcut", 3, {"1"}) + "," + album("../../x", 1, {}) + "," + image("2")),
         page(R"({"data":{"error":"private"},"success":false,"status":403})", 403));
  access_.albums = true;
  open();
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(links(),
            "http://i/1.jpg [https://imgur.com/a/cutcut] [https://imgur.com/a/../../x] "
            "http://i/2.jpg");
  EXPECT_TRUE(items_[1].problem.starts_with("2 images of this album cannot be had: "));
  EXPECT_EQ(items_[1].problem_class, ErrorClass::http_4xx);
  EXPECT_TRUE(holds(items_[2].problem, "its id is none"));
  EXPECT_EQ(requests_.size(), 2u) << "an id that is none goes into no URL";
}

TEST_F(ImgurSourceTest, CountsAnAlbumWithoutImages) {
  answer(listing(album("empty", 0, {}) + "," + album("gone1", 2, {})), listing(""));
  access_.albums = true;
  open();
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(links(), "[https://imgur.com/a/empty] [https://imgur.com/a/gone1]");
  EXPECT_EQ(items_[1].problem, "the album has no images");
}

TEST_F(ImgurSourceTest, OpensAPostWhateverItIs) {
  const ImgurListing post{.endpoint = "/3/gallery/abcde", .items = ImgurListing::Items::post};
  answer(page(R"({"data":)" + album("abcde", 2, {"1"}) + "}"),
         listing(image("1") + "," + image("2")));
  open(post);
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(links(), "http://i/1.jpg http://i/2.jpg");
  EXPECT_EQ(asked(), (Paths{"/3/gallery/abcde", "/3/album/abcde/images"}));

  items_.clear();
  answer(page(R"({"data":)" + image("3") + "}"));
  open(post);
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(links(), "http://i/3.jpg");
}

// --- Pauses ---

TEST_F(ImgurSourceTest, WaitsOutEachKindOfThrottling) {
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

TEST_F(ImgurSourceTest, GivesUpWhenTheWaitsAddUpToTooMuch) {
  for (int i = 0; i < 100; ++i) answer(page("", 429));
  open();
  EXPECT_TRUE(holds(drain(), "(status 429): try again later"));
  EXPECT_LE(waited(), access_.max_wait);
  EXPECT_GT(waited(), access_.max_wait - seconds(61));
  EXPECT_EQ(*std::max_element(waits_.begin(), waits_.end()), seconds(60));
}

TEST_F(ImgurSourceTest, NeverGivesUpWithoutALimit) {
  for (int i = 0; i < 100; ++i) answer(page("", 429));
  answer(listing(image("1")));
  access_.max_wait = milliseconds(0);
  open();
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(waits_.size(), 100u);
}

TEST_F(ImgurSourceTest, HonoursRetryAfter) {
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

TEST_F(ImgurSourceTest, TriesAServerErrorThreeTimes) {
  for (int i = 0; i < 4; ++i) answer(page(R"({"data":{"error":"Bad thing"}})", 500));
  open();
  EXPECT_TRUE(holds(drain(), "(status 500: Bad thing): try again later"));
  EXPECT_EQ(requests_.size(), 3u);
}

TEST_F(ImgurSourceTest, RepeatsNoRefusal) {
  answer(page(R"({"data":{"error":"Invalid client_id"},"success":false,"status":403})", 403));
  open();
  EXPECT_TRUE(holds(drain(), "check IMGUR_CLIENT_ID"));
  EXPECT_EQ(requests_.size(), 1u);
  EXPECT_TRUE(waits_.empty());
}

TEST_F(ImgurSourceTest, AThrottledAlbumEndsTheListing) {
  answer(listing(album("cutcut", 3, {"1"}) + "," + image("2")));
  for (int i = 0; i < 100; ++i) answer(page("", 429));
  access_.albums = true;
  open();
  EXPECT_TRUE(holds(drain(), "try again later"));
}

// --- Credits ---

TEST_F(ImgurSourceTest, TellsWhatIsLeftAtTheEnd) {
  answer(with_credits(listing(image("1")), 481, "700"), with_credits(listing(""), 480, "690"));
  access_.pages = kAll;
  open();
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(notices_, std::vector<std::string>{
                          "Imgur: 480 of 500 credits left, renewed in 12 min; 12000 of 12500 of "
                          "this client ID's credits left today"});
}

TEST_F(ImgurSourceTest, WaitsForCreditsThatAreRenewedSoon) {
  answer(with_credits(listing(image("1")), 10, "300"), with_credits(listing(""), 499, "3600"));
  access_.pages = kAll;
  open();
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(waits_, std::vector<milliseconds>{seconds(300)});
  EXPECT_EQ(notices_[0], "Imgur: only 10 of 500 credits left: asking again in 5 min");
}

TEST_F(ImgurSourceTest, StopsBeforeTheCreditsAreUsedUp) {
  answer(with_credits(listing(image("1")), 10, "2820"), listing(image("2")));
  access_.pages = kAll;
  open();
  EXPECT_EQ(drain(), "Imgur: only 10 of 500 credits left: try again in 47 min");
  EXPECT_EQ(links(), "http://i/1.jpg");
  EXPECT_EQ(requests_.size(), 1u);
}

TEST_F(ImgurSourceTest, StopsBeforeTheIdIsBlocked) {
  answer(with_credits(listing(image("1")), 400, "60", 9), listing(image("2")));
  access_.pages = kAll;
  access_.max_wait = milliseconds(0);
  open();
  EXPECT_TRUE(
      holds(drain(), "9 of 12500 credits of this client ID left today: try again tomorrow"));
  EXPECT_EQ(requests_.size(), 1u);
}

TEST_F(ImgurSourceTest, NeedsNoCreditsForTheLastPage) {
  answer(with_credits(listing(image("1")), 0, "3600"));
  open();
  EXPECT_EQ(drain(), "");
}

TEST_F(ImgurSourceTest, WaitsForCreditsWhenItIsThrottledWithoutAny) {
  answer(with_credits(page("", 429), 0, "42"), with_credits(listing(image("1")), 499, "3600"));
  open();
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(waits_, std::vector<milliseconds>{seconds(42)});
}

TEST_F(ImgurSourceTest, GivesUpOnCreditsThatAreNeverRenewed) {
  for (int i = 0; i < 1000; ++i) answer(with_credits(page("", 429), 0, "1"));
  open();
  EXPECT_TRUE(holds(drain(), "only 0 of 500 credits left: try again in 1 s"));
  EXPECT_LE(waited(), access_.max_wait);
}

// --- The end of the run ---

TEST_F(ImgurSourceTest, EndsQuietlyWhenTheRunStops) {
  stopping_ = true;
  open();
  EXPECT_EQ(drain(), "");
  EXPECT_TRUE(requests_.empty());
}

TEST_F(ImgurSourceTest, EndsQuietlyWhenTheRunStopsWhileItAsks) {
  open();
  access_.fetch_page = [this](const PageRequest&) -> Result<Page> {
    stopping_ = true;
    return fail("stopped");
  };
  source_ = open_imgur({}, access_).value();
  EXPECT_EQ(drain(), "");
}

TEST_F(ImgurSourceTest, EndsQuietlyWhenTheRunStopsInAPause) {
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
