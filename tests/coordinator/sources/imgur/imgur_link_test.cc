#include "coordinator/sources/imgur/imgur_link.h"

#include <gtest/gtest.h>

#include <string>

namespace fanfetch {
namespace {

std::string still(std::string_view link) {
  return imgur_file_link({.id = "abcdefg", .link = link, .mp4 = "", .animated = false});
}

std::string moving(std::string_view link,
                   std::string_view mp4 = "https://i.imgur.com/abcdefg.mp4") {
  return imgur_file_link({.id = "abcdefg", .link = link, .mp4 = mp4, .animated = true});
}

TEST(ImgurFileLink, LeavesAFileAlone) {
  for (const char* link :
       {"https://i.imgur.com/abcdefg.jpg", "https://i.imgur.com/abcde.PNG", "",
        "https://i.imgur.com/abcdefg.jpg?1", "https://i.imgur.com/abcdefgm.jpg",
        "https://imgur.com/a/abcde", "no link at all", "https://i.imgur.com/gifv"}) {
    EXPECT_EQ(still(link), link);
  }
}

TEST(ImgurFileLink, TakesTheVideoOfAGifv) {
  EXPECT_EQ(moving("https://i.imgur.com/abcdefg.gifv"), "https://i.imgur.com/abcdefg.mp4");
  EXPECT_EQ(moving("https://i.imgur.com/abcdefg.gifv", "http://x/y.mp4"), "http://x/y.mp4");
  EXPECT_EQ(moving("https://i.imgur.com/abcdefg.GIFV", ""), "https://i.imgur.com/abcdefg.mp4");
  EXPECT_EQ(still("https://i.imgur.com/abcdefg.gifv"), "https://i.imgur.com/abcdefg.mp4");
  EXPECT_EQ(still("https://i.imgur.com/abcdefg.gifv?1#x"), "https://i.imgur.com/abcdefg.mp4?1#x");
}

TEST(ImgurFileLink, KeepsAGifThatIsWhole) {
  EXPECT_EQ(moving("https://i.imgur.com/abcdefg.gif"), "https://i.imgur.com/abcdefg.gif");
  EXPECT_EQ(moving("https://i.imgur.com/abcdefgx.gif"), "https://i.imgur.com/abcdefgx.gif");
  EXPECT_EQ(moving("https://i.imgur.com/otheridh.gif"), "https://i.imgur.com/otheridh.gif");
}

TEST(ImgurFileLink, TakesTheVideoWhereTheGifIsAThumbnail) {
  for (const char suffix : std::string("sbtmlh")) {
    EXPECT_EQ(moving(std::string("https://i.imgur.com/abcdefg") + suffix + ".gif?1"),
              "https://i.imgur.com/abcdefg.mp4");
  }
  EXPECT_EQ(moving("https://i.imgur.com/abcdefgh.gif", ""), "https://i.imgur.com/abcdefgh.gif");
  EXPECT_EQ(still("https://i.imgur.com/abcdefgh.jpg"), "https://i.imgur.com/abcdefgh.jpg");
}

TEST(ImgurFileLink, AsksImgurOverTls) {
  EXPECT_EQ(still("http://i.imgur.com/abcde.jpg?1"), "https://i.imgur.com/abcde.jpg?1");
  EXPECT_EQ(still("HTTP://I.Imgur.com:80/abcde.jpg"), "https://I.Imgur.com/abcde.jpg");
  EXPECT_EQ(still("http://imgur.com/a/abcde"), "https://imgur.com/a/abcde");
  EXPECT_EQ(still("http://i.imgur.io/abcde.gifv"), "https://i.imgur.io/abcde.mp4");
  EXPECT_EQ(moving("http://i.imgur.com/abcdefgh.gif", "http://i.imgur.com/abcdefg.mp4"),
            "https://i.imgur.com/abcdefg.mp4");
}

TEST(ImgurFileLink, LeavesOtherHostsTheirScheme) {
  for (const char* link :
       {"http://127.0.0.1:8080/abcde.jpg", "http://notimgur.com/abcde.jpg",
        "http://imgur.com.evil.org/x.jpg", "http://i.imgur.com:8080/x.jpg",
        "http://example.org/?http://i.imgur.com", "http://", "http:/i.imgur.com/x"}) {
    EXPECT_EQ(still(link), link);
  }
}

TEST(IsImgurHost, KnowsBothDomainsAndWhatIsBelow) {
  for (const char* host : {"imgur.com", "i.imgur.com", "M.IMGUR.COM", "www.imgur.io", "imgur.io"}) {
    EXPECT_TRUE(is_imgur_host(host)) << host;
  }
  for (const char* host :
       {"", "com", "notimgur.com", "imgur.com.org", "imgur.org", "xn--imgur.co"}) {
    EXPECT_FALSE(is_imgur_host(host)) << host;
  }
}

}  // namespace
}  // namespace fanfetch
