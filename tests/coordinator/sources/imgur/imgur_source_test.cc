#include "tests/coordinator/sources/imgur/imgur_fixture.h"

namespace fanfetch {
namespace {

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
  access_.pages = kAllPages;
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
  access_.pages = kAllPages;
  open();
  EXPECT_EQ(drain(), "");
  EXPECT_EQ(links(), "http://i/1.jpg http://i/2.jpg");
  EXPECT_EQ(notices_,
            std::vector<std::string>{"Imgur: page 2 is page 1 again, so the listing ends there"});
}

TEST_F(ImgurSourceTest, ReadsAListingOfOneAnswerOnce) {
  answer(listing(image("1") + "," + image("2")));
  access_.pages = kAllPages;
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
  EXPECT_TRUE(holds(items_[2].problem, "its id is not valid"));
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

}  // namespace
}  // namespace fanfetch
