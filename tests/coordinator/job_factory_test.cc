#include "coordinator/job_factory.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace fanfetch {
namespace {

class JobFactoryTest : public ::testing::Test {
 protected:
  JobFactoryTest() {
    for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                             "no_proxy", "NO_PROXY"}) {
      ::unsetenv(name);
    }
    options_.headers = {"X-Trace: 1"};
    options_.host_headers = {{"api.example.org", "X-Api-Key: secret"}};
  }

  [[nodiscard]] Job make(const std::string& link_url, const std::string& url = "") const {
    const Link link{.url = *parse_url(link_url)};
    return JobFactory(options_).make(link, *parse_url(url.empty() ? link_url : url));
  }
  using Headers = std::vector<std::string>;

  Options options_;
};

TEST_F(JobFactoryTest, ALinkGetsItsHeadersAndItsUser) {
  const Job job = make("https://me:pass@api.example.org/a");
  EXPECT_EQ(job.headers, (Headers{"X-Trace: 1", "X-Api-Key: secret"}));
  EXPECT_EQ(job.userinfo, "me:pass");
  EXPECT_EQ(job.url, "https://api.example.org/a");
  EXPECT_EQ(job.part_name.size(), 64u);
}

TEST_F(JobFactoryTest, AHostsHeaderGoesToThatHostAlone) {
  EXPECT_EQ(make("https://example.org/a").headers, Headers{"X-Trace: 1"});
  EXPECT_EQ(make("https://xapi.example.org/a").headers, Headers{"X-Trace: 1"});
}

TEST_F(JobFactoryTest, NoSecretCrossesToAnotherOrigin) {
  const Job job = make("https://me:pass@api.example.org/a", "https://cdn.example.org/b");
  EXPECT_TRUE(job.headers.empty());
  EXPECT_TRUE(job.userinfo.empty());
  const Job other_port = make("https://me:pass@api.example.org/a", "https://api.example.org:444/b");
  EXPECT_TRUE(other_port.userinfo.empty());
}

TEST_F(JobFactoryTest, ARedirectWithinTheOriginKeepsThem) {
  const Job job = make("https://me:pass@api.example.org/a", "https://api.example.org/b");
  EXPECT_EQ(job.userinfo, "me:pass");
  EXPECT_EQ(job.headers.size(), 2u);
}

TEST_F(JobFactoryTest, ARedirectThatTakesTheEncryptionAwayGetsNoSecret) {
  EXPECT_TRUE(make("https://api.example.org/a", "http://api.example.org/a").headers.empty());
}

TEST_F(JobFactoryTest, WhatALocationNamesAsUserIsNotSent) {
  EXPECT_TRUE(make("https://example.org/a", "https://eve:x@example.org/b").userinfo.empty());
}

TEST_F(JobFactoryTest, TheEnvironmentNamesTheProxy) {
  ::setenv("http_proxy", "http://plain:1", 1);
  ::setenv("HTTPS_PROXY", "http://secure:2", 1);
  ::setenv("no_proxy", "example.net, .internal,10.0.0.1", 1);
  EXPECT_EQ(make("http://example.org/").proxy, "http://plain:1");
  EXPECT_EQ(make("https://example.org/").proxy, "http://secure:2");
  EXPECT_EQ(make("http://example.net/").proxy, "");
  EXPECT_EQ(make("http://www.example.net/").proxy, "");
  EXPECT_EQ(make("http://notexample.net/").proxy, "http://plain:1");
  EXPECT_EQ(make("http://a.internal/").proxy, "");
  EXPECT_EQ(make("http://10.0.0.1/").proxy, "");
  ::setenv("no_proxy", "*", 1);
  EXPECT_EQ(make("http://example.org/").proxy, "");
}

TEST_F(JobFactoryTest, NoProxyAsInCurl) {
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
    EXPECT_EQ(make(std::string("http://") + host + "/").proxy.empty(), direct)
        << no_proxy << ' ' << host;
  }
}

TEST_F(JobFactoryTest, Http2ForWhoAsksForItButNotWithALimitOfBytes) {
  EXPECT_EQ(make("https://example.org/").http2, Http2::no);
  options_.http2 = Http2::yes;
  EXPECT_EQ(make("https://example.org/").http2, Http2::yes);
  options_.limit_rate = 1'000'000;
  EXPECT_EQ(make("https://example.org/").http2, Http2::no);
}

TEST_F(JobFactoryTest, TheUpperCaseHttpProxyIsNotTrusted) {
  ::setenv("HTTP_PROXY", "http://evil:1", 1);
  EXPECT_EQ(make("http://example.org/").proxy, "");
  ::unsetenv("HTTP_PROXY");
}

TEST_F(JobFactoryTest, TheGivenProxyWinsAlsoWhenItIsNone) {
  ::setenv("http_proxy", "http://plain:1", 1);
  options_.proxy_given = true;
  options_.proxy = "http://mine:3";
  EXPECT_EQ(make("http://example.org/").proxy, "http://mine:3");
  options_.proxy.clear();
  EXPECT_EQ(make("http://example.org/").proxy, "");
}

/// The guard in the worker sees the proxy's address, which the user named.
TEST_F(JobFactoryTest, BehindAProxyTheWorkerMayReachThePrivateProxy) {
  EXPECT_EQ(make("http://example.org/").private_addresses, PrivateAddresses::refuse);
  options_.proxy_given = true;
  options_.proxy = "http://10.0.0.5:3128";
  EXPECT_EQ(make("http://example.org/").private_addresses, PrivateAddresses::unchecked);
}

TEST_F(JobFactoryTest, AsksWithTheValidatorsOfTheEarlierFile) {
  Link link{.url = *parse_url("http://example.org/a")};
  EXPECT_EQ(JobFactory(options_).make(link, link.url).if_none_match, "");
  Record record{.status = Status::saved};
  record.etag = "\"v1\"";
  record.last_modified = "Sun, 06 Nov 1994 08:49:37 GMT";
  link.earlier = std::make_shared<Earlier>(Earlier{.record = record});
  const Job job = JobFactory(options_).make(link, link.url);
  EXPECT_EQ(job.if_none_match, "\"v1\"");
  EXPECT_EQ(job.if_modified_since, "Sun, 06 Nov 1994 08:49:37 GMT");
  record.etag = std::string(kMaxValidatorBytes + 1, 'x');
  link.earlier = std::make_shared<Earlier>(Earlier{.record = record});
  EXPECT_EQ(JobFactory(options_).make(link, link.url).if_none_match, "");
  record.status = Status::failed;  // marked to be fetched again: no question asked
  link.earlier = std::make_shared<Earlier>(Earlier{.record = record});
  EXPECT_EQ(JobFactory(options_).make(link, link.url).if_modified_since, "");
}

}  // namespace
}  // namespace fanfetch
