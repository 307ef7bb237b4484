#include "coordinator/sources/imgur/imgur_page.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/coordinator/sources/holds.h"
#include "tests/coordinator/sources/imgur/imgur_answers.h"

namespace fanfetch {
namespace {

using Items = ImgurListing::Items;
using Kind = ImgurFailure::Kind;

std::vector<ImgurItem> items_of_answer(std::string_view data, Items items = Items::data) {
  auto read =
      read_imgur_page(page(fmt::format(R"({{"data":{},"success":true,"status":200}})", data)),
                      items, "http://api/x", kId);
  EXPECT_TRUE(read.has_value()) << read.error().message();
  return read ? std::move(*read) : std::vector<ImgurItem>();
}

ImgurFailure failure_of(const Page& answer, Items items = Items::data) {
  const auto read = read_imgur_page(answer, items, "http://api/x", kId);
  EXPECT_FALSE(read.has_value());
  return read ? ImgurFailure() : read.error();
}

/// What is said of an answer without items.
std::string error_of(const Page& answer, Items items = Items::data) {
  const std::string message = failure_of(answer, items).message();
  EXPECT_EQ(message.find(kId), std::string::npos) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  EXPECT_NE(message.find("http://api/x"), std::string::npos) << message;
  return message;
}

TEST(ReadImgurPage, YieldsImagesAndAlbums) {
  const auto items = items_of_answer(
      R"([{"id":"abcde","title":null,"nsfw":null,"link":"https:\/\/i.imgur.com\/abcde.jpg",
           "is_album":false},
          {"id":"albumid","is_album":true,"link":"https://imgur.com/a/albumid","cover":"image01",
           "images_count":7,"images":[{"id":"image01","link":"http://i.imgur.com/image01.png"},{}]},
          {"id":"another","is_album":true,"link":"https://imgur.com/a/another"}])");
  ASSERT_EQ(items.size(), 3u);
  EXPECT_EQ(items[0].entry.url, "https://i.imgur.com/abcde.jpg");
  EXPECT_EQ(items[0].entry.id, "abcde");
  EXPECT_FALSE(items[0].is_album);
  EXPECT_TRUE(items[1].is_album);
  EXPECT_EQ(items[1].entry.url, "https://imgur.com/a/albumid");
  EXPECT_EQ(items[1].images_count, 7u);
  ASSERT_EQ(items[1].images.size(), 2u);
  EXPECT_EQ(items[1].images[0].url, "https://i.imgur.com/image01.png");
  EXPECT_EQ(items[1].images[0].id, "image01");
  EXPECT_EQ(items[1].images[1].problem, "the item has no link");
  EXPECT_TRUE(items[2].is_album);
  EXPECT_EQ(items[2].images_count, 0u);
}

TEST(ReadImgurPage, TakesVideosWhereTheLinkIsNoFile) {
  const auto items = items_of_answer(
      R"([{"id":"abcdefg","type":"image/gif","animated":true,"size":25000000,"mp4_size":0,
           "link":"http://i.imgur.com/abcdefgh.gif","mp4":"https://i.imgur.com/abcdefg.mp4"},
          {"id":"hijklmn","animated":true,"link":"https://i.imgur.com/hijklmn.gifv"},
          {"id":"opqrstu","animated":true,"link":"https://i.imgur.com/opqrstu.gif",
           "mp4":"https://i.imgur.com/opqrstu.mp4"}])");
  ASSERT_EQ(items.size(), 3u);
  EXPECT_EQ(items[0].entry.url, "https://i.imgur.com/abcdefg.mp4");
  EXPECT_EQ(items[1].entry.url, "https://i.imgur.com/hijklmn.mp4");
  EXPECT_EQ(items[2].entry.url, "https://i.imgur.com/opqrstu.gif");
}

