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

TEST_F(JobFactoryTest, TheLinksOwnExtensionGoesAlongWithEveryHop) {
  EXPECT_EQ(
      make("http://example.org/a.b/photo.JPG?x=.png", "http://example.org/login").link_extension,
      "jpg");
  EXPECT_EQ(make("http://example.org/a.b/photo").link_extension, "");
  EXPECT_EQ(make("http://example.org/").link_extension, "");
  EXPECT_EQ(make("http://example.org/a." + std::string(30, 'x')).link_extension, "");
}

TEST_F(JobFactoryTest, SaysWhichAnswersAreWanted) {
  options_.accept_types = {"image/*"};
  options_.min_size = 7;
  options_.respect_robots_tag = true;
  const Job job = make("http://example.org/a");
  EXPECT_EQ(job.accept_types, options_.accept_types);
  EXPECT_EQ(job.min_size, 7u);
  EXPECT_TRUE(job.respect_robots_tag);
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
