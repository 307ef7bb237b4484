#include "coordinator/names/content_name.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

constexpr ContentNameRules kFix{.fix_extension = true, .suggestions = true};
constexpr ContentNameRules kHear{.fix_extension = false, .suggestions = true};

std::string fixed(const std::string& name, const std::string& type) {
  const Link link{.url = *parse_url("http://h/" + name), .name = name};
  return name_for_content(link, Saved{.type = type}, kFix);
}

std::string heard(const std::string& url, const std::string& suggestion,
                  const ContentNameRules& rules = kHear, const std::string& name = "planned") {
  const Link link{.url = *parse_url(url), .name = name};
  return name_for_content(link, Saved{.type = "image/png", .suggested_name = suggestion}, rules);
}

TEST(ContentName, TheExtensionFollowsTheBytes) {
  EXPECT_EQ(fixed("a/photo.png", "image/jpeg"), "a/photo.jpg");
  EXPECT_EQ(fixed("photo.jpg", "image/png"), "photo.png");
  EXPECT_EQ(fixed("photo.JPG", "image/webp"), "photo.webp");
  EXPECT_EQ(fixed("clip.gif", "video/mp4"), "clip.mp4");
  EXPECT_EQ(fixed("photo", "image/jpeg"), "photo.jpg");
  EXPECT_EQ(fixed("index.html", "image/jpeg"), "index.jpg");
  EXPECT_EQ(fixed("page", "text/html"), "page.html");
}

TEST(ContentName, ARightOneStays) {
  for (const char* name : {"a.jpg", "a.jpeg", "a.jpe", "a.jfif", "a.JPG", "b/a.Jpeg"}) {
    EXPECT_EQ(fixed(name, "image/jpeg"), name);
  }
  EXPECT_EQ(fixed("a.tif", "image/tiff"), "a.tif");
  EXPECT_EQ(fixed("a.mov", "video/mp4"), "a.mov");
  EXPECT_EQ(fixed("a.htm", "text/html"), "a.htm");
}

TEST(ContentName, WhatIsNoExtensionOfContentStays) {
  EXPECT_EQ(fixed("v1.2", "image/jpeg"), "v1.2.jpg");
  EXPECT_EQ(fixed("show.php", "image/jpeg"), "show.php.jpg");
  EXPECT_EQ(fixed("show.php", "text/html"), "show.php.html");
}

TEST(ContentName, OfUnknownBytesNothingFollows) {
  EXPECT_EQ(fixed("photo.png", ""), "photo.png");
  EXPECT_EQ(fixed("photo", ""), "photo");
  EXPECT_EQ(fixed("photo", "image/x-made-up"), "photo");
}

TEST(ContentName, WithoutTheOptionNothingIsFixed) {
  const Link link{.url = *parse_url("http://h/a.png"), .name = "a.png"};
  EXPECT_EQ(name_for_content(link, Saved{.type = "image/jpeg"}, kHear), "a.png");
}

TEST(ContentName, ASuggestionIsHeardWhereTheUrlHasNoExtension) {
  EXPECT_EQ(heard("http://h/download?id=5", "holiday.png"), "holiday.png");
  EXPECT_EQ(heard("http://h/?id=5.jpg", "holiday.png"), "holiday.png");
  EXPECT_EQ(heard("http://h/photo.jpg", "holiday.png"), "planned");
  EXPECT_EQ(heard("http://h/photo%2Ejpg", "holiday.png"), "planned");
  EXPECT_EQ(heard("http://h/download", ""), "planned");
  EXPECT_EQ(heard("http://h/download", "holiday.png", {}), "planned") << "the template's own";
  EXPECT_EQ(heard("http://h/download", "holiday.png", kHear, "h/x/planned-1a2b3c4d"),
            "h/x/holiday.png")
      << "in its folder";
}

TEST(ContentName, ASuggestionIsCleaned) {
  EXPECT_EQ(heard("http://h/a", "../../etc/passwd"), "___.._etc_passwd");
  EXPECT_EQ(heard("http://h/a", ".bashrc"), "_bashrc");
  EXPECT_EQ(heard("http://h/a", "a\xE2\x80\xAEgpj.exe"), "a_gpj.exe");
  EXPECT_EQ(heard("http://h/a", std::string("a\0b", 3)), "a_b");
  EXPECT_EQ(heard("http://h/a", "\xFF.png"), "_.png");
  for (const char* nothing : {".", "..", " . ", "\t"}) {
    EXPECT_EQ(heard("http://h/a", nothing), "planned") << nothing;
  }
}

TEST(ContentName, ASuggestionIsFixedToo) {
  EXPECT_EQ(heard("http://h/a", "holiday.jpg", kFix), "holiday.png");
  EXPECT_EQ(heard("http://h/a", "holiday", kFix), "holiday.png");
}

TEST(ContentName, AFileThatIsReplacedKeepsItsName) {
  Link link{.url = *parse_url("http://h/a"), .name = "a.png"};
  link.earlier = std::make_shared<Earlier>();
  EXPECT_EQ(name_for_content(link, Saved{.type = "image/jpeg", .suggested_name = "b.jpg"}, kFix),
            "a.png");
}

}  // namespace
}  // namespace fanfetch
