#include "coordinator/net/resolver.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using Addresses = std::vector<std::string>;

/// What needs no query; the rest, tests/system/dns_test.cc has.
class ResolverTest : public ::testing::Test {
 protected:
  [[nodiscard]] Addresses known(const std::string& host,
                                AddressFamily family = AddressFamily::any) {
    Resolver resolver(loop_, {.family = family}, names_);
    const Resolution* found = resolver.known(host, loop_.now());
    if (found == nullptr) return {"ask"};
    EXPECT_FALSE(found->failure);
    return found->addresses;
  }

  const SystemNames names_{parse_hosts("10.0.0.1 box.test both.test\n"
                                       "fd00::1 both.test\n"
                                       "10.0.0.9 localhost\n"),
                           parse_resolv_conf("")};
  EventLoop loop_;
};

TEST_F(ResolverTest, AnAddressIsItself) {
  EXPECT_EQ(known("192.0.2.1"), Addresses{"192.0.2.1"});
  EXPECT_EQ(known("2001:db8::1"), Addresses{"2001:db8::1"});
  EXPECT_EQ(known("192.0.2.1", AddressFamily::v6), Addresses{"192.0.2.1"}) << "as the user said";
}

TEST_F(ResolverTest, TheHostsFileComesFirst) {
  EXPECT_EQ(known("box.test"), Addresses{"10.0.0.1"});
  EXPECT_EQ(known("both.test"), (Addresses{"10.0.0.1", "fd00::1"}));
  EXPECT_EQ(known("both.test", AddressFamily::v4), Addresses{"10.0.0.1"});
  EXPECT_EQ(known("both.test", AddressFamily::v6), Addresses{"fd00::1"});
  EXPECT_EQ(known("box.test", AddressFamily::v6), Addresses{"ask"}) << "DNS may know one";
  EXPECT_EQ(known("localhost"), Addresses{"10.0.0.9"});
  EXPECT_EQ(known("other.test"), Addresses{"ask"});
}

TEST_F(ResolverTest, LocalhostIsThisMachine) {
  EXPECT_EQ(known("a.localhost"), (Addresses{"::1", "127.0.0.1"}));
  EXPECT_EQ(known("a.localhost", AddressFamily::v4), Addresses{"127.0.0.1"});
  EXPECT_EQ(known("localhost", AddressFamily::v6), Addresses{"::1"});
  EXPECT_EQ(known("notlocalhost"), Addresses{"ask"});
  EXPECT_EQ(known("localhost.test"), Addresses{"ask"});
}

TEST_F(ResolverTest, AChangedHostsFileHoldsFromThenOn) {
  Resolver resolver(loop_, {}, names_);
  resolver.use({parse_hosts("10.0.0.2 box.test\n"), parse_resolv_conf("")});
  const Resolution* found = resolver.known("box.test", loop_.now());
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->addresses, Addresses{"10.0.0.2"});
  EXPECT_EQ(resolver.known("both.test", loop_.now()), nullptr);
}

}  // namespace
}  // namespace fanfetch
