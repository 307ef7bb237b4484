#include "coordinator/dispatch/route_finder.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace fanfetch {
namespace {

/// Where no query is needed: addresses, and proxies that are named by one.
class RouteFinderTest : public ::testing::Test {
 protected:
  RouteFinderTest() {
    for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                             "no_proxy", "NO_PROXY"}) {
      ::unsetenv(name);
    }
  }

  /// `proxy|host|port|address`, or `error class: address`, or `ask`.
  [[nodiscard]] std::string find(const char* url) {
    const auto found = RouteFinder(loop_, rules_).find(*parse_url(url), loop_.now());
    if (!found) return "ask";
    if (!*found) {
      const Failed& failed = found->error();
      EXPECT_EQ(failed.retry, Retry::no);
      return fmt::format("{}: {}", name(failed.error), failed.refused_address);
    }
    const Route& route = **found;
    EXPECT_EQ(route.addresses.size(), 1u);
    return fmt::format("{}|{}|{}|{}", route.proxy, route.host, route.port, route.addresses[0]);
  }
  void use_proxy(const char* proxy) { rules_.proxy = proxy; }

  EventLoop loop_;
  RouteRules rules_;
};

TEST_F(RouteFinderTest, StraightToAnAddress) {
  EXPECT_EQ(find("http://8.8.8.8/"), "|8.8.8.8|80|8.8.8.8");
  EXPECT_EQ(find("https://[2600::1]:8443/"), "|2600::1|8443|2600::1");
  EXPECT_EQ(find("http://example.test/"), "ask");
}

TEST_F(RouteFinderTest, ThePolicyHolds) {
  EXPECT_EQ(find("http://10.0.0.1/"), "refused: 10.0.0.1");
  EXPECT_EQ(find("http://[::1]/"), "refused: ::1");
  rules_.policy.allowed_nets = {*parse_cidr("10.0.0.0/8")};
  EXPECT_EQ(find("http://10.0.0.1/"), "|10.0.0.1|80|10.0.0.1");
  rules_.policy.private_addresses = PrivateAddresses::allow;
  EXPECT_EQ(find("http://[::1]/"), "|::1|80|::1");
  EXPECT_EQ(find("http://169.254.169.254/"), "refused: 169.254.169.254");
}

TEST_F(RouteFinderTest, ByAProxyWhichIsTheUsersOwnWord) {
  use_proxy("http://10.0.0.5:3128");
  EXPECT_EQ(find("https://example.test/"), "http://10.0.0.5:3128|10.0.0.5|3128|10.0.0.5");
  EXPECT_EQ(find("http://10.0.0.1/"), "refused: 10.0.0.1") << "no way to what links may not reach";
  EXPECT_EQ(find("http://localhost:8080/"), "refused: 127.0.0.1") << "the proxy's own machine";
  EXPECT_EQ(find("http://127.0.0.08/"), "refused: ") << "a proxy may take it for an address";
  use_proxy("socks5://me:pass@[fd00::5]");
  EXPECT_EQ(find("http://a.localhost/"), "refused: 127.0.0.1");
  EXPECT_EQ(find("https://example.test/"), "socks5h://me:pass@[fd00::5]:1080|fd00::5|1080|fd00::5");
  use_proxy("http://proxy.test");
  EXPECT_EQ(find("https://example.test/"), "ask");
}

TEST_F(RouteFinderTest, AProxyOfTheEnvironmentThatIsNone) {
  ::setenv("http_proxy", "ftp://me:secret@proxy", 1);
  const auto found = RouteFinder(loop_, rules_).find(*parse_url("http://a.test/"), loop_.now());
  ::unsetenv("http_proxy");
  ASSERT_TRUE(found && !*found);
  EXPECT_EQ(found->error().error, ErrorClass::connect);
  EXPECT_EQ(found->error().message.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace fanfetch
