#include "common/ip_network.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

namespace fanfetch {
namespace {

std::string ip(std::string_view text) {
  const auto address = parse_ip(text);
  return address ? to_text(*address) : "none";
}

TEST(IpAddress, ComesBackInItsShortestForm) {
  EXPECT_EQ(ip("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(ip("2001:DB8:0:0::1"), "2001:db8::1");
  EXPECT_EQ(ip("::"), "::");
  EXPECT_EQ(ip("::ffff:10.0.0.1"), "10.0.0.1") << "whom a connection reaches";
  for (const char* bad : {"", "1.2.3", "01.2.3.4", "1.2.3.4 ", "[::1]", "fe80::1%eth0", "host"}) {
    EXPECT_EQ(ip(bad), "none") << bad;
  }
}

TEST(IpAddress, OfASocketAddress) {
  sockaddr_in in4{};
  in4.sin_family = AF_INET;
  in4.sin_addr.s_addr = htonl(0x0a000001);
  EXPECT_EQ(ip_of(*reinterpret_cast<const sockaddr*>(&in4)), parse_ip("10.0.0.1"));
  sockaddr_in6 in6{};
  in6.sin6_family = AF_INET6;
  in6.sin6_addr.s6_addr[15] = 1;
  EXPECT_EQ(ip_of(*reinterpret_cast<const sockaddr*>(&in6)), parse_ip("::1"));
  in6.sin6_family = AF_UNIX;
  EXPECT_EQ(ip_of(*reinterpret_cast<const sockaddr*>(&in6)), std::nullopt);
}

bool holds(const char* network, const char* address) {
  return parse_cidr(network)->contains(*parse_ip(address));
}

TEST(Cidr, HoldsWhatBeginsWithItsBits) {
  EXPECT_TRUE(holds("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(holds("10.0.3.128/25", "10.0.3.128"));
  EXPECT_FALSE(holds("10.0.3.128/25", "10.0.3.127"));
  EXPECT_TRUE(holds("10.0.3.7", "10.0.3.7"));
  EXPECT_FALSE(holds("10.0.3.7", "10.0.3.6"));
  EXPECT_TRUE(holds("0.0.0.0/0", "255.1.2.3"));
  EXPECT_FALSE(holds("0.0.0.0/0", "::1")) << "another family";
  EXPECT_TRUE(holds("fd00::/8", "fdff::1"));
  EXPECT_FALSE(holds("fd00::/8", "fc00::1"));
  EXPECT_TRUE(holds("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(holds("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(holds("10.0.0.0/8", "::ffff:10.0.0.1"));
}

TEST(Cidr, ErrorsSayWhatWouldBeRight) {
  EXPECT_EQ(to_text(*parse_cidr("10.0.3.7")), "10.0.3.7/32");
  EXPECT_EQ(to_text(network_of(*parse_ip("fd12:3456:789a:1::5"), 64)), "fd12:3456:789a:1::/64");
  EXPECT_EQ(parse_cidr("10.0.3.7/24").error().message,
            "'10.0.3.7/24' has bits set after its prefix; did you mean 10.0.3.0/24?");
  for (const char* bad : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10/8", "::/129",
                          "10.0.0.0/8/8", "example.org", "10.0.0.0/8 "}) {
    EXPECT_FALSE(parse_cidr(bad)) << bad;
  }
}

TEST(IpEndpoint, TheWaysToWriteIt) {
  const auto read = [](std::string_view text) {
    const auto endpoint = parse_endpoint(text, 53);
    return endpoint ? fmt::format("{} {}", to_text(endpoint->address), endpoint->port) : "none";
  };
  EXPECT_EQ(read("192.0.2.1"), "192.0.2.1 53");
  EXPECT_EQ(read("192.0.2.1:5353"), "192.0.2.1 5353");
  EXPECT_EQ(read("2001:db8::1"), "2001:db8::1 53");
  EXPECT_EQ(read("[2001:db8::1]"), "2001:db8::1 53");
  EXPECT_EQ(read("[2001:db8::1]:5353"), "2001:db8::1 5353");
  for (const char* bad : {"", ":53", "1.2.3.4:", "1.2.3.4:0", "1.2.3.4:65536", "1.2.3.4:x", "[::1",
                          "[::1]53", "dns.example"}) {
    EXPECT_EQ(read(bad), "none") << bad;
  }
}

}  // namespace
}  // namespace fanfetch
