#include "common/plain_url.h"

#include <gtest/gtest.h>

#include <iterator>
#include <random>
#include <string>

namespace fanfetch {
namespace {

/// What parse_url() makes of `text` without this short cut, which it does not take with a fragment.
Result<Url> wholly_read(const std::string& text) { return parse_url(text + "#x"); }

void expect_same(const Url& plain, const std::string& text) {
  SCOPED_TRACE(text);
  const auto url = wholly_read(text);
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(plain.request, url->request);
  EXPECT_EQ(plain.normal, url->normal);
  EXPECT_EQ(plain.userinfo, url->userinfo);
  EXPECT_EQ(plain.scheme, url->scheme);
  EXPECT_EQ(plain.host, url->host);
  EXPECT_EQ(plain.port, url->port);
  EXPECT_EQ(plain.path, url->path);
}

TEST(PlainUrl, ReadsWhatMostLinksAre) {
  for (const char* const text :
       {"http://a/", "https://example.org/a/b/photo.jpg", "http://example.org:8080/x",
        "https://i.imgur.com/AbC123.jpg", "http://127.0.0.1:9/1.jpg", "http://10.20.30.255/x",
        "https://a-b.c1.example/x_(1)~y!$&'*+,;=:@z", "http://example.org/x?id=1&name=a.b,c:d/e",
        "http://example.org/x:80/y@z", "http://0.0.0.0/", "http://example.org:443/",
        "https://example.org:80/x?y"}) {
    const auto plain = plain_url(text);
    ASSERT_TRUE(plain) << text;
    expect_same(*plain, text);
  }
}

TEST(PlainUrl, LeavesAllElseToTheWholeReading) {
  for (const char* const text : {"",
                                 "http://",
                                 "http:///x",
                                 "http://a",
                                 "http://a?x",
                                 "HTTP://a/",
                                 "ftp://a/",
                                 "http:/a/",
                                 "http://A/",
                                 "http://a./",
                                 "http://a..b/",
                                 "http://.a/",
                                 "http://-a/",
                                 "http://xn--a/",
                                 "http://a_b/",
                                 "http://127.1/",
                                 "http://1/",
                                 "http://0x7f.1/",
                                 "http://127.0.0.01/",
                                 "http://127.0.0.256/",
                                 "http://1.2.3.4.5/",
                                 "http://a.1/",
                                 "http://a.0x1/",
                                 "http://[::1]/",
                                 "http://a:80/",
                                 "https://a:443/",
                                 "http://a:/",
                                 "http://a:0/",
                                 "http://a:08/",
                                 "http://a:65536/",
                                 "http://a:8 /",
                                 "http://a:+8/",
                                 "http://u@a/",
                                 "http://u:p@a/x",
                                 "http://a/%41",
                                 "http://a/x y",
                                 "http://a/./x",
                                 "http://a/../x",
                                 "http://a/x/..",
                                 "http://a/.x",
                                 "http://a//x",
                                 "http://a/x?",
                                 "http://a/x?a+b",
                                 "http://a/x?y=%20",
                                 "http://a/x?y?z",
                                 "http://a/x#y",
                                 "http://a/x?y#z",
                                 "http://a/\xc3\xbc",
                                 "http://a/[x]",
                                 "http://a/x\n",
                                 "http://a/x\\y",
                                 " http://a/"}) {
    EXPECT_FALSE(plain_url(text)) << text;
  }
  EXPECT_FALSE(plain_url("http://a/" + std::string(kMaxUrlBytes, 'x')));
  EXPECT_FALSE(plain_url("http://" + std::string(254, 'a') + "/"));
}

/// Texts of the pieces that URLs are made of, in any order.
TEST(PlainUrl, NeverReadsOtherwiseThanTheWholeReading) {
  static constexpr const char* kPieces[] = {
      "http://", "https://", "a", "b.org", "1",   "127.0.0.1", "0",    "255", "256", "0x",
      ".",       "-",        ":", "80",    "/",   "/x",        "//",   "..",  "/.",  "?",
      "=",       "&",        "+", "%41",   "%",   "@",         "~",    "_",   "'",   "(",
      ";",       ",",        "!", "$",     "*",   "A",         "xn--", "[",   "]",   "|",
      "\\",      " ",        "e", "z9",    "443", ":8/",       "8",    "x?y"};
  std::mt19937 dice(1);
  std::size_t plain = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string text = dice() % 2 == 0 ? "http://" : "https://";
    if (dice() % 2 == 0) text += dice() % 2 == 0 ? "b.org/" : "127.0.0.1:8/";
    for (std::size_t count = 1 + dice() % 7; count > 0; --count) {
      text += kPieces[dice() % std::size(kPieces)];
    }
    if (const auto url = plain_url(text)) {
      ++plain;
      expect_same(*url, text);
    }
  }
  EXPECT_GT(plain, 5'000U) << "enough to tell";
}

}  // namespace
}  // namespace fanfetch
