#include "coordinator/sources/imgur/imgur_listing.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/coordinator/sources/holds.h"

namespace fanfetch {
namespace {

using Items = ImgurListing::Items;

void expect_listing(const Result<ImgurListing>& listing, std::string_view word,
                    std::string_view endpoint, Items items = Items::data) {
  ASSERT_TRUE(listing.has_value()) << word << ": " << listing.error().message;
  EXPECT_EQ(listing->endpoint, endpoint) << word;
  EXPECT_EQ(listing->items, items) << word;
}

void expect_source(std::string_view word, std::string_view endpoint, Items items = Items::data) {
  expect_listing(parse_imgur_source(word), word, endpoint, items);
}

void expect_page(std::string_view address, std::string_view endpoint, Items items = Items::data) {
  const auto url = parse_url(address);
  ASSERT_TRUE(url.has_value()) << address;
  const auto page = parse_imgur_page(*url);
  ASSERT_TRUE(page.has_value()) << address << ": " << page.error().message;
  ASSERT_TRUE(page->has_value()) << address;
  expect_listing(**page, address, endpoint, items);
}

/// The complaint about `word`; empty if there is none.
std::string refusal_of_listing(std::string_view word) {
  const auto listing = parse_imgur_source(word);
  return listing ? "" : listing.error().message;
}

TEST(ImgurListing, IsTheFrontPageByDefault) {
  const ImgurListing front;
  EXPECT_TRUE(front.is_paged());
  EXPECT_EQ(front.page_endpoint(12), "/3/gallery/hot/viral/12");
  const ImgurListing album{.endpoint = "/3/album/abcde/images"};
  EXPECT_FALSE(album.is_paged());
  EXPECT_EQ(album.page_endpoint(0), "/3/album/abcde/images");
}

TEST(ParseImgurSource, ReadsTheGallery) {
  expect_source("imgur:hot", "/3/gallery/hot/viral/{page}");
  expect_source("imgur:hot/time", "/3/gallery/hot/time/{page}");
  expect_source("imgur:hot/top/", "/3/gallery/hot/top/{page}");
  expect_source("imgur:top", "/3/gallery/top/viral/day/{page}");
  expect_source("imgur:top/time/week", "/3/gallery/top/time/week/{page}");
  expect_source("imgur:top/month", "/3/gallery/top/viral/month/{page}");
  expect_source("imgur:top/top/all", "/3/gallery/top/top/all/{page}");
  expect_source("imgur:user", "/3/gallery/user/viral/{page}");
  expect_source("imgur:user/rising", "/3/gallery/user/rising/{page}");
}

TEST(ParseImgurSource, ReadsSubredditsAndTags) {
  expect_source("imgur:r/pics", "/3/gallery/r/pics/time/{page}");
  expect_source("imgur:r/Some_Sub1/time", "/3/gallery/r/Some_Sub1/time/{page}");
  expect_source("imgur:r/pics/top", "/3/gallery/r/pics/top/week/{page}");
  expect_source("imgur:r/pics/top/year", "/3/gallery/r/pics/top/year/{page}");
  expect_source("imgur:r/pics/day", "/3/gallery/r/pics/top/day/{page}");
  expect_source("imgur:t/cats", "/3/gallery/t/cats/viral/{page}", Items::inner);
  expect_source("imgur:t/cats/time", "/3/gallery/t/cats/time/{page}", Items::inner);
  expect_source("imgur:t/cats/top/all", "/3/gallery/t/cats/top/all/{page}", Items::inner);
  expect_source("imgur:t/a b&é", "/3/gallery/t/a%20b%26%C3%A9/viral/{page}", Items::inner);
  expect_source("imgur:t/a%20b%2Fc", "/3/gallery/t/a%20b%2Fc/viral/{page}", Items::inner);
  expect_source("imgur:t/{page}", "/3/gallery/t/%7Bpage%7D/viral/{page}", Items::inner);
}

TEST(ParseImgurSource, ReadsSearchesAndAlbums) {
  expect_source("imgur:search?q=cat", "/3/gallery/search/time/all/{page}?q=cat");
  expect_source("imgur:search/?q=red cat", "/3/gallery/search/time/all/{page}?q=red%20cat");
  expect_source("imgur:search?q=red+cat%21", "/3/gallery/search/time/all/{page}?q=red%20cat%21");
  expect_source("imgur:search?q=a&b#c/d?", "/3/gallery/search/time/all/{page}?q=a%26b%23c%2Fd%3F");
  expect_source("imgur:search?q={page}", "/3/gallery/search/time/all/{page}?q=%7Bpage%7D");
  expect_source("imgur:search/top/week?q=x", "/3/gallery/search/top/week/{page}?q=x");
  expect_source("imgur:search/month?q=x", "/3/gallery/search/top/month/{page}?q=x");
  expect_source("imgur:search/viral?q=x", "/3/gallery/search/viral/all/{page}?q=x");
  expect_source("imgur:a/abcde", "/3/album/abcde/images");
  expect_source("imgur:a/A1b2C3d/", "/3/album/A1b2C3d/images");
}

TEST(ParseImgurSource, RefusesWrongWordsAndNamesTheRightOnes) {
  for (const char* word : {"imgur:",
                           "imgur:/",
                           "imgur:best",
                           "imgur:hot/rising",
                           "imgur:hot/viral/day",
                           "imgur:user/top/day",
                           "imgur:top/week/time",
                           "imgur:top/time/decade",
                           "imgur:r",
                           "imgur:r/",
                           "imgur:r/a-b",
                           "imgur:r/pics/viral",
                           "imgur:r/pics/time/week",
                           "imgur:t",
                           "imgur:t/",
                           "imgur:t//x",
                           "imgur:t/cats/time/week",
                           "imgur:a",
                           "imgur:a/",
                           "imgur:a/ab",
                           "imgur:a/ab.de",
                           "imgur:a/abcde/x",
                           "imgur:search",
                           "imgur:search?q=",
                           "imgur:search?q=+",
                           "imgur:search?x=y",
                           "imgur:search/time/day?q=x",
                           "imgur:r/pics?q=x",
                           "imgur:user/somebody"}) {
    EXPECT_TRUE(holds(refusal_of_listing(word), "imgur:r/NAME, imgur:t/TAG, imgur:a/ID")) << word;
    EXPECT_TRUE(holds(refusal_of_listing(word), fmt::format("write ./{0} or -i {0}", word)))
        << word;
  }
  EXPECT_TRUE(holds(refusal_of_listing("imgur:hot/viral/day"), "'day' goes with imgur:top only"));
  for (const char* dots : {"imgur:t/..", "imgur:t/.", "imgur:t/%2e%2e"}) {
    EXPECT_TRUE(holds(refusal_of_listing(dots), "behind t/ goes a tag")) << dots;
  }
  EXPECT_TRUE(
      holds(refusal_of_listing("imgur:r/pics/viral"), "the sorts are time, top, the windows day,"));
  EXPECT_TRUE(
      holds(refusal_of_listing("imgur:t/x/time/day"), "'day' goes with the sort 'top' only"));
}

TEST(ParseImgurPage, ReadsListings) {
  expect_page("https://imgur.com", "/3/gallery/hot/viral/{page}");
  expect_page("https://imgur.com/gallery/", "/3/gallery/hot/viral/{page}");
  expect_page("https://imgur.com/hot/time?x=y", "/3/gallery/hot/time/{page}");
  expect_page("https://imgur.com/gallery/top/week", "/3/gallery/top/viral/week/{page}");
  expect_page("https://imgur.com/gallery/user/rising", "/3/gallery/user/rising/{page}");
  expect_page("https://imgur.com/r/pics", "/3/gallery/r/pics/time/{page}");
  expect_page("https://imgur.com/r/pics/new", "/3/gallery/r/pics/time/{page}");
  expect_page("https://imgur.com/r/pics/top/month/", "/3/gallery/r/pics/top/month/{page}");
  expect_page("https://imgur.com/t/red%20cats", "/3/gallery/t/red%20cats/viral/{page}",
              Items::inner);
  expect_page("https://imgur.com/t/cats/viral", "/3/gallery/t/cats/viral/{page}", Items::inner);
  expect_page("https://imgur.com/search?q=red+cats",
              "/3/gallery/search/time/all/{page}?q=red%20cats");
  expect_page("https://imgur.com/search/score/all?qs=list&q=c%2B%2B#top",
              "/3/gallery/search/top/all/{page}?q=c%2B%2B");
}

TEST(ParseImgurPage, ReadsPostsAlbumsAndImages) {
  expect_page("https://imgur.com/a/abcde", "/3/album/abcde/images");
  expect_page("https://imgur.com/a/my-cats-in-2024-A1b2C3d/?x#1", "/3/album/A1b2C3d/images");
  expect_page("https://imgur.com/a/A1b2C3d/layout/grid", "/3/album/A1b2C3d/images");
  expect_page("https://imgur.com/gallery/A1b2C3d", "/3/gallery/A1b2C3d", Items::post);
  expect_page("https://imgur.com/gallery/a-title-A1b2C3d/", "/3/gallery/A1b2C3d", Items::post);
  expect_page("https://imgur.com/t/cats/A1b2C3d", "/3/gallery/A1b2C3d", Items::post);
  expect_page("https://imgur.com/t/cats/title-A1b2C3d", "/3/gallery/A1b2C3d", Items::post);
  expect_page("https://imgur.com/r/pics/A1b2C3d", "/3/gallery/r/pics/A1b2C3d", Items::post);
  expect_page("https://imgur.com/A1b2C3d", "/3/image/A1b2C3d", Items::post);
  expect_page("https://imgur.com/abcde/?1", "/3/image/abcde", Items::post);
  expect_page("https://imgur.com/A1b2C3d.gifv", "/3/image/A1b2C3d", Items::post);
}

TEST(ParseImgurPage, KnowsEachOfItsHosts) {
  for (const char* host : {"http://imgur.com", "https://www.imgur.com", "https://m.imgur.com:443",
                           "https://imgur.io", "https://WWW.Imgur.io", "https://m.imgur.io"}) {
    expect_page(std::string(host) + "/a/abcde", "/3/album/abcde/images");
  }
}

TEST(ParseImgurPage, LeavesLinksToFilesAlone) {
  for (const char* link : {"https://i.imgur.com/abcde.jpg", "https://i.imgur.com/abcde",
                           "https://i.imgur.io/abcde.png", "https://imgur.com/abcde.jpg",
                           "https://imgur.com/abcdefgh.png?1", "https://example.org/a/abcde",
                           "https://notimgur.com/a/abcde", "https://api.imgur.com/3/album/abcde"}) {
    const auto page = parse_imgur_page(parse_url(link).value());
    ASSERT_TRUE(page.has_value()) << link;
    EXPECT_FALSE(page->has_value()) << link;
  }
}

TEST(ParseImgurPage, RefusesOtherPagesAndNamesTheRightForms) {
  for (const char* address :
       {"https://imgur.com/user/somebody", "https://imgur.com/upload", "https://imgur.com/a/",
        "https://imgur.com/gallery/x", "https://imgur.com/search", "https://imgur.com/t/",
        "https://imgur.com/r/pics/best", "https://imgur.com/topic/Funny/abcdefg",
        "https://imgur.com/abcdef"}) {
    const auto page = parse_imgur_page(parse_url(address).value());
    ASSERT_FALSE(page.has_value()) << address;
    EXPECT_TRUE(holds(page.error().message, "imgur:a/ID")) << address;
    EXPECT_TRUE(holds(page.error().message, address)) << page.error().message;
  }
}

}  // namespace
}  // namespace fanfetch
