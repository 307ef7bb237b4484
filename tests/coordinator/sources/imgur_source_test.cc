#include "coordinator/sources/imgur_source.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "common/unique_fd.h"

namespace fanfetch {
namespace {

constexpr char kId[] = "c1ient0id";

/// Imgur in memory: answers in turn, and remembers what it was asked.
struct FakeImgur {
  std::vector<Result<Page>> answers;
  std::vector<PageRequest> requests;

  std::unique_ptr<Source> open(int pages, int stop_fd = -1) {
    auto source =
        open_imgur_gallery({.fetch_page = [this](const PageRequest& request) -> Result<Page> {
                              requests.push_back(request);
                              if (requests.size() > answers.size()) return fail("no more");
                              return answers[requests.size() - 1];
                            },
                            .api_base = "http://api",
                            .client_id = kId,
                            .pages = pages,
                            .stop_fd = stop_fd});
    EXPECT_TRUE(source.has_value());
    return std::move(*source);
  }
};

Page page(std::string body, int status = 200, std::string type = "application/json") {
  return {.http_status = status, .content_type = std::move(type), .body = std::move(body)};
}

std::string listing(std::string_view items) {
  return fmt::format(R"({{"data":[{}],"success":true,"status":200}})", items);
}

/// Reads `source` to its end. The error that ended it, or "".
std::string drain(Source& source, std::vector<ListedItem>& items) {
  for (;;) {
    auto item = source.next();
    if (!item) return item.error().message;
    if (!*item) return "";
    items.push_back(std::move(**item));
  }
}

/// What comes of a single page with this answer; the message of the error.
std::string error_of(Page answer) {
  FakeImgur imgur{.answers = {std::move(answer)}, .requests = {}};
  const auto source = imgur.open(1);
  std::vector<ListedItem> items;
  const std::string message = drain(*source, items);
  EXPECT_TRUE(items.empty());
  EXPECT_EQ(message.find(kId), std::string::npos) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  EXPECT_NE(message.find("http://api/3/gallery/hot/viral/0"), std::string::npos) << message;
  return message;
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(ImgurSource, YieldsLinksAndIdsOfAllKindsOfItems) {
  FakeImgur imgur{.answers = {page(listing(
                      R"({"id":"abcde","title":null,"link":"https:\/\/i.imgur.com\/abcde.jpg"},
                         {"id":"al","is_album":true,"link":"https://imgur.com/a/al","images":[]})"))},
                  .requests = {}};
  const auto source = imgur.open(1);
  std::vector<ListedItem> items;
  EXPECT_EQ(drain(*source, items), "");
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].url, "https://i.imgur.com/abcde.jpg");
  EXPECT_EQ(items[0].id, "abcde");
  EXPECT_EQ(items[1].url, "https://imgur.com/a/al");
  ASSERT_EQ(imgur.requests.size(), 1u);
  EXPECT_EQ(imgur.requests[0].url, "http://api/3/gallery/hot/viral/0");
  EXPECT_EQ(imgur.requests[0].headers,
            std::vector<std::string>{"Authorization: Client-ID c1ient0id"});
}

TEST(ImgurSource, CountsItemsWithoutALink) {
  FakeImgur imgur{.answers = {page(listing(
                      R"({"id":"a"}, {"link":null}, {"link":7,"id":8}, 5, null, [], "x",
                         {"link":"http://i/ok.jpg"})"))},
                  .requests = {}};
  const auto source = imgur.open(1);
  std::vector<ListedItem> items;
  EXPECT_EQ(drain(*source, items), "");
  ASSERT_EQ(items.size(), 8u);
  for (std::size_t i = 0; i < 7; ++i) {
    EXPECT_FALSE(items[i].url.has_value());
    EXPECT_EQ(items[i].problem, "the item has no link");
  }
  EXPECT_EQ(items[0].id, "a");
  EXPECT_EQ(items[7].url, "http://i/ok.jpg");
}

TEST(ImgurSource, CutsAnAbsurdLink) {
  FakeImgur imgur{
      .answers = {page(listing(R"({"link":"http://i/)" + std::string(100'000, 'x') + "\"}"))},
      .requests = {}};
  const auto source = imgur.open(1);
  std::vector<ListedItem> items;
  EXPECT_EQ(drain(*source, items), "");
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].problem, "the item's link is over 64 KiB long");
  EXPECT_EQ(items[0].url->size(), 200u);
}

TEST(ImgurSource, AsksForAPageOnlyWhenTheOneBeforeIsUsedUp) {
  FakeImgur imgur{.answers = {page(listing(R"({"link":"http://i/1"},{"link":"http://i/2"})")),
                              page(listing(R"({"link":"http://i/3"})")), page(listing(""))},
                  .requests = {}};
  const auto source = imgur.open(100);
  EXPECT_TRUE(imgur.requests.empty());
  (void)source->next();
  (void)source->next();
  EXPECT_EQ(imgur.requests.size(), 1u);
  std::vector<ListedItem> items;
  EXPECT_EQ(drain(*source, items), "");  // an empty page ends the listing
  EXPECT_EQ(items.size(), 1u);
  ASSERT_EQ(imgur.requests.size(), 3u);
  EXPECT_EQ(imgur.requests[2].url, "http://api/3/gallery/hot/viral/2");
  EXPECT_EQ(drain(*source, items), "");
  EXPECT_EQ(imgur.requests.size(), 3u);
}

TEST(ImgurSource, ReadsNoMorePagesThanAskedFor) {
  FakeImgur imgur{.answers = {page(listing(R"({"link":"http://i/1"})")),
                              page(listing(R"({"link":"http://i/2"})"))},
                  .requests = {}};
  const auto source = imgur.open(1);
  std::vector<ListedItem> items;
  EXPECT_EQ(drain(*source, items), "");
  EXPECT_EQ(items.size(), 1u);
  EXPECT_EQ(imgur.requests.size(), 1u);
}

TEST(ImgurSource, FinishesWhatCameBeforeALaterPageFailed) {
  FakeImgur imgur{.answers = {page(listing(R"({"link":"http://i/1"})")), page("oops", 503)},
                  .requests = {}};
  const auto source = imgur.open(2);
  std::vector<ListedItem> items;
  const std::string message = drain(*source, items);
  EXPECT_EQ(items.size(), 1u);
  EXPECT_TRUE(holds(message, "viral/1")) << message;
}

TEST(ImgurSource, TellsEachKindOfErrorBody) {
  EXPECT_EQ(error_of(page(R"({"data":{"error":"Invalid client_id","request":"/3"},"success":false,
                              "status":403})",
                          403)),
            "Imgur refused the client ID at http://api/3/gallery/hot/viral/0 "
            "(status 403: Invalid client_id): check IMGUR_CLIENT_ID");
  EXPECT_TRUE(holds(error_of(page(R"({"data":{"error":{"code":1,"message":"Bad thing","type":"x",
                                      "exception":[]}},"success":false,"status":500})",
                                  500)),
                    "(status 500: Bad thing): try again later"));
  EXPECT_TRUE(holds(error_of(page(R"({"errors":[{"id":"x","code":"429","status":"Too Many Requests",
                                      "detail":"Slow down"}]})",
                                  429)),
                    "throttling at http://api/3/gallery/hot/viral/0 (status 429: Slow down)"));
  EXPECT_TRUE(holds(error_of(page("<html>\n<body>over capacity", 503, "text/html")),
                    "cannot answer http://api/3/gallery/hot/viral/0 now (status 503)"));
}

TEST(ImgurSource, TellsThrottlingFromARefusedId) {
  const auto body = [](std::string_view text) {
    return fmt::format(R"({{"data":{{"error":"{}"}},"success":false}})", text);
  };
  EXPECT_TRUE(holds(error_of(page(body("Imgur is over Capacity!"), 403)), "try again later"));
  EXPECT_TRUE(holds(error_of(page(body("nope"), 403)), "check IMGUR_CLIENT_ID"));
  EXPECT_TRUE(holds(error_of(page("", 401)), "check IMGUR_CLIENT_ID"));
  EXPECT_TRUE(holds(error_of(page(body("Malformed Client ID"), 400)), "check IMGUR_CLIENT_ID"));
  EXPECT_TRUE(holds(error_of(page(body("gone"), 404)), "check --api-base"));
}

TEST(ImgurSource, BelievesTheStatusInsideA200) {
  EXPECT_TRUE(holds(error_of(page(R"({"data":{"error":"x"},"success":false,"status":403})")),
                    "status 403: x): check IMGUR_CLIENT_ID"));
  EXPECT_TRUE(holds(error_of(page(R"({"errors":[{"code":"429","detail":"x"}]})")), "throttling"));
  EXPECT_TRUE(holds(error_of(page(R"({"data":[],"success":false,"status":200})")), "status 200"));
  EXPECT_TRUE(holds(error_of(page(R"({"errors":[]})")), "reports a failure"));
}

TEST(ImgurSource, SaysThatAPageIsNotJson) {
  const std::string message = error_of(page("<html>log in\n", 200, "text/html;\x1b[31m"));
  EXPECT_TRUE(holds(message, "is not JSON")) << message;
  EXPECT_TRUE(holds(message, "'text/html;?[31m'")) << message;
  EXPECT_TRUE(holds(error_of(page("")), "is not JSON"));
  EXPECT_TRUE(holds(error_of(page(R"({"data":[{"link":"http)")), "is not JSON"));
  EXPECT_TRUE(holds(error_of(page("{\"data\":[\"\xff\"]}")), "is not JSON"));  // not UTF-8
}

TEST(ImgurSource, SaysThatDataIsNotAnArray) {
  for (const char* body :
       {R"({"data":{},"success":true})", R"({"data":null})", "{}", "[]", "7", "\"text\"", "null"}) {
    EXPECT_TRUE(holds(error_of(page(body)), "no array 'data'")) << body;
  }
}

TEST(ImgurSource, SurvivesErrorBodiesOfAnyShape) {
  for (const char* body :
       {"[]", "null", R"({"data":[]})", R"({"data":{"error":[]}})", R"({"data":{"error":{}}})",
        R"({"errors":{}})", R"({"errors":[]})", R"({"errors":[7]})", R"({"errors":[{"detail":7}]})",
        R"({"status":"x","success":"no"})"}) {
    EXPECT_TRUE(holds(error_of(page(body, 500)), "(status 500)")) << body;
  }
}

TEST(ImgurSource, SurvivesDeepNesting) {
  const std::size_t depth = 2'000'000;
  EXPECT_TRUE(holds(error_of(page(std::string(depth, '['))), "is not JSON"));
  EXPECT_TRUE(holds(error_of(page("{\"data\":" + std::string(depth, '[') + std::string(depth, ']') +
                                  ",\"success\":false}")),
                    "reports a failure"));
}

TEST(ImgurSource, CleansWhatTheServerSaysAndHidesTheId) {
  const std::string message = error_of(page(
      R"({"data":{"error":"bad\nid c1ient0id \u001b[31m\u202e)" + std::string(5'000, 'x') + "\"}}",
      403));
  EXPECT_TRUE(holds(message, "bad id *** ?[31m")) << message;
  EXPECT_LT(message.size(), 400u);
}

TEST(ImgurSource, PassesOnWhyNoAnswerCame) {
  FakeImgur imgur{.answers = {fail("cannot get it: refused")}, .requests = {}};
  std::vector<ListedItem> items;
  EXPECT_EQ(drain(*imgur.open(1), items), "cannot get it: refused");
}

TEST(ImgurSource, EndsQuietlyWhenTheRunStops) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const UniqueFd stop(ends[0]);
  const UniqueFd writer(ends[1]);
  FakeImgur imgur{.answers = {}, .requests = {}};
  const auto source = open_imgur_gallery({.fetch_page = [&](const PageRequest&) -> Result<Page> {
                                            EXPECT_EQ(::write(writer.get(), "!", 1), 1);
                                            return fail("stopped");
                                          },
                                          .api_base = "http://api",
                                          .client_id = kId,
                                          .pages = 1,
                                          .stop_fd = stop.get()});
  std::vector<ListedItem> items;
  EXPECT_EQ(drain(**source, items), "");  // stopped while it asked
  EXPECT_EQ(drain(*imgur.open(1, stop.get()), items), "");
  EXPECT_TRUE(imgur.requests.empty());  // stopped before
}

TEST(OpenImgurGallery, RefusesAnIdThatIsNone) {
  for (const char* id : {"", "abc def", "abc\r\nX-Evil: 1", "\xc3\xa9"}) {
    const auto source = open_imgur_gallery({.fetch_page = {}, .api_base = "", .client_id = id});
    ASSERT_FALSE(source.has_value());
    EXPECT_TRUE(holds(source.error().message, "IMGUR_CLIENT_ID"));
    EXPECT_FALSE(holds(source.error().message, "Evil"));
  }
}

}  // namespace
}  // namespace fanfetch
