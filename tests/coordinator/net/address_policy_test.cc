#include "coordinator/net/address_policy.h"

#include <gtest/gtest.h>

#include <utility>

#include "common/job.h"

namespace fanfetch {
namespace {

using Addresses = std::vector<std::string>;

TEST(AddressPolicy, ByDefaultOnlyWhatIsEveryones) {
  const AddressPolicy policy;
  EXPECT_TRUE(policy.allows("93.184.216.34"));
  EXPECT_TRUE(policy.allows("2606:2800:220:1::1"));
  for (const char* address : {"10.0.0.1", "127.0.0.1", "::1", "fd00::1", "169.254.169.254",
                              "::ffff:10.0.0.1", "not an address"}) {
    EXPECT_FALSE(policy.allows(address)) << address;
  }
}

TEST(AddressPolicy, AllowPrivateLeavesOutWhatCloudsKeepSecretsAt) {
  const AddressPolicy policy{PrivateAddresses::allow, {}};
  for (const char* address : {"10.0.0.1", "127.0.0.1", "::1", "fd00::1"}) {
    EXPECT_TRUE(policy.allows(address)) << address;
  }
  for (const char* address : {"169.254.169.254", "fe80::1", "fd00:ec2::254", "0.0.0.0", "::"}) {
    EXPECT_FALSE(policy.allows(address)) << address;
  }
}

TEST(AddressPolicy, AllowNetOpensThatNetAlone) {
  const AddressPolicy policy{
      PrivateAddresses::refuse,
      {*parse_cidr("10.0.3.0/24"), *parse_cidr("169.254.169.254"), *parse_cidr("fe80::/10")}};
  EXPECT_TRUE(policy.allows("10.0.3.255"));
  EXPECT_TRUE(policy.allows("::ffff:10.0.3.1"));
  EXPECT_FALSE(policy.allows("10.0.4.0"));
  EXPECT_TRUE(policy.allows("169.254.169.254")) << "link-local too";
  EXPECT_FALSE(policy.allows("169.254.169.253"));
  EXPECT_TRUE(policy.allows("fe80::1"));
  EXPECT_TRUE(policy.allows("8.8.8.8")) << "it takes nothing away";
}

TEST(AllowedAddresses, InOrderWithoutTheRefusedOnes) {
  const AddressPolicy policy;
  const auto some = allowed_addresses({"10.0.0.1", "8.8.8.8", "127.0.0.1", "2600::1"}, &policy);
  EXPECT_EQ(some.addresses, (Addresses{"8.8.8.8", "2600::1"}));
  EXPECT_EQ(some.refused, "10.0.0.1");
  const auto none = allowed_addresses({"10.0.0.1", "127.0.0.1"}, &policy);
  EXPECT_TRUE(none.addresses.empty());
  EXPECT_EQ(none.refused, "10.0.0.1");
}

TEST(AllowedAddresses, NotMoreThanAJobTakes) {
  const AddressPolicy policy;
  Addresses many(20, "8.8.8.8");
  many.insert(many.begin(), "10.0.0.1");
  EXPECT_EQ(allowed_addresses(many, &policy).addresses.size(), kMaxJobAddresses);
  EXPECT_EQ(allowed_addresses(many, nullptr).addresses.front(), "10.0.0.1") << "exempt";
}

/// The address, `-` for a host that no option allows, or `none`.
std::string refused(const char* url, LookedUp looked_up, const AddressPolicy& policy = {}) {
  const auto why = refused_host(*parse_url(url), policy, looked_up);
  if (!why) return "none";
  EXPECT_NE(why->text, "");
  return why->address.empty() ? "-" : why->address;
}

/// Each names an address that links may not reach.
constexpr std::pair<const char*, const char*> kLiterals[] = {
    {"http://10.0.0.1/", "10.0.0.1"},
    {"http://127.1/", "127.0.0.1"},
    {"http://127.0.0.1./", "127.0.0.1"},
    {"http://2130706433/", "127.0.0.1"},
    {"http://017700000001/", "127.0.0.1"},
    {"http://0x7f000001/", "127.0.0.1"},
    {"http://0X7F.1/", "127.0.0.1"},
    {"http://0177.0.0.01/", "127.0.0.1"},
    {"http://0x7f.0.0.0x1/", "127.0.0.1"},
    {"http://0/", "0.0.0.0"},
    {"http://0x0.0/", "0.0.0.0"},
    {"http://%31%32%37.0.0.1/", "127.0.0.1"},
    {"http://127%2e0%2e0%2e1/", "127.0.0.1"},
    {"http://\uFF11\uFF12\uFF17.0.0.1/", "127.0.0.1"},          // full-width digits
    {"http://127\u30020\uFF0E0\uFF611/", "127.0.0.1"},          // dots of IDNA
    {"http://\u2460\u2461\u2466.0.0.1/", "127.0.0.1"},          // circled digits
    {"http://\U0001D7CF\U0001D7D0\U0001D7D5.1/", "127.0.0.1"},  // mathematical ones
    {"http://user:pass@10.1/", "10.0.0.1"},
    {"http://8.8.8.8@10.1/", "10.0.0.1"},
    {"http://[::1]:8080/", "::1"},
    {"http://[0:0:0:0:0:0:0:1]/", "::1"},
    {"http://[::ffff:127.0.0.1]/", "::ffff:127.0.0.1"},
    {"http://[::ffff:a9fe:a9fe]/", "::ffff:a9fe:a9fe"},
    {"http://[::7f00:1]/", "::7f00:1"},
    {"http://[64:ff9b::a00:1]/", "64:ff9b::a00:1"},
    {"http://[64:ff9b:1::808:808]/", "64:ff9b:1::808:808"},
    {"http://[::ffff:0:127.0.0.1]/", "::ffff:0:7f00:1"},
    {"http://[2002:7f00:1::]/", "2002:7f00:1::"},
    {"http://[fe80::1]/", "fe80::1"},
    {"http://169.254.169.254/latest/", "169.254.169.254"},
    {"http://2852039166/latest/", "169.254.169.254"},
};

TEST(RefusedHost, AddressesInAnyNotation) {
  for (const auto looked_up : {LookedUp::here, LookedUp::by_proxy}) {
    for (const auto& [url, address] : kLiterals) {
      ASSERT_TRUE(parse_url(url)) << url << ": " << parse_url(url).error().message;
      EXPECT_EQ(refused(url, looked_up), address) << url;
    }
    EXPECT_EQ(refused("http://8.8.8.8/", looked_up), "none");
    EXPECT_EQ(refused("http://134744072/", looked_up), "none");
    EXPECT_EQ(refused("http://[2600::1]/", looked_up), "none");
    EXPECT_EQ(refused("http://10.0.0.1/", looked_up, {.allowed_nets = {*parse_cidr("10.0.0.0/8")}}),
              "none");
  }
  for (const char* url : {"http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/", "http://[::1]x/",
                          "http://[v1.x]/", "http://[127.0.0.1]/"}) {
    EXPECT_FALSE(parse_url(url)) << url;
  }
}

TEST(RefusedHost, ANameIsJudgedByItsAddressesOrByTheProxy) {
  for (const char* url : {"http://localhost/", "http://a.localhost/", "http://host.5/"}) {
    EXPECT_EQ(refused(url, LookedUp::here), "none") << url;
  }
  for (const char* url :
       {"http://example.org/", "http://localhost.example.org/", "http://mylocalhost/", "http://a1/",
        "http://1.2.3.4.example/", "http://face/", "http://0xface.x/", "http://3com.com/"}) {
    EXPECT_EQ(refused(url, LookedUp::by_proxy), "none") << url;
  }
}

TEST(RefusedHost, AProxysOwnMachineCountsAsLoopback) {
  for (const char* url :
       {"http://localhost/", "http://LOCALHOST./", "http://a.b.localhost:8080/",
        "http://localhost.localdomain/", "http://localhost6/", "http://ip6-loopback/",
        "http://%6cocalhost/", "http://\uFF4Cocalhost/"}) {
    EXPECT_EQ(refused(url, LookedUp::by_proxy), "127.0.0.1") << url;
    for (const char* net : {"127.0.0.0/8", "::1"}) {
      EXPECT_EQ(refused(url, LookedUp::by_proxy, {.allowed_nets = {*parse_cidr(net)}}), "none");
    }
    EXPECT_EQ(refused(url, LookedUp::by_proxy, {.private_addresses = PrivateAddresses::allow}),
              "none");
  }
}

TEST(RefusedHost, AProxyGetsNoNumberThatIsNoAddress) {
  for (const char* url :
       {"http://127.0.0.08/", "http://425.510.425.510/", "http://4294967297/", "http://1.2.3.4.5/",
        "http://127.0.0.0x/", "http://127.0.0.1.0x1/", "http://host.5/", "http://127.0.0.256/",
        "http://0x1ffffffff/", "http://127.0.0.1.2./"}) {
    ASSERT_TRUE(parse_url(url)) << url << ": " << parse_url(url).error().message;
    EXPECT_EQ(refused(url, LookedUp::by_proxy), "-") << url;
    EXPECT_EQ(refused(url, LookedUp::by_proxy, {.private_addresses = PrivateAddresses::allow}), "-")
        << url;
    EXPECT_EQ(refused(url, LookedUp::here), "none") << "it is looked up, as a name";
  }
}

}  // namespace
}  // namespace fanfetch
