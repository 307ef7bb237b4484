#include "coordinator/names/content_name.h"

#include <gtest/gtest.h>

#include "coordinator/names/name_template.h"

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
  EXPECT_EQ(fixed("notes.old", "image/jpeg"), "notes.old.jpg");
  EXPECT_EQ(fixed("show.php", "image/jpeg"), "show.php.jpg");
  EXPECT_EQ(fixed("X.jpg:large", "image/jpeg"), "X.jpg:large");
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

/// The name that a file gets from its URL and its type.
std::string plain(const std::string& url, const std::string& type,
                  const std::string& name_template = "{name}") {
  const auto names = NameTemplate::parse(name_template);
  Link link{.url = *parse_url(url)};
  const NameFields fields{.url = link.url, .index = 7, .id = "", .hash = link.hash};
  link.name = names->expand(fields);
  link.open_name = names->open_name(fields);
  return name_for_content(
      link, Saved{.type = type},
      {.suggestions = names->names_by_url(), .extensions = names->ends_in_extension()});
}

TEST(ContentName, APictureWithoutAnExtensionGetsItsOwn) {
  EXPECT_EQ(plain("http://h/?img=5", "image/jpeg"), "index.jpg");
  EXPECT_EQ(plain("http://h/a/", "image/png"), "index.png");
  EXPECT_EQ(plain("http://h/photo", "image/jpeg"), "photo.jpg");
  EXPECT_EQ(plain("http://h/photo?x=a.gif", "video/mp4"), "photo.mp4");
  EXPECT_EQ(plain("http://h/photo.", "image/webp"), "photo.webp");
  EXPECT_EQ(plain("http://h/photo", "image/jpeg", "{host}/{path}"), "h/photo.jpg");
  EXPECT_EQ(plain("http://h/photo", "image/jpeg", "{index}-{name}"), "7-photo.jpg");
}

TEST(ContentName, SoDoesWhatAScriptAnswers) {
  for (const char* script : {"show.php", "show.asp", "show.aspx", "show.cgi", "show.jsp", "show.do",
                             "show.PHP", "show.ashx", "show.pl"}) {
    EXPECT_EQ(plain(std::string("http://h/") + script + "?id=1", "image/jpeg"), "show.jpg");
  }
}

TEST(ContentName, TheTemplatesExtensionIsThatOfThePicture) {
  EXPECT_EQ(plain("http://h/?img=5", "image/jpeg", "{index}.{ext}"), "7.jpg");
  EXPECT_EQ(plain("http://h/a.php", "image/jpeg", "{index}.{ext}"), "7.jpg");
  EXPECT_EQ(plain("http://h/a", "image/png", "{ext}/{index}.{ext}"), "png/7.png");
  EXPECT_EQ(plain("http://h/a", "image/png", "{ext}/{name}"), "png/a.png");
  EXPECT_EQ(plain("http://h/a%01b", "image/png", "{stem}.{ext}"), "a_b.png") << "no mark of ours";
  EXPECT_EQ(plain("http://h/X.jpg:large", "image/jpeg", "{stem}.{ext}"), "X.jpg");
  EXPECT_EQ(plain("http://h/?img=5", "image/jpeg", "{index}_{ext}"), "7_jpg") << "once";
}

TEST(ContentName, WhereAnExtensionIsOrNoneIsWantedNothingIsAdded) {
  EXPECT_EQ(plain("http://h/a.png", "image/jpeg"), "a.png") << "that is --fix-extension's";
  EXPECT_EQ(plain("http://h/index.html", "image/jpeg"), "index.html");
  EXPECT_EQ(plain("http://h/X.jpg:large", "image/jpeg"), "X.jpg:large");
  EXPECT_EQ(plain("http://h/a.png", "image/jpeg", "{index}.{ext}"), "7.png");
  EXPECT_EQ(plain("http://h/photo", "image/jpeg", "{index}"), "7") << "the template's own";
  EXPECT_EQ(plain("http://h/photo", "image/jpeg", "{name}x"), "photox");
  for (const char* type : {"text/html", "", "application/pdf"}) {
    EXPECT_EQ(plain("http://h/?img=5", type), "index.html");
    EXPECT_EQ(plain("http://h/show.php", type), "show.php");
    EXPECT_EQ(plain("http://h/show", type), "show");
    EXPECT_EQ(plain("http://h/show.php", type, "{index}.{ext}"), "7.php");
  }
}

TEST(ContentName, ASuggestionWithoutAnExtensionGetsOneToo) {
  const auto suggested = [](const std::string& url, const std::string& suggestion) {
    const Link link{.url = *parse_url(url), .name = "get.php"};
    return name_for_content(link, Saved{.type = "image/png", .suggested_name = suggestion},
                            {.suggestions = true, .extensions = true});
  };
  EXPECT_EQ(suggested("http://h/get.php?id=5", "holiday.png"), "holiday.png") << "no script's name";
  EXPECT_EQ(suggested("http://h/get.php?id=5", "holiday.jpg"), "holiday.jpg") << "as it says";
  EXPECT_EQ(suggested("http://h/get.php?id=5", "holiday"), "holiday.png");
  EXPECT_EQ(suggested("http://h/get", "a.php"), "a.png");
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

TEST(ContentName, TheListsOwnNameStays) {
  const Link link{.url = *parse_url("http://h/download?id=5"), .name = "given", .name_given = true};
  EXPECT_EQ(name_for_content(link, Saved{.type = "image/png", .suggested_name = "b.png"}, kHear),
            "given");
}

/// A folder of slices is merged with others by copying: whatever makes the name, it ends in the
/// hash.
TEST(ContentName, OfAMergedFolderANameThatChangesKeepsTheHash) {
  const ContentNameRules merged{.suggestions = true, .extensions = true, .merged = true};
  Link link{.url = *parse_url("http://h/get.php?id=5"), .hash = sha256("http://h/get.php?id=5")};
  const std::string suffix = "-" + to_hex(link.hash).substr(0, 16);
  link.name = merged_name("get.php", link.hash);
  EXPECT_EQ(link.name, "get" + suffix + ".php");
  EXPECT_EQ(name_for_content(link, Saved{.type = "image/png"}, merged), "get" + suffix + ".png");
  EXPECT_EQ(name_for_content(link, Saved{.suggested_name = "cat.jpg"}, merged),
            "cat" + suffix + ".jpg");
  EXPECT_EQ(name_for_content(link, Saved{.type = "image/png", .suggested_name = "cat"}, merged),
            "cat" + suffix + ".png");
  link.open_name = std::string("a/pic.") + kExtensionMark;
  EXPECT_EQ(name_for_content(link, Saved{.type = "image/png"}, merged), "a/pic" + suffix + ".png");
}

}  // namespace
}  // namespace fanfetch