TEST(ReadImgurPage, FindsItemsWhereTheListingHasThem) {
  EXPECT_EQ(
      items_of_answer(R"({"name":"cats","items":[{"link":"http://i/1"}]})", Items::inner).size(),
      1u);
  EXPECT_TRUE(items_of_answer("[]", Items::inner).empty());
  const auto image = items_of_answer(R"({"id":"abcde","link":"http://i/1.jpg"})", Items::post);
  ASSERT_EQ(image.size(), 1u);
  EXPECT_EQ(image[0].entry.url, "http://i/1.jpg");
  const auto album =
      items_of_answer(R"({"id":"abcde","images":[{"link":"http://i/1.jpg"}]})", Items::post);
  ASSERT_EQ(album.size(), 1u);
  EXPECT_TRUE(album[0].is_album);
  EXPECT_EQ(album[0].images_count, 1u);
  EXPECT_TRUE(holds(error_of(page(R"({"data":{}})"), Items::inner), "no array 'data.items'"));
  EXPECT_TRUE(holds(error_of(page(R"({"data":[]})"), Items::post), "no object 'data'"));
  EXPECT_TRUE(holds(error_of(page(R"({"data":{}})"), Items::post), "no object 'data'"));
}

TEST(ReadImgurPage, SurvivesItemsOfAnyShape) {
  const auto items =
      items_of_answer(R"([{"id":"a"}, {"link":null}, {"link":7,"id":8}, 5, null, [], "x",
                                  {"is_album":true,"images":7,"images_count":-1,"id":[]},
                                  {"is_album":"yes","images":{},"animated":"no","mp4":7,
                                   "link":"http://i/ok.jpg"}])");
  ASSERT_EQ(items.size(), 9u);
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_FALSE(items[i].entry.url.has_value());
    EXPECT_EQ(items[i].entry.problem, "the item has no link");
  }
  EXPECT_EQ(items[0].entry.id, "a");
  EXPECT_EQ(items[7].images_count, 0u);
  EXPECT_FALSE(items[8].is_album);
  EXPECT_EQ(items[8].entry.url, "http://i/ok.jpg");
}

TEST(ReadImgurPage, CutsAnAbsurdLink) {
  const auto items = items_of_answer(R"([{"link":"http://i/)" + std::string(100'000, 'x') + "\"}]");
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].entry.problem, "the item's link is over 64 KiB long");
  EXPECT_EQ(items[0].entry.url->size(), 200u);
}

TEST(ReadImgurPage, TellsWhatMayPassFromWhatStays) {
  const auto kind = [](std::string_view body, int status) {
    return failure_of(page(std::string(body), status)).kind;
  };
  EXPECT_EQ(kind("", 429), Kind::throttled);
  EXPECT_EQ(kind("<html>", 503), Kind::throttled);
  EXPECT_EQ(kind(R"({"data":{"error":"Imgur is over capacity"}})", 403), Kind::throttled);
  EXPECT_EQ(kind(R"({"data":{"error":{"message":"Over Capacity!"}}})", 403), Kind::throttled);
  EXPECT_EQ(kind(R"({"errors":[{"code":"429","detail":"x"}]})", 200), Kind::throttled);
  EXPECT_EQ(kind(R"({"data":{"error":"oops"}})", 500), Kind::broken);
  EXPECT_EQ(kind("", 502), Kind::broken);
  EXPECT_EQ(kind(R"({"data":{"error":"no"}})", 403), Kind::final);
  EXPECT_EQ(kind("", 404), Kind::final);
  EXPECT_EQ(kind("", 200), Kind::final);
  EXPECT_EQ(failure_of(page("", 404)).error, ErrorClass::http_4xx);
  EXPECT_EQ(failure_of(page("", 429)).error, ErrorClass::rate_limited);
  EXPECT_EQ(failure_of(page("", 500)).error, ErrorClass::http_5xx);
}

