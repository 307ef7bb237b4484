#include "coordinator/net/address_policy.h"

#include <gtest/gtest.h>

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

TEST(RefusedLiteral, OnlyAddressesThatTheUrlNames) {
  const auto refused = [](const char* url, const AddressPolicy& policy = {}) {
    return refused_literal(*parse_url(url), policy).value_or("none");
  };
  EXPECT_EQ(refused("http://10.0.0.1/"), "10.0.0.1");
  EXPECT_EQ(refused("http://127.1/"), "127.0.0.1");
  EXPECT_EQ(refused("http://[::1]:8080/"), "::1");
  EXPECT_EQ(refused("http://8.8.8.8/"), "none");
  EXPECT_EQ(refused("http://localhost/"), "none") << "a name is judged by its addresses";
  EXPECT_EQ(refused("http://10.0.0.1/", {.allowed_nets = {*parse_cidr("10.0.0.0/8")}}), "none");
}

}  // namespace
}  // namespace fanfetch
