#include "coordinator/sources/json/page_signs.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

std::string sign(std::string_view body, std::string_view links_at = "/d/*", Headers headers = {},
                 std::string url = "http://h/") {
  rapidjson::Document document;
  EXPECT_TRUE(parse_json(body, document)) << body;
  return sign_of_more({.http_status = 200, .url = std::move(url), .headers = std::move(headers)},
                      document, JsonPointer::parse(links_at).value())
      .value_or("");
}

TEST(SignOfMore, KnowsTheFormsInUse) {
  const std::tuple<const char*, const char*, const char*> kRows[] = {
      // A next page.
      {R"({"d":[1],"next":"/2"})", "/d/*", "at /next it names a next one"},
      {R"({"d":[1],"links":{"next":"http://h/2"}})", "/d/*", "at /links/next it names a next one"},
      {R"({"_embedded":{"x":[1]},"_links":{"next":{"href":"/2"}}})", "/_embedded/x/*",
       "at /_links/next it names a next one"},
      {R"({"d":[1],"links":[{"rel":"self","href":"/1"},{"rel":"next","href":"/2"}]})", "/d/*",
       "at /links it names a next one"},
      {R"({"d":[1],"links":[{"rel":"prev","href":"/1"},{"rel":"next","href":null}]})", "/d/*", ""},
      {R"({"d":[1],"meta":{"next_cursor":"abc"}})", "/d/*",
       "at /meta/next_cursor it names a next one"},
      {R"({"d":[1],"nextPageToken":"abc"})", "/d/*", "at /nextPageToken it names a next one"},
      {R"({"value":[1],"@odata.nextLink":"/2"})", "/value/*",
       "at /@odata.nextLink it names a next one"},
      {R"({"d":[1],"next_page":2})", "/d/*", "at /next_page it names a next one"},
      {R"({"query":{"pages":{"1":{"u":"x"}}},"continue":{"gapcontinue":"A"}})", "/query/pages/*/u",
       "at /continue it names a next one"},
      {R"({"data":{"user":{"posts":{"edges":[1],"pageInfo":{"hasNextPage":true}}}}})",
       "/data/user/posts/edges/*",
       "at /data/user/posts/pageInfo/hasNextPage it says that there are more"},
      {R"({"d":[1],"has_more":true})", "/d/*", "at /has_more it says that there are more"},
      {R"({"data":{"after":"t3_x","before":null,"dist":1,"children":[1]}})",
       "/data/children/*/data/url", "at /data/after it names a next one"},
      {R"({"d":[1],"paging":{"cursors":{"before":"a","after":"b"},"next":"http://h/2"}})", "/d/*",
       "at /paging/next it names a next one"},
      {R"({"data":[{"i":[1]}],"next":"/2"})", "/data/0/i/*", "at /next it names a next one"},
      {R"({"data":[{"i":[1],"next":"/2"}]})", "/data/0/i/*", "at /data/0/next it names a next one"},
      {R"({"d":[1],"nextPage":"/2"})", "/d/*", "at /nextPage it names a next one"},
      {R"({"d":[1],"cursor":"abc"})", "/d/*", "at /cursor it names a next one"},
      {R"({"d":[1],"meta":{"cursor":{"next":"abc"}}})", "/d/*",
       "at /meta/cursor/next it names a next one"},
      {R"({"d":[1],"meta":{"cursor":{"after":"abc"}}})", "/d/*",
       "at /meta/cursor/after it names a next one"},
      {R"({"d":[1],"response_metadata":{"next_cursor":"abc"}})", "/d/*",
       "at /response_metadata/next_cursor it names a next one"},
      {R"({"d":[1],"page_token":"abc"})", "/d/*", "at /page_token it names a next one"},
      {R"({"items":[1],"LastEvaluatedKey":{"id":"x"}})", "/items/*",
       "at /LastEvaluatedKey it names a next one"},
      {R"({"d":[1],"pagination":{"next_max_id":"9"}})", "/d/*",
       "at /pagination/next_max_id it names a next one"},
      {R"({"values":[1],"isLastPage":false})", "/values/*",
       "at /isLastPage it says that it is not the last"},
      {R"({"content":[1],"last":false})", "/content/*", "at /last it says that it is not the last"},
      // A total.
      {R"({"d":[1,2],"total":100})", "/d/*", "2 of 100 entries are listed, as it says at /total"},
      {R"({"d":[1,2],"total":"100"})", "/d/*", "2 of 100 entries are listed, as it says at /total"},
      {R"({"hits":{"total":{"value":9},"hits":[1]}})", "/hits/hits/*",
       "1 of 9 entries are listed, as it says at /hits/total"},
      {R"({"response":{"numFound":7,"docs":[1]}})", "/response/docs/*",
       "1 of 7 entries are listed, as it says at /response/numFound"},
      {R"({"d":[{"i":[1,2,3]}],"meta":{"total":2}})", "/d/*/i/*",
       "1 of 2 entries are listed, as it says at /meta/total"},
      {R"({"content":[1],"number":0,"totalPages":3})", "/content/*",
       "it is one of 3 pages, as it says at /totalPages"},
      {R"({"photos":{"page":1,"pages":5,"photo":[1]}})", "/photos/photo/*",
       "it is one of 5 pages, as it says at /photos/pages"},
      // Nothing, or the end.
      {R"({"data":{"after":null,"before":"t3_a","dist":1,"children":[1]}})", "/data/children/*",
       ""},
      {R"({"data":{"after":"","children":[1]}})", "/data/children/*", ""},
      {R"({"d":[1],"cursor":null})", "/d/*", ""},
      {R"({"d":[1],"total":9,"isLastPage":true})", "/d/*", ""},
      {R"({"d":[1],"last":"Smith","islast":0})", "/d/*", ""},
      {R"({"d":[1],"cursor":""})", "/d/*", ""},
      {R"({"d":[1],"cursor":"0"})", "/d/*", ""},
      {R"({"d":[1],"cursor":"abc","has_more":false})", "/d/*", ""},
      {R"({"d":[1],"paging":{"cursors":{"before":"a","after":"b"}}})", "/d/*", ""},
      {R"({"d":[{"after":"a","cursor":"b"}],"article":{"after":"the war"}})", "/d/*", ""},
      {R"({"data":[{"i":[1,2,3]}],"total":3})", "/data/0/i/*", ""},
      {R"({"d":[1],"total":1,"count":1,"nextPageToken":"","hasNextPage":false})", "/d/*", ""},
      {R"({"d":[1,2]})", "/d/*", ""},
      {R"({"d":[1,2],"total":2})", "/d/*", ""},
      {R"({"d":[1,2],"total":100,"next":null})", "/d/*", ""},
      {R"({"d":[1,2],"total":100,"has_more":false})", "/d/*", ""},
      {R"({"d":[1,2],"total":12,"offset":10})", "/d/*", ""},
      {R"({"d":[1,2],"total":12,"page":2,"per_page":10})", "/d/*", ""},
      {R"({"d":[1,2],"page":3,"total_pages":3})", "/d/*", ""},
      {R"({"content":[1],"number":2,"totalPages":3})", "/content/*", ""},
      {R"({"d":[{"next":"/x","total":9,"has_more":true}],"user":{"total":9}})", "/d/*", ""},
      {R"(["a","b"])", "/*", ""},
      {R"({"d":[1],"next":{},"more":"no"})", "/d/*", ""},
      {R"({"d":[1],"links":{"next":{"href":null}}})", "/d/*", ""},
      {R"({"d":[1],"page":{"number":4,"size":2,"totalPages":5,"totalElements":9}})", "/d/*", ""},
      {R"({"d":[1],"total":-1,"count":1.5,"pages":[1,2,3]})", "/d/*", ""},
  };
  for (const auto& [body, links_at, expected] : kRows) {
    EXPECT_EQ(sign(body, links_at), expected) << body;
  }
}

TEST(SignOfMore, WhatThePageWasAskedWithIsNoSign) {
  const std::string body = R"({"d":[1],"after":"2024-01-01"})";
  EXPECT_EQ(sign(body), "at /after it names a next one");
  EXPECT_EQ(sign(body, "/d/*", {}, "http://h/?after=2024-01-01"), "");
}

TEST(SignOfMore, ReadsHeadersToo) {
  EXPECT_EQ(sign("[1]", "/*", {{"link", "<http://h/2>; rel=\"next\", <http://h/9>; rel=\"last\""}}),
            "its header link names a next one");
  EXPECT_EQ(sign("[1]", "/*", {{"link", "<http://h/1>; rel=\"prev\""}}), "");
  EXPECT_EQ(sign("[1]", "/*", {{"x-total-count", "30"}}),
            "1 of 30 entries are listed, as it says at x-total-count");
  EXPECT_EQ(sign("[1]", "/*", {{"x-wp-totalpages", "2"}}),
            "it is one of 2 pages, as it says at x-wp-totalpages");
  EXPECT_EQ(sign("[1]", "/*", {{"x-total-count", "1"}, {"total", "9"}, {"x-next-page", ""}}), "");
}

TEST(SignOfMore, IsLostInNoDepth) {
  std::string deep = "1";
  for (int i = 0; i < 10'000; ++i) deep = R"({"meta":)" + deep + "}";
  EXPECT_EQ(sign(R"({"d":[1],"meta":)" + deep + "}"), "");
}

}  // namespace
}  // namespace fanfetch