TEST(ReadImgurPage, TellsEachKindOfErrorBody) {
  EXPECT_EQ(error_of(page(R"({"data":{"error":"Invalid client_id","request":"/3"},"success":false,
                              "status":403})",
                          403)),
            "Imgur refused the client ID at http://api/x "
            "(status 403: Invalid client_id): check IMGUR_CLIENT_ID");
  EXPECT_TRUE(holds(error_of(page(R"({"data":{"error":{"code":1,"message":"Bad thing","type":"x",
                                      "exception":[]}},"success":false,"status":500})",
                                  500)),
                    "(status 500: Bad thing): try again later"));
  EXPECT_TRUE(holds(error_of(page(R"({"errors":[{"id":"x","code":"429","status":"Too Many Requests",
                                      "detail":"Slow down"}]})",
                                  429)),
                    "throttling at http://api/x (status 429: Slow down)"));
  EXPECT_TRUE(holds(error_of(page("<html>\n<body>over capacity", 503, "text/html")),
                    "cannot answer http://api/x now (status 503)"));
}

TEST(ReadImgurPage, TellsThrottlingFromARefusedId) {
  const auto body = [](std::string_view text) {
    return fmt::format(R"({{"data":{{"error":"{}"}},"success":false}})", text);
  };
  EXPECT_TRUE(holds(error_of(page(body("Imgur is over Capacity!"), 403)), "try again later"));
  EXPECT_TRUE(holds(error_of(page(body("nope"), 403)), "check IMGUR_CLIENT_ID"));
  EXPECT_TRUE(holds(error_of(page("", 401)), "check IMGUR_CLIENT_ID"));
  EXPECT_TRUE(holds(error_of(page(body("Malformed Client ID"), 400)), "check IMGUR_CLIENT_ID"));
  EXPECT_TRUE(holds(error_of(page(body("gone"), 404)), "check the name, and --api-base"));
}

TEST(ReadImgurPage, BelievesTheStatusInsideA200) {
  EXPECT_TRUE(holds(error_of(page(R"({"data":{"error":"x"},"success":false,"status":403})")),
                    "status 403: x): check IMGUR_CLIENT_ID"));
  EXPECT_TRUE(holds(error_of(page(R"({"errors":[{"code":"429","detail":"x"}]})")), "throttling"));
  EXPECT_TRUE(holds(error_of(page(R"({"data":[],"success":false,"status":200})")), "status 200"));
  EXPECT_TRUE(holds(error_of(page(R"({"errors":[]})")), "reports a failure"));
}

