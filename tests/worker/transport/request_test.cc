#include "worker/transport/request.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using Lines = std::vector<std::string>;

TEST(MakeRequest, AsksForTheFileItself) {
  const HttpRequest request =
      make_request({.url = "http://a.test/x", .userinfo = "me:pw", .user_agent = "fanfetch/1"}, {});
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.url, "http://a.test/x");
  EXPECT_EQ(request.userinfo, "me:pw");
  EXPECT_EQ(request.lines,
            (Lines{"User-Agent: fanfetch/1", "Accept: */*", "Accept-Encoding: identity"}));
}

TEST(MakeRequest, TheUsersLinesWin) {
  const Lines own = {"user-agent: me", "ACCEPT: image/*", "Accept-Encoding: gzip", "X-Key: 1"};
  EXPECT_EQ(make_request({.user_agent = "fanfetch/1", .headers = own}, {}).lines, own);
}

TEST(MakeRequest, AsksForTheRestOfAFileOnlyIfItIsStillTheSame) {
  const auto lines = make_request({.headers = {"User-Agent: a", "Accept: b", "Accept-Encoding: c"}},
                                  {.offset = 500, .etag = "\"1\""})
                         .lines;
  EXPECT_EQ(Lines(lines.begin() + 3, lines.end()), (Lines{"Range: bytes=500-", "If-Range: \"1\""}));
}

TEST(MakeRequest, AsksWhetherAFileHasChanged) {
  const Job job{.headers = {"User-Agent: a", "Accept: b", "Accept-Encoding: c"},
                .if_none_match = "\"1\"",
                .if_modified_since = "Thu, 01 Jan 1970 00:00:00 GMT"};
  const auto lines = make_request(job, {}).lines;
  EXPECT_EQ(Lines(lines.begin() + 3, lines.end()),
            (Lines{"If-None-Match: \"1\"", "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT"}));
  EXPECT_TRUE(is_conditional(job));
  EXPECT_FALSE(is_conditional({}));
}

}  // namespace
}  // namespace fanfetch
