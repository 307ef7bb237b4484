#include "worker/transport/connection_key.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

Job job(std::string url, std::string proxy = "", VerifyTls verify = VerifyTls::yes) {
  return {.url = std::move(url), .proxy = std::move(proxy), .verify_tls = verify};
}

TEST(ConnectionKey, OneOriginIsOneConnection) {
  EXPECT_EQ(connection_key(job("http://a.test/x")), connection_key(job("http://a.test?y")));
  for (const char* other : {"https://a.test/x", "http://a.test:81/x", "http://b.test/x"}) {
    EXPECT_NE(connection_key(job("http://a.test/x")), connection_key(job(other))) << other;
  }
}

TEST(ConnectionKey, TrustIsPartOfIt) {
  EXPECT_NE(connection_key(job("https://a.test/")),
            connection_key(job("https://a.test/", "", VerifyTls::no)));
}

TEST(ConnectionKey, TheWayIsPartOfIt) {
  const std::string url = "https://a.test/";
  EXPECT_NE(connection_key(job(url)), connection_key(job(url, "http://p.test:1")));
  EXPECT_NE(connection_key(job(url, "http://me:a@p.test:1")),
            connection_key(job(url, "http://me:b@p.test:1")))
      << "a proxy may let each of its users reach something else";
  EXPECT_NE(connection_key(job(url, "http://p.test:1")),
            connection_key(job("https://b.test/", "http://p.test:1")))
      << "a tunnel leads to one server";
}

TEST(ConnectionKey, AProxyThatForwardsIsOneConnectionForAllServers) {
  for (const char* proxy : {"http://p.test:1", "https://p.test:1"}) {
    EXPECT_EQ(connection_key(job("http://a.test/", proxy)),
              connection_key(job("http://b.test/", proxy)));
  }
  for (const char* proxy : {"socks4a://p.test:1", "socks5h://p.test:1"}) {
    EXPECT_NE(connection_key(job("http://a.test/", proxy)),
              connection_key(job("http://b.test/", proxy)));
  }
}

TEST(ConnectionKey, SaysWhoForwardsAndWhereTlsIs) {
  struct Row {
    std::string url, proxy;
    bool forwarded, tls;
  };
  for (const auto& [url, proxy, forwarded, tls] : {
           Row{"http://a.test/", "", false, false},
           Row{"https://a.test/", "", false, true},
           Row{"http://a.test/", "http://p:1", true, false},
           Row{"https://a.test/", "http://p:1", false, true},
           Row{"http://a.test/", "https://p:1", true, true},
           Row{"https://a.test/", "https://p:1", false, true},
           Row{"http://a.test/", "socks5h://p:1", false, false},
           Row{"https://a.test/", "socks5h://p:1", false, true},
       }) {
    EXPECT_EQ(is_forwarded(job(url, proxy)), forwarded) << url << ' ' << proxy;
    EXPECT_EQ(uses_tls(job(url, proxy)), tls) << url << ' ' << proxy;
  }
}

TEST(ConnectionKey, ReadsTheProxysUser) {
  EXPECT_EQ(proxy_userinfo(job("http://a/", "http://p:1")), "");
  EXPECT_EQ(proxy_userinfo(job("http://a/", "http://me:pass%20word%40@p:1")), "me:pass word@");
}

}  // namespace
}  // namespace fanfetch
