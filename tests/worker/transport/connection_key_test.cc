#include "worker/transport/connection_key.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

Job job_for_url(std::string url, std::string proxy = "", VerifyTls verify = VerifyTls::yes) {
  return {.url = std::move(url), .proxy = std::move(proxy), .verify_tls = verify};
}

TEST(ConnectionKey, OneOriginIsOneConnection) {
  EXPECT_EQ(connection_key(job_for_url("http://a.test/x")),
            connection_key(job_for_url("http://a.test?y")));
  for (const char* other : {"https://a.test/x", "http://a.test:81/x", "http://b.test/x"}) {
    EXPECT_NE(connection_key(job_for_url("http://a.test/x")), connection_key(job_for_url(other)))
        << other;
  }
}

TEST(ConnectionKey, TrustIsPartOfIt) {
  EXPECT_NE(connection_key(job_for_url("https://a.test/")),
            connection_key(job_for_url("https://a.test/", "", VerifyTls::no)));
}

TEST(ConnectionKey, TheWayIsPartOfIt) {
  const std::string url = "https://a.test/";
  EXPECT_NE(connection_key(job_for_url(url)), connection_key(job_for_url(url, "http://p.test:1")));
  EXPECT_NE(connection_key(job_for_url(url, "http://me:a@p.test:1")),
            connection_key(job_for_url(url, "http://me:b@p.test:1")))
      << "a proxy may let each of its users reach something else";
  EXPECT_NE(connection_key(job_for_url(url, "http://p.test:1")),
            connection_key(job_for_url("https://b.test/", "http://p.test:1")))
      << "a tunnel leads to one server";
}

TEST(ConnectionKey, AProxyThatForwardsIsOneConnectionForAllServers) {
  for (const char* proxy : {"http://p.test:1", "https://p.test:1"}) {
    EXPECT_EQ(connection_key(job_for_url("http://a.test/", proxy)),
              connection_key(job_for_url("http://b.test/", proxy)));
  }
  for (const char* proxy : {"socks4a://p.test:1", "socks5h://p.test:1"}) {
    EXPECT_NE(connection_key(job_for_url("http://a.test/", proxy)),
              connection_key(job_for_url("http://b.test/", proxy)));
  }
}

}  // namespace
}  // namespace fanfetch
