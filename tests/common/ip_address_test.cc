#include "common/ip_address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

namespace fanfetch {
namespace {

constexpr auto kGlobal = AddressScope::global;
constexpr auto kPrivate = AddressScope::private_net;
constexpr auto kForbidden = AddressScope::forbidden;

struct ScopeRow {
  const char* text;
  AddressScope scope;
};

// First and last address of each block, and their neighbours.
constexpr ScopeRow kScopes[] = {
    {"0.0.0.0", kForbidden},
    {"0.255.255.255", kForbidden},
    {"1.0.0.0", kGlobal},
    {"9.255.255.255", kGlobal},
    {"10.0.0.0", kPrivate},
    {"10.255.255.255", kPrivate},
    {"11.0.0.0", kGlobal},
    {"100.63.255.255", kGlobal},
    {"100.64.0.0", kPrivate},
    {"100.100.100.199", kPrivate},
    {"100.100.100.200", kForbidden},
    {"100.127.255.255", kPrivate},
    {"100.128.0.0", kGlobal},
    {"126.255.255.255", kGlobal},
    {"127.0.0.1", kPrivate},
    {"127.255.255.255", kPrivate},
    {"128.0.0.0", kGlobal},
    {"168.63.129.16", kForbidden},
    {"169.253.255.255", kGlobal},
    {"169.254.0.0", kForbidden},
    {"169.254.169.254", kForbidden},
    {"169.254.255.255", kForbidden},
    {"169.255.0.0", kGlobal},
    {"172.15.255.255", kGlobal},
    {"172.16.0.0", kPrivate},
    {"172.31.255.255", kPrivate},
    {"172.32.0.0", kGlobal},
    {"192.0.0.0", kForbidden},
    {"192.0.0.8", kForbidden},
    {"192.0.0.9", kGlobal},
    {"192.0.0.10", kGlobal},
    {"192.0.0.192", kForbidden},
    {"192.0.1.0", kGlobal},
    {"192.0.2.1", kForbidden},
    {"192.31.196.1", kGlobal},
    {"192.88.99.1", kForbidden},
    {"192.167.255.255", kGlobal},
    {"192.168.0.0", kPrivate},
    {"192.168.255.255", kPrivate},
    {"192.169.0.0", kGlobal},
    {"198.17.255.255", kGlobal},
    {"198.18.0.0", kForbidden},
    {"198.19.255.255", kForbidden},
    {"198.20.0.0", kGlobal},
    {"198.51.100.7", kForbidden},
    {"203.0.113.7", kForbidden},
    {"223.255.255.255", kGlobal},
    {"224.0.0.1", kForbidden},
    {"239.255.255.255", kForbidden},
    {"240.0.0.0", kForbidden},
    {"255.255.255.255", kForbidden},
    {"8.8.8.8", kGlobal},

    {"::", kForbidden},
    {"::1", kPrivate},
    {"::2", kForbidden},  // compatible: 0.0.0.2
    {"::8.8.8.8", kGlobal},
    {"::10.0.0.1", kPrivate},
    {"::169.254.169.254", kForbidden},
    {"::ffff:8.8.8.8", kGlobal},
    {"::ffff:127.0.0.1", kPrivate},
    {"::ffff:0.0.0.0", kForbidden},
    {"::ffff:169.254.169.254", kForbidden},
    {"::ffff:0:8.8.8.8", kForbidden},  // translated, RFC 2765: not in the registry
    {"64:ff9b::8.8.8.8", kGlobal},
    {"64:ff9b::192.168.0.1", kPrivate},
    {"64:ff9b::169.254.169.254", kForbidden},
    {"64:ff9b:1::8.8.8.8", kForbidden},
    {"100::1", kForbidden},
    {"100:0:0:1::1", kForbidden},
    {"2001:0:808:808::f7f7:f7f7", kGlobal},       // Teredo: server 8.8.8.8, client 8.8.8.8
    {"2001:0:808:808::f5ff:fffe", kPrivate},      // client 10.0.0.1
    {"2001:0:a9fe:a9fe::f7f7:f7f7", kForbidden},  // server 169.254.169.254
    {"2001:1::1", kGlobal},
    {"2001:1::2", kGlobal},
    {"2001:1::3", kGlobal},
    {"2001:1::4", kForbidden},
    {"2001:2::1", kForbidden},
    {"2001:3::1", kGlobal},
    {"2001:4:112::1", kGlobal},
    {"2001:4:113::1", kForbidden},
    {"2001:10::1", kForbidden},
    {"2001:20::1", kGlobal},
    {"2001:2f:ffff::1", kGlobal},
    {"2001:30::1", kGlobal},
    {"2001:40::1", kForbidden},
    {"2001:1ff:ffff::1", kForbidden},
    {"2001:200::1", kGlobal},
    {"2001:db8::1", kForbidden},
    {"2001:db9::1", kGlobal},
    {"2002:808:808::1", kGlobal},
    {"2002:a00:1::1", kPrivate},
    {"2002:a9fe:a9fe::1", kForbidden},
    {"2620:4f:8000::1", kGlobal},
    {"2a00:1450:4001::1", kGlobal},
    {"3ffe:ffff::1", kGlobal},
    {"3fff::1", kForbidden},
    {"3fff:fff::1", kForbidden},
    {"3fff:1000::1", kGlobal},
    {"4000::1", kForbidden},
    {"5f00::1", kForbidden},
    {"fbff::1", kForbidden},
    {"fc00::1", kPrivate},
    {"fd00::1", kPrivate},
    {"fd00:ec2::254", kForbidden},
    {"fd00:ec2::23", kForbidden},
    {"fd00:ec1::254", kPrivate},
    {"fd20:ce::254", kForbidden},
    {"fd20:ce::255", kPrivate},
    {"fd00:42::42", kForbidden},
    {"fd00:c1::a9fe:a9fe", kForbidden},
    {"fdff:ffff::1", kPrivate},
    {"fe00::1", kForbidden},
    {"fe80::1", kForbidden},
    {"fe80::a9fe:a9fe", kForbidden},
    {"febf::1", kForbidden},
    {"fec0::1", kPrivate},
    {"feff::1", kPrivate},
    {"ff00::1", kForbidden},
    {"ff02::1", kForbidden},
};

TEST(ScopeOfLiteral, FollowsTheRegistries) {
  for (const auto& [text, scope] : kScopes) EXPECT_EQ(scope_of_literal(text), scope) << text;
}

TEST(ScopeOfLiteral, IsNoneForNames) {
  for (const char* text : {"", "localhost", "127.1", "0177.0.0.1", "0x7f.0.0.1", "2130706433",
                           "[::1]", "1.2.3.4.5", "1.2.3.256", "::g", "1.2.3.4 ", "example.org"}) {
    EXPECT_EQ(scope_of_literal(text), std::nullopt) << text;
  }
  EXPECT_EQ(scope_of_literal(std::string_view("1.2.3.4xyz", 7)), kGlobal) << "no NUL behind it";
  EXPECT_EQ(scope_of_literal("fe80::1%eth0"), kForbidden);
}

TEST(ScopeOf, ReadsBothFamiliesAndNoOther) {
  sockaddr_storage storage{};
  const auto* address = reinterpret_cast<const sockaddr*>(&storage);
  for (const auto& [text, scope] : kScopes) {
    storage = {};
    auto* in = reinterpret_cast<sockaddr_in*>(&storage);
    auto* in6 = reinterpret_cast<sockaddr_in6*>(&storage);
    if (::inet_pton(AF_INET, text, &in->sin_addr) == 1) {
      in->sin_family = AF_INET;
    } else {
      ASSERT_EQ(::inet_pton(AF_INET6, text, &in6->sin6_addr), 1) << text;
      in6->sin6_family = AF_INET6;
    }
    EXPECT_EQ(scope_of(*address), scope) << text;
    EXPECT_EQ(scope_of_literal(to_text(*address)), scope) << text;
  }
  storage = {};
  storage.ss_family = AF_UNIX;
  EXPECT_EQ(scope_of(*address), kForbidden);
  EXPECT_EQ(to_text(*address), "");
}

}  // namespace
}  // namespace fanfetch
