#include "coordinator/net/proxy_policy.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace fanfetch {
namespace {

class ProxyPolicyTest : public ::testing::Test {
 protected:
  ProxyPolicyTest() {
    for (const char* name : {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy",
                             "ALL_PROXY", "no_proxy", "NO_PROXY"}) {
      ::unsetenv(name);
    }
  }
  ~ProxyPolicyTest() override {
    for (const char* name : {"http_proxy", "HTTP_PROXY", "HTTPS_PROXY", "no_proxy"}) {
      ::unsetenv(name);
    }
  }
  static std::string proxy(const std::string& url, std::optional<std::string> given = {}) {
    return ProxyPolicy(given).proxy_for(*parse_url(url));
  }
};

TEST_F(ProxyPolicyTest, TheEnvironmentNamesTheProxy) {
  ::setenv("http_proxy", "http://plain:1", 1);
  ::setenv("HTTPS_PROXY", "http://secure:2", 1);
  ::setenv("no_proxy", "example.net, .internal,10.0.0.1", 1);
  EXPECT_EQ(proxy("http://example.org/"), "http://plain:1");
  EXPECT_EQ(proxy("https://example.org/"), "http://secure:2");
  EXPECT_EQ(proxy("http://example.net/"), "");
  EXPECT_EQ(proxy("http://www.example.net/"), "");
  EXPECT_EQ(proxy("http://notexample.net/"), "http://plain:1");
  EXPECT_EQ(proxy("http://a.internal/"), "");
  EXPECT_EQ(proxy("http://10.0.0.1/"), "");
  ::setenv("no_proxy", "*", 1);
  EXPECT_EQ(proxy("http://example.org/"), "");
}

TEST_F(ProxyPolicyTest, TheUpperCaseHttpProxyIsNotTrusted) {
  ::setenv("HTTP_PROXY", "http://evil:1", 1);
  EXPECT_EQ(proxy("http://example.org/"), "");
}

TEST_F(ProxyPolicyTest, TheGivenProxyWinsAlsoWhenItIsNone) {
  ::setenv("http_proxy", "http://plain:1", 1);
  EXPECT_EQ(proxy("http://example.org/", "http://mine:3"), "http://mine:3");
  EXPECT_EQ(proxy("http://example.org/", ""), "");
}

}  // namespace
}  // namespace fanfetch
