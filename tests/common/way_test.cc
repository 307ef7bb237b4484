#include "common/way.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

TEST(WayTest, WhoIsAtTheOtherEnd) {
  const struct {
    const char *url, *proxy;
    bool is_forwarded, uses_tls;
    const char* key;
  } kRows[] = {
      {"http://h/a", "", false, false, "http://h"},
      {"http://h:81?q", "", false, false, "http://h:81"},
      {"https://h/a", "", false, true, "https://h"},
      {"http://h/a", "http://p:1", true, false, "http://p:1 "},
      {"http://h/a", "https://p:1", true, true, "https://p:1 "},
      {"https://h/a", "http://p:1", false, true, "http://p:1 https://h"},
      {"https://h/a", "https://p:1", false, true, "https://p:1 https://h"},
      {"http://h/a", "socks5h://p:1", false, false, "socks5h://p:1 http://h"},
      {"https://h/a", "socks4a://p:1", false, true, "socks4a://p:1 https://h"},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(std::string(row.url) + " by " + row.proxy);
    EXPECT_EQ(row.is_forwarded, is_forwarded(row.url, row.proxy));
    EXPECT_EQ(row.uses_tls, uses_tls(row.url, row.proxy));
    EXPECT_EQ(row.key, way_key(row.url, row.proxy));
  }
}

TEST(WayTest, TheUserOfAProxyIsDecoded) {
  EXPECT_EQ("", proxy_userinfo(""));
  EXPECT_EQ("", proxy_userinfo("http://p:1"));
  EXPECT_EQ("me:p@ss word", proxy_userinfo("http://me:p%40ss%20word@p:1"));
}

}  // namespace
}  // namespace fanfetch
