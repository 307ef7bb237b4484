#include "common/url_text.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

TEST(SplitUrl, ThePiecesAreTheWholeText) {
  struct Row {
    std::string_view url, scheme, slashes, authority, path, query;
  };
  const Row kRows[] = {
      {"http://h/a/b?q?r", "http", "://", "h", "/a/b", "?q?r"},
      {"http://u:p@h:81", "http", "://", "u:p@h:81", "", ""},
      {"http://:p@h?q/r", "http", "://", ":p@h", "", "?q/r"},
      {"HTTP:///h//a?", "HTTP", ":///", "h", "//a", "?"},
      {"http:/h/a", "http", ":/", "h", "/a", ""},
      {"http://[::1]:8/", "http", "://", "[::1]:8", "/", ""},
      {"http:", "http", ":", "", "", ""},
      {"", "", "", "", "", ""},
      {"no url", "no url", "", "", "", ""},
  };
  for (const Row& row : kRows) {
    const UrlPieces pieces = split_url(row.url);
    EXPECT_EQ(pieces.scheme, row.scheme) << row.url;
    EXPECT_EQ(pieces.slashes, row.slashes) << row.url;
    EXPECT_EQ(pieces.authority, row.authority) << row.url;
    EXPECT_EQ(pieces.path, row.path) << row.url;
    EXPECT_EQ(pieces.query, row.query) << row.url;
  }
}

TEST(UrlStart, IsAllBeforeThePath) {
  const std::pair<std::string_view, std::string_view> kRows[] = {
      {"http://a.test/x?y", "http://a.test"},
      {"http://u:p@a.test:81", "http://u:p@a.test:81"},
      {"https://a.test?x/y", "https://a.test"},
      {"https://a.test#x", "https://a.test"},
      {"https://a.test\\x/y", "https://a.test"},
      {"http:///x", ""},
      {"http://", ""},
      {"http:/a.test/x", ""},
      {"no url", ""},
      {"", ""},
  };
  for (const auto& [url, start] : kRows) EXPECT_EQ(url_start(url), start) << url;
}

/// One row of request_target()'s table for each byte.
TEST(RequestTarget, EscapesWhatNoUrlMayHold) {
  static constexpr std::string_view kAsWritten =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/?[]%";
  static constexpr char kDigits[] = "0123456789ABCDEF";
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text(1, static_cast<char>(byte));
    const bool stays = kAsWritten.find(text) != std::string_view::npos;
    const std::string expected =
        stays ? text : std::string{'%', kDigits[byte >> 4], kDigits[byte & 15]};
    EXPECT_EQ(request_target("/a" + text + "b", ""), "/a" + expected + "b") << byte;
    EXPECT_EQ(request_target("/a", "?" + text), "/a?" + expected) << byte;
  }
  EXPECT_EQ(request_target("", ""), "/");
  EXPECT_EQ(request_target("", "?"), "/?");
}

/// The examples of RFC 3986, 5.2.4, and the borders of the algorithm.
TEST(RemoveDotSegments, TakesWholeSegments) {
  struct Row {
    std::string_view path, clean;
  };
  const Row kRows[] = {
      {"/a/b/c/./../../g", "/a/g"},
      {"/", "/"},
      {"/.", "/"},
      {"/..", "/"},
      {"/./", "/"},
      {"/../", "/"},
      {"/a/.", "/a/"},
      {"/a/..", "/"},
      {"/a/b/..", "/a/"},
      {"/a/b/../", "/a/"},
      {"//..", "/"},
      {"/a//../b", "/a/b"},
      {"//../x", "/x"},
      {"/...", "/..."},
      {"/.a/b.", "/.a/b."},
      {"/a/..b/../c", "/a/c"},
      {"/%2e/%2E%2e", "/%2e/%2E%2e"},
      {"/../../../a/./", "/a/"},
  };
  for (const auto& [path, clean] : kRows) EXPECT_EQ(remove_dot_segments(path), clean) << path;
}

/// RFC 3986, 5.4: base and reference, and what browsers are given.
TEST(ResolveUrl, FollowsReferencesAsRfc3986Says) {
  struct Row {
    std::string_view reference, url;
  };
  const Row kRows[] = {
      {"g:h", "g:h"},
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q#s"},
      {"g#s", "http://a/b/c/g#s"},
      {"g?y#s", "http://a/b/c/g?y#s"},
      {";x", "http://a/b/c/;x"},
      {"g;x?y", "http://a/b/c/g;x?y"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {"..g", "http://a/b/c/..g"},
      {"./g/.", "http://a/b/c/g/"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"?y#s", "http://a/b/c/d;p?y#s"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
      {"g#s/../x", "http://a/b/c/g#s/../x"},
      {"http:g", "http:g"},
      {"x/a:b", "http://a/b/c/x/a:b"},
      {"1a:b", "http://a/b/c/1a:b"},
      {"HTTPS://C/z?p#f", "HTTPS://C/z?p#f"},
  };
  for (const auto& [reference, url] : kRows) {
    EXPECT_EQ(resolve_url("http://a/b/c/d;p?q", reference), url) << reference;
  }
  EXPECT_EQ(resolve_url("https://u:p@h:81?q", "x"), "https://u:p@h:81/x");
  EXPECT_EQ(resolve_url("https://u:p@h:81/?q#f", "//b/x"), "https://b/x");
  EXPECT_EQ(resolve_url("http:///h/a/b#c/d", "x"), "http:///h/a/x");
}

TEST(ResolveUrl, KeepsWhatTheServerWrote) {
  for (const char* reference : {"/caf%c3%a9.jpg", "/%7E%41?%2b", "/a|b^c", "/\xc3\xbc\xff x", "/x?",
                                "/a//b", "/%2e%2E/x", "/%zz", "/a\tb"}) {
    EXPECT_EQ(resolve_url("http://h/caf%C3%A9.jpg", reference),
              std::string("http://h") + reference);
  }
}

TEST(IsMasked, SeesWhatAnExportLeft) {
  for (const char* masked :
       {"http://***@h/", "http://user:***@h/", "https://user:*****@h:1/a", "http:///***@h/",
        "HTTP:\\\\***@h/", "http://h/?u=http://me:***@b/", "http://h/web/https://***@b/", "***@h/a",
        "me:***@h/a", "http://h/x*@y/http:/me:***@b/"}) {
    EXPECT_TRUE(is_masked(masked)) << masked;
  }
  for (const char* other :
       {"http://h/***@x", "http://h/a?b=***@c", "http://me:%2A%2A%2A@h/", "http://me:**@h/",
        "http://me:a***@h/", "http://***:x@h/", "http://h/***", "***", "", "http://h/#***@", "*@*@",
        "http://a:b:***@h/"}) {
    EXPECT_FALSE(is_masked(other)) << other;
  }
}

TEST(IsMasked, ALineFullOfSignsIsReadOnce) {
  std::string line = "http://h/";
  for (int i = 0; i < 1'000'000; ++i) line += "***@";  // minutes, were each looked back from
  EXPECT_FALSE(is_masked(line));
}

}  // namespace
}  // namespace fanfetch
