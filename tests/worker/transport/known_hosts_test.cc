#include "worker/transport/known_hosts.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using Entries = std::vector<std::string>;

Job job(std::string host, std::vector<std::string> addresses = {"192.0.2.1"}) {
  return {.connect_host = std::move(host), .connect_port = 80, .addresses = std::move(addresses)};
}

TEST(KnownHosts, TellsLibcurlTheAddresses) {
  KnownHosts hosts;
  EXPECT_EQ(hosts.use(job("a.test", {"2001:db8::1", "192.0.2.1"})),
            Entries{"a.test:80:[2001:db8::1],192.0.2.1"});
  EXPECT_EQ(hosts.use(job("127.0.0.1")), Entries{});
  EXPECT_EQ(hosts.use(job("::1")), Entries{});
  EXPECT_EQ(hosts.size(), 1u);
  hosts.forget(job("::1"));
}

/// CURLOPT_RESOLVE takes a '-' at the front for an order to forget.
TEST(KnownHosts, ANameMayBeginWithAHyphen) {
  KnownHosts hosts(0);
  EXPECT_EQ(hosts.use(job("-a.test")), Entries{"+-a.test:80:192.0.2.1"});
  hosts.forget(job("-a.test"));
  EXPECT_EQ(hosts.use(job("b")), (Entries{"--a.test:80", "b:80:192.0.2.1"}));
}

TEST(KnownHosts, TakesOutWhatIsLongUnused) {
  KnownHosts hosts(2);
  for (const char* host : {"a", "b", "c"}) {
    EXPECT_EQ(hosts.use(job(host)).size(), 1u);
    hosts.forget(job(host));
  }
  EXPECT_EQ(hosts.use(job("d")), (Entries{"-a:80", "d:80:192.0.2.1"}));
  hosts.forget(job("d"));
  EXPECT_EQ(hosts.use(job("b")), Entries{"b:80:192.0.2.1"}) << "its turn to go, but it is used";
  EXPECT_EQ(hosts.use(job("e")), Entries{"e:80:192.0.2.1"});
  EXPECT_EQ(hosts.size(), 4u);
}

TEST(KnownHosts, WhatATransferUsesStays) {
  KnownHosts hosts(0);
  (void)hosts.use(job("a"));
  (void)hosts.use(job("a"));
  hosts.forget(job("a"));
  EXPECT_EQ(hosts.use(job("b")), Entries{"b:80:192.0.2.1"});
  hosts.forget(job("a"));
  EXPECT_EQ(hosts.use(job("c")), (Entries{"-a:80", "c:80:192.0.2.1"}));
}

TEST(KnownHosts, StaysSmallOverAnyNumberOfHosts) {
  KnownHosts hosts(10);
  for (int i = 0; i < 100'000; ++i) {
    const Job one = job(std::to_string(i) + ".test");
    EXPECT_LE(hosts.use(one).size(), 2u);
    hosts.forget(one);
  }
  EXPECT_LE(hosts.size(), 12u);
}

TEST(KnownHosts, OnlyTheAddressesOfItsJobs) {
  KnownHosts hosts;
  const Job first = job("a", {"192.0.2.1"});
  const Job later = job("a", {"192.0.2.2"});
  (void)hosts.use(first);
  EXPECT_TRUE(hosts.may_reach(first, *parse_ip("192.0.2.1")));
  EXPECT_FALSE(hosts.may_reach(first, *parse_ip("192.0.2.2")));
  (void)hosts.use(later);
  EXPECT_TRUE(hosts.may_reach(first, *parse_ip("192.0.2.2"))) << "what libcurl now knows";
  EXPECT_FALSE(hosts.may_reach(first, *parse_ip("192.0.2.3")));
  const Job literal = job("::ffff:10.0.0.1", {"::ffff:10.0.0.1"});
  (void)hosts.use(literal);
  EXPECT_TRUE(hosts.may_reach(literal, *parse_ip("10.0.0.1")));
  EXPECT_FALSE(hosts.may_reach(literal, *parse_ip("10.0.0.2")));
}

}  // namespace
}  // namespace fanfetch
