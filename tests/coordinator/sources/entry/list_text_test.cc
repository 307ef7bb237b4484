#include "coordinator/sources/entry/list_text.h"

#include <gtest/gtest.h>

#include <string>

namespace fanfetch {
namespace {

TEST(TrimmedLink, TakesOffWhatNobodySees) {
  for (const std::string blank : {" ",
                                  "\t",
                                  "\v",
                                  "\f",
                                  "\r",
                                  "\x1A",
                                  "\x7F",
                                  "\xC2\x85",
                                  "\xC2\xA0",
                                  "\xC2\xAD",
                                  "\xE1\x9A\x80",
                                  "\xE2\x80\x80",
                                  "\xE2\x80\x8B",
                                  "\xE2\x80\x8E",
                                  "\xE2\x80\xA8",
                                  "\xE2\x80\xAA",
                                  "\xE2\x80\xAF",
                                  "\xE2\x81\xA0",
                                  "\xE2\x81\xA9",
                                  "\xE3\x80\x80",
                                  "\xEF\xBB\xBF"}) {
    EXPECT_EQ(trimmed_link(blank + "http://a/1" + blank), "http://a/1");
    EXPECT_EQ(trimmed_link(blank + " \t" + blank + "x" + blank + "\r" + blank), "x");
    EXPECT_EQ(trimmed_link(blank + blank), "");
  }
  EXPECT_EQ(trimmed_link(""), "");
}

TEST(TrimmedLink, LeavesAllElse) {
  for (const std::string text :
       {"http://a/b\xC2\xA0"
        "c",
        "http://a/\xC3\xA4", "\xE2\x82\xAC", "\xC2", "\xA0", "\x80\x80", "x\xE2\x80", "\xE2\x80",
        "\xF0\x9F\x98\x80", "http://a/\xF0\x9F\x98\x80", "\xFF\xFE"}) {
    EXPECT_EQ(trimmed_link(text), text);
  }
  const std::string nul(1, '\0');
  EXPECT_EQ(trimmed_link(nul), nul);
}

TEST(BeginsLikeUrl, WantsASchemeAndNothingBeforeIt) {
  for (const char* text : {"http://a/", "HTTPS://a", "svn+ssh://x", "ftp://"}) {
    EXPECT_TRUE(begins_like_url(text)) << text;
  }
  for (const char* text : {"", "url", "://a", "a/b://c", "http:/a", " http://a", "\"http://a"}) {
    EXPECT_FALSE(begins_like_url(text)) << text;
  }
}

}  // namespace
}  // namespace fanfetch
