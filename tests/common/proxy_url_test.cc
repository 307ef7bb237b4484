#include "common/proxy_url.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

TEST(ParseProxyUrl, FillsInWhatIsMissing) {
  struct Row {
    std::string_view text, scheme, name;
  };
  for (const auto& [text, scheme, name] : {
           Row{"http://h:3128", "http", "h:3128"},
           Row{"h:3128", "http", "h:3128"},
           Row{"10.0.0.1", "http", "10.0.0.1:1080"},
           Row{"https://h", "https", "h:443"},
           Row{"socks5h://me:se%40cret@h/", "socks5h", "h:1080"},
           Row{"socks4://h:1", "socks4", "h:1"},
           Row{"SOCKS5://h:1", "socks5", "h:1"},
           Row{"http://[::1]:8080", "http", "[::1]:8080"},
       }) {
    const auto proxy = parse_proxy_url(text);
    ASSERT_TRUE(proxy) << text << ": " << proxy.error().message;
    EXPECT_EQ(proxy->scheme, scheme) << text;
    EXPECT_EQ(proxy->name(), name) << text;
  }
}

TEST(ParseProxyUrl, RefusesTheRestWithoutRepeatingIt) {
  for (const char* text :
       {"", "hush://h", "http://hush:hush@h:0", "http://hush:hush@h:70000", "http://hush:hush@",
        "http://hush hush", "http://hush\nhush", "http://hush:h\xc3\xbcsh@h", "http://[hush"}) {
    const auto proxy = parse_proxy_url(text);
    ASSERT_FALSE(proxy) << text;
    EXPECT_EQ(proxy.error().message.find("hush"), std::string::npos) << proxy.error().message;
  }
  EXPECT_FALSE(parse_proxy_url("http://" + std::string(kMaxProxyBytes, 'h')));
}

}  // namespace
}  // namespace fanfetch
