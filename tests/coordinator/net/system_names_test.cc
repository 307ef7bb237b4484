#include "coordinator/net/system_names.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using Addresses = std::vector<std::string>;

TEST(ParseHosts, NamesInAnyCaseWithAllTheirAddresses) {
  const HostsTable table = parse_hosts(
      "# comment\n"
      "127.0.0.1\tlocalhost  Box.Example. # box\r\n"
      "\n"
      "::1 localhost\n"
      "  10.0.0.1 other\n"
      "127.0.0.1 localhost\n"
      "10.0.0.2 last");
  EXPECT_EQ(table.size(), 4u);
  EXPECT_EQ(table.at("localhost"), (Addresses{"127.0.0.1", "::1"}));
  EXPECT_EQ(table.at("box.example"), Addresses{"127.0.0.1"});
  EXPECT_EQ(table.at("other"), Addresses{"10.0.0.1"});
  EXPECT_EQ(table.at("last"), Addresses{"10.0.0.2"});
}

TEST(ParseHosts, WhatIsNoLineOfItDoesNotCount) {
  EXPECT_TRUE(parse_hosts("nonsense host\nfe80::1%lo0 zone\n10.0.0.1\n#10.0.0.2 commented\n\n\n"
                          "10.0.0 short\n")
                  .empty());
  EXPECT_EQ(parse_hosts(std::string("10.0.0.1 a\0b\n10.0.0.2 c", 23)).at("c").size(), 1u);
}

TEST(ParseResolvConf, ServersInTheirOrder) {
  const DnsServers dns = parse_resolv_conf(
      "; a comment\n"
      "# nameserver 192.0.2.9\n"
      "search example.org\n"
      "nameserver 192.0.2.1 # the first\n"
      "nameserver\t2001:db8::1\r\n"
      "nameserver nonsense\n"
      "nameserver fe80::1%eth0\n"
      "nameservers 192.0.2.8\n"
      "nameserver 192.0.2.2");
  EXPECT_EQ(dns.servers, (std::vector<IpEndpoint>{{*parse_ip("192.0.2.1"), 53},
                                                  {*parse_ip("2001:db8::1"), 53},
                                                  {*parse_ip("192.0.2.2"), 53}}));
  EXPECT_FALSE(dns.rotate);
}

TEST(ParseResolvConf, WithoutAServerItIsThisMachines) {
  const std::vector<IpEndpoint> own = {{*parse_ip("127.0.0.1"), 53}};
  EXPECT_EQ(parse_resolv_conf("").servers, own);
  EXPECT_EQ(parse_resolv_conf("nameserver\noptions ndots:2\n").servers, own);
}

TEST(ParseResolvConf, ServersMayTakeTurns) {
  EXPECT_TRUE(parse_resolv_conf("options ndots:2 rotate\n").rotate);
  EXPECT_FALSE(parse_resolv_conf("options rotated\nrotate\n").rotate);
}

}  // namespace
}  // namespace fanfetch
