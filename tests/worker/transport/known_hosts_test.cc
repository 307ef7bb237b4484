#include "worker/transport/known_hosts.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using Entries = std::vector<std::string>;

Job job_for_host(std::string host, std::vector<std::string> addresses = {"192.0.2.1"}) {
  return {.connect_host = std::move(host), .connect_port = 80, .addresses = std::move(addresses)};
}

TEST(KnownHosts, TellsLibcurlTheAddresses) {
  KnownHosts hosts;
  EXPECT_EQ(hosts.use(job_for_host("a.test", {"2001:db8::1", "192.0.2.1"})),
            Entries{"a.test:80:[2001:db8::1],192.0.2.1"});
  EXPECT_EQ(hosts.use(job_for_host("127.0.0.1")), Entries{});
  EXPECT_EQ(hosts.use(job_for_host("::1")), Entries{});
  EXPECT_EQ(hosts.size(), 1u);
  hosts.forget(job_for_host("::1"));
}

/// CURLOPT_RESOLVE takes a '-' at the front for an order to forget.
TEST(KnownHosts, ANameMayBeginWithAHyphen) {
  KnownHosts hosts(0);
  EXPECT_EQ(hosts.use(job_for_host("-a.test")), Entries{"+-a.test:80:192.0.2.1"});
  hosts.forget(job_for_host("-a.test"));
  EXPECT_EQ(hosts.use(job_for_host("b")), (Entries{"--a.test:80", "b:80:192.0.2.1"}));
}

TEST(KnownHosts, TakesOutWhatIsLongUnused) {
  KnownHosts hosts(2);
  for (const char* host : {"a", "b", "c"}) {
    EXPECT_EQ(hosts.use(job_for_host(host)).size(), 1u);
    hosts.forget(job_for_host(host));
  }
  EXPECT_EQ(hosts.use(job_for_host("d")), (Entries{"-a:80", "d:80:192.0.2.1"}));
  hosts.forget(job_for_host("d"));
  EXPECT_EQ(hosts.use(job_for_host("b")), Entries{"b:80:192.0.2.1"})
      << "its turn to go, but it is used";
  EXPECT_EQ(hosts.use(job_for_host("e")), Entries{"e:80:192.0.2.1"});
  EXPECT_EQ(hosts.size(), 4u);
}

TEST(KnownHosts, WhatATransferUsesStays) {
  KnownHosts hosts(0);
  (void)hosts.use(job_for_host("a"));
  (void)hosts.use(job_for_host("a"));
  hosts.forget(job_for_host("a"));
  EXPECT_EQ(hosts.use(job_for_host("b")), Entries{"b:80:192.0.2.1"});
  hosts.forget(job_for_host("a"));
  EXPECT_EQ(hosts.use(job_for_host("c")), (Entries{"-a:80", "c:80:192.0.2.1"}));
}

TEST(KnownHosts, StaysSmallOverAnyNumberOfHosts) {
  KnownHosts hosts(10);
  for (int i = 0; i < 100'000; ++i) {
    const Job one = job_for_host(std::to_string(i) + ".test");
    EXPECT_LE(hosts.use(one).size(), 2u);
    hosts.forget(one);
  }
  EXPECT_LE(hosts.size(), 12u);
}

TEST(KnownHosts, OnlyTheAddressesOfItsJobs) {
  KnownHosts hosts;
  const Job first = job_for_host("a", {"192.0.2.1"});
  const Job later = job_for_host("a", {"192.0.2.2"});
  (void)hosts.use(first);
  EXPECT_TRUE(hosts.may_reach(first, *parse_ip("192.0.2.1")));
  EXPECT_FALSE(hosts.may_reach(first, *parse_ip("192.0.2.2")));
  (void)hosts.use(later);
  EXPECT_TRUE(hosts.may_reach(first, *parse_ip("192.0.2.2"))) << "what libcurl now knows";
  EXPECT_FALSE(hosts.may_reach(first, *parse_ip("192.0.2.3")));
  const Job literal = job_for_host("::ffff:10.0.0.1", {"::ffff:10.0.0.1"});
  (void)hosts.use(literal);
  EXPECT_TRUE(hosts.may_reach(literal, *parse_ip("10.0.0.1")));
  EXPECT_FALSE(hosts.may_reach(literal, *parse_ip("10.0.0.2")));
}

}  // namespace
}  // namespace fanfetch
