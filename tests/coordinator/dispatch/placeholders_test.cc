#include "coordinator/dispatch/placeholders.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

bool is_placeholder(const std::string& url) { return placeholder(*parse_url(url)).has_value(); }

TEST(PlaceholderUrls, ImgursRemovedPicture) {
  for (const char* url :
       {"https://i.imgur.com/removed.png", "http://i.imgur.com/removed.png",
        "https://I.IMGUR.COM./removed.png?1#x", "https://imgur.com/removed.png",
        "https://i.imgur.io/removed.png", "https://imgur.io/a/../removed.png",
        "https://i.imgur.com/%72emoved.png", "https://www.imgur.com/removed.png"}) {
    EXPECT_TRUE(is_placeholder(url)) << url;
  }
  EXPECT_NE(placeholder(*parse_url("https://i.imgur.com/removed.png"))->find("removed"),
            std::string::npos);
}

TEST(PlaceholderUrls, AnythingElseIsAPicture) {
  for (const char* url :
       {"https://i.imgur.com/abcdefg.png", "https://i.imgur.com/a/removed.png",
        "https://i.imgur.com/removed.jpg", "https://i.imgur.com/Removed.png",
        "https://example.org/removed.png", "https://i.imgur.com.example.org/removed.png",
        "https://i.imgur.com/?/removed.png", "https://notimgur.com/removed.png"}) {
    EXPECT_FALSE(is_placeholder(url)) << url;
  }
}

}  // namespace
}  // namespace fanfetch