TEST(ReadImgurPage, SaysThatAPageIsNotJson) {
  const std::string message = error_of(page("<html>log in\n", 200, "text/html;\x1b[31m"));
  EXPECT_TRUE(holds(message, "is not JSON")) << message;
  EXPECT_TRUE(holds(message, "'text/html;?[31m'")) << message;
  EXPECT_TRUE(holds(error_of(page("")), "is not JSON"));
  EXPECT_TRUE(holds(error_of(page(R"({"data":[{"link":"http)")), "is not JSON"));
  EXPECT_TRUE(holds(error_of(page("{\"data\":[\"\xff\"]}")), "is not JSON"));  // not UTF-8
}

TEST(ReadImgurPage, NeverShowsTheIdThatATypeEchoes) {
  const auto read = read_imgur_page(page("<html>", 200, "text/hush"), ImgurListing::Items::data,
                                    "http://api/", "hush");
  ASSERT_FALSE(read);
  EXPECT_TRUE(holds(read.error().message(), "'text/***'")) << read.error().message();
}

TEST(ReadImgurPage, SaysThatDataIsNotAnArray) {
  for (const char* body :
       {R"({"data":{},"success":true})", R"({"data":null})", "{}", "[]", "7", "\"text\"", "null"}) {
    EXPECT_TRUE(holds(error_of(page(body)), "no array 'data'")) << body;
  }
}

TEST(ReadImgurPage, SurvivesErrorBodiesOfAnyShape) {
  for (const char* body :
       {"[]", "null", R"({"data":[]})", R"({"data":{"error":[]}})", R"({"data":{"error":{}}})",
        R"({"errors":{}})", R"({"errors":[]})", R"({"errors":[7]})", R"({"errors":[{"detail":7}]})",
        R"({"status":"x","success":"no"})"}) {
    EXPECT_TRUE(holds(error_of(page(body, 500)), "(status 500)")) << body;
  }
}

TEST(ReadImgurPage, SurvivesDeepNesting) {
  const std::size_t depth = 2'000'000;
  EXPECT_TRUE(holds(error_of(page(std::string(depth, '['))), "is not JSON"));
  EXPECT_TRUE(holds(error_of(page("{\"data\":" + std::string(depth, '[') + std::string(depth, ']') +
                                  ",\"success\":false}")),
                    "reports a failure"));
}

TEST(ReadImgurPage, TakesNoPageOfCommas) {
  EXPECT_TRUE(holds(error_of(page("{\"data\":[" + std::string(5'000'000, ',') + "]}")),
                    "over 4 million values"));
}

TEST(ReadImgurPage, CleansWhatTheServerSaysAndHidesTheId) {
  const std::string message = error_of(page(
      R"({"data":{"error":"bad\nid c1ient0id \u001b[31m\u202e)" + std::string(5'000, 'x') + "\"}}",
      403));
  EXPECT_TRUE(holds(message, "bad id *** ?[31m")) << message;
  EXPECT_LT(message.size(), 400u);
}

TEST(ImgurPage, KeepsTheFieldsOfEachItem) {
  const auto read = read_imgur_page(
      page(R"({"data":[{"id":"a","title":"Red \"x\"","link":"http://i/a.jpg","ups":12,"nsfw":null,)"
           R"("tags":[{"name":"cats"}]},{"id":"b","is_album":true,"title":"Two","images_count":1,)"
           R"("link":"https://imgur.com/a/b","images":[{"id":"c","title":null,)"
           R"("link":"http://i/c.jpg"}]},{"id":"d"}],"success":true})"),
      Items::data, "http://api/x", kId, {.keep = true, .named = {"title", "ups"}});
  ASSERT_TRUE(read.has_value()) << read.error().message();
  ASSERT_EQ(read->size(), 3u);
  const ListedItem &image = (*read)[0].entry, &album = (*read)[1].entry;
  EXPECT_EQ(*image.columns, R"({"id":"a","title":"Red \"x\"","link":"http://i/a.jpg","ups":12,)"
                            R"("nsfw":null,"tags":[{"name":"cats"}]})");
  EXPECT_EQ(image.named, (std::vector<std::string>{"Red \"x\"", "12"}));
  EXPECT_EQ(*album.columns, R"({"id":"b","is_album":true,"title":"Two","images_count":1,)"
                            R"("link":"https://imgur.com/a/b"})")
      << "without its images";
  EXPECT_EQ(*(*read)[1].images.at(0).columns, R"({"id":"c","title":null,"link":"http://i/c.jpg"})");
  EXPECT_EQ((*read)[1].images[0].named, (std::vector<std::string>{"", ""}));
  EXPECT_EQ(*(*read)[2].entry.columns, R"({"id":"d"})");
}

TEST(ImgurPage, SaysWhichItemCannotBeKept) {
  std::string deep = "1";
  for (int i = 0; i < 1000; ++i) deep = "[" + deep + "]";
  const auto read = read_imgur_page(
      page(R"({"data":[{"id":"a","link":"http://i/a.jpg","x":)" + deep + R"(}],"success":true})"),
      Items::data, "http://api/x", kId, {.keep = true, .named = {}});
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ((*read)[0].entry.problem,
            "--keep-columns cannot keep the item: it is nested deeper than 64 levels");
}

}  // namespace
}  // namespace fanfetch
