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
    for (const char* name : {"http_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "no_proxy"}) {
      ::unsetenv(name);
    }
  }
  static std::string proxy(const std::string& url, std::optional<std::string> given = {}) {
    return ProxyPolicy(given).proxy_for(*parse_url(url));
  }
};

TEST_F(ProxyPolicyTest, KnowsThePortsIfNothingGoesPastTheProxies) {
  using Ports = std::vector<std::uint16_t>;
  const auto ports = [](std::optional<std::string> given = {}) {
    return ProxyPolicy(given).only_ports();
  };
  EXPECT_EQ(Ports{}, ports());
  EXPECT_EQ(Ports{3128}, ports("http://proxy:3128"));
  EXPECT_EQ(Ports{1080}, ports("socks5h://proxy")) << "the default";
  EXPECT_EQ(Ports{}, ports("")) << "none at all";
  ::setenv("http_proxy", "http://plain:1", 1);
  EXPECT_EQ(Ports{}, ports()) << "https goes past it";
  ::setenv("HTTPS_PROXY", "http://secure:2", 1);
  EXPECT_EQ((Ports{1, 2}), ports());
  EXPECT_EQ(Ports{3}, ports("http://proxy:3"));
  ::setenv("no_proxy", "localhost", 1);
  EXPECT_EQ(Ports{}, ports());
  EXPECT_EQ(Ports{}, ports("http://proxy:3"));
}

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

TEST_F(ProxyPolicyTest, NoProxyAsInCurl) {
  ::setenv("all_proxy", "http://p:1", 1);
  struct Case {
    const char* no_proxy;
    const char* host;
    bool direct;
  };
  for (const auto& [no_proxy, host, direct] : {
           Case{"example.net", "example.net", true},
           Case{"EXAMPLE.net", "example.NET", true},
           Case{".example.net", "example.net", true},
           Case{".example.net", "a.b.example.net", true},
           Case{"example.net.", "www.example.net", true},
           Case{"example.net", "notexample.net", false},
           Case{"www.example.net", "example.net", false},
           Case{"a.net,b.net", "b.net", true},
           Case{"a.net , b.net", "b.net", true},
           Case{"a.net b.net", "b.net", true},
           Case{",,,", "b.net", false},
           Case{".", "b.net", false},
           Case{"*", "b.net", true},
           Case{"*.net", "b.net", false},
           Case{"b\xc3\xbc.net", "b\xc3\xbc.net", false},  // names are punycode here
           Case{"10.0.0.1", "10.0.0.1", true},
           Case{"10.0.0.1", "10.0.0.10", false},
           Case{"0.0.1", "10.0.0.1", false},
           Case{"10.0.0.0/8", "10.200.3.4", true},
           Case{"10.0.0.0/8", "11.0.0.1", false},
           Case{"10.0.3.0/26", "10.0.3.63", true},
           Case{"10.0.3.0/26", "10.0.3.64", false},
           Case{"10.0.3.9/32", "10.0.3.9", true},
           Case{"0.0.0.0/0", "8.8.8.8", true},
           Case{"10.0.0.0/33", "10.0.0.0", false},
           Case{"10.0.0.0/", "10.0.0.0", false},
           Case{"10.0.0.0/8x", "10.0.0.0", false},
           Case{"10.0.0.0/8", "[2001:db8::1]", false},
           Case{"::1", "[::1]", true},
           Case{"[::1]", "[::1]", true},
           Case{"2001:db8::/33", "[2001:db8:7fff::1]", true},
           Case{"2001:db8::/33", "[2001:db8:8000::1]", false},
           Case{"10.0.0.0/8", "10.example.net", false},
       }) {
    ::setenv("no_proxy", no_proxy, 1);
    EXPECT_EQ(proxy(std::string("http://") + host + "/").empty(), direct)
        << no_proxy << ' ' << host;
  }
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
