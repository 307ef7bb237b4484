#include "coordinator/dispatch/job_factory.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

class JobFactoryTest : public ::testing::Test {
 protected:
  JobFactoryTest() {
    rules_.headers = {"X-Trace: 1"};
    rules_.host_headers = {{"api.example.org", "X-Api-Key: secret"}};
  }

  [[nodiscard]] Job make(const std::string& link_url, const std::string& url = "") const {
    const Link link{.url = *parse_url(link_url)};
    return JobFactory(rules_).make(link, *parse_url(url.empty() ? link_url : url), {});
  }
  using Headers = std::vector<std::string>;

  JobRules rules_;
};

TEST_F(JobFactoryTest, ALinkGetsItsHeadersAndItsUser) {
  const Job job = make("https://me:pass@api.example.org/a");
  EXPECT_EQ(job.headers, (Headers{"X-Trace: 1", "X-Api-Key: secret"}));
  EXPECT_EQ(job.userinfo, "me:pass");
  EXPECT_EQ(job.url, "https://api.example.org/a");
  EXPECT_EQ(job.part_name.size(), 64u);
}

TEST_F(JobFactoryTest, AsksForTheUrlAsItIsWritten) {
  EXPECT_EQ(make("http://H:80/%7e?a=%2f#f").url, "http://h/%7e?a=%2f");
  EXPECT_EQ(make("http://h/x", "http://h/caf%c3%a9").url, "http://h/caf%c3%a9");
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

TEST_F(JobFactoryTest, TheListsHeadersGoToTheLinksOwnOriginAlone) {
  rules_.headers = {"x-key: common", "X-Trace: 1"};
  const Link link{.url = *parse_url("https://example.org/a"),
                  .headers = {"X-Key: own", "Cookie: c"}};
  const auto headers = [&](const std::string& url) {
    return JobFactory(rules_).make(link, *parse_url(url), {}).headers;
  };
  EXPECT_EQ(headers("https://example.org/a"), (Headers{"X-Key: own", "Cookie: c", "X-Trace: 1"}))
      << "in place of the common one";
  EXPECT_EQ(headers("https://example.org/b").size(), 3u);
  EXPECT_EQ(headers("https://cdn.example.org/b"), Headers{});
  EXPECT_EQ(headers("https://example.org:444/b"), Headers{});
  EXPECT_EQ(headers("http://example.org/b"), Headers{});
}

TEST_F(JobFactoryTest, ARedirectWithinTheOriginKeepsThem) {
  const Job job = make("https://me:pass@api.example.org/a", "https://api.example.org/b");
  EXPECT_EQ(job.userinfo, "me:pass");
  EXPECT_EQ(job.headers.size(), 2u);
}

TEST_F(JobFactoryTest, ARedirectThatTakesTheEncryptionAwayGetsNoSecret) {
  EXPECT_TRUE(make("https://api.example.org/a", "http://api.example.org/a").headers.empty());
}

TEST_F(JobFactoryTest, AHostsHeaderStaysBehindOnAnotherPort) {
  EXPECT_EQ(make("https://api.example.org:444/a").headers,
            (Headers{"X-Trace: 1", "X-Api-Key: secret"}));
  EXPECT_TRUE(make("https://api.example.org/a", "https://api.example.org:444/b").headers.empty());
  rules_.host_headers[0].port = 444;
  EXPECT_EQ(make("https://api.example.org/a", "https://api.example.org:444/b").headers,
            Headers{"X-Api-Key: secret"});
  EXPECT_EQ(make("https://api.example.org/a").headers, Headers{"X-Trace: 1"});
}

TEST_F(JobFactoryTest, WhatALocationNamesAsUserIsNotSent) {
  EXPECT_TRUE(make("https://example.org/a", "https://eve:x@example.org/b").userinfo.empty());
}

TEST_F(JobFactoryTest, TheRouteSaysWhomToConnectTo) {
  const Link link{.url = *parse_url("http://example.org/a")};
  const Job job = JobFactory(rules_).make(
      link, link.url,
      {.proxy = "http://p:1", .host = "p", .port = 1, .addresses = {"192.0.2.1", "2001:db8::1"}});
  EXPECT_EQ(job.proxy, "http://p:1");
  EXPECT_EQ(job.connect_host, "p");
  EXPECT_EQ(job.connect_port, 1);
  EXPECT_EQ(job.addresses, (Headers{"192.0.2.1", "2001:db8::1"}));
}

TEST_F(JobFactoryTest, TheLinksOwnExtensionGoesAlongWithEveryHop) {
  EXPECT_EQ(
      make("http://example.org/a.b/photo.JPG?x=.png", "http://example.org/login").link_extension,
      "jpg");
  EXPECT_EQ(make("http://example.org/a.b/photo").link_extension, "");
  EXPECT_EQ(make("http://example.org/").link_extension, "");
  EXPECT_EQ(make("http://example.org/a." + std::string(30, 'x')).link_extension, "");
}

TEST_F(JobFactoryTest, TheListsNameHasTheExtensionThatTheUrlLacks) {
  const auto extension = [&](const char* url, bool given) {
    const Link link{.url = *parse_url(url), .name = "a.b/photo-2.JPG", .name_given = given};
    return JobFactory(rules_).make(link, *parse_url("http://example.org/login"), {}).link_extension;
  };
  EXPECT_EQ(extension("http://example.org/a", true), "jpg");
  EXPECT_EQ(extension("http://example.org/?id=5", true), "jpg");
  EXPECT_EQ(extension("http://example.org/get.php?id=5", true), "jpg");
  EXPECT_EQ(extension("http://example.org/a.png", true), "png");
  EXPECT_EQ(extension("http://example.org/a", false), "") << "our own name says nothing";
}

TEST_F(JobFactoryTest, SaysWhichAnswersAreWanted) {
  rules_.accept_types = {"image/*"};
  rules_.min_size = 7;
  rules_.respect_robots_tag = true;
  const Job job = make("http://example.org/a");
  EXPECT_EQ(job.accept_types, rules_.accept_types);
  EXPECT_EQ(job.min_size, 7u);
  EXPECT_TRUE(job.respect_robots_tag);
}

TEST_F(JobFactoryTest, Http2ForWhoAsksForItButNotWithALimitOfBytes) {
  EXPECT_EQ(make("https://example.org/").http2, Http2::no);
  rules_.http2 = Http2::yes;
  EXPECT_EQ(make("https://example.org/").http2, Http2::yes);
  rules_.limit_rate = 1'000'000;
  EXPECT_EQ(make("https://example.org/").http2, Http2::no);
}

TEST_F(JobFactoryTest, AsksWithTheValidatorsOfTheEarlierFile) {
  Link link{.url = *parse_url("http://example.org/a")};
  EXPECT_EQ(JobFactory(rules_).make(link, link.url, {}).if_none_match, "");
  Record record{.status = Status::saved};
  record.etag = "\"v1\"";
  record.last_modified = "Sun, 06 Nov 1994 08:49:37 GMT";
  link.earlier = std::make_shared<Earlier>(Earlier{.record = record});
  const Job job = JobFactory(rules_).make(link, link.url, {});
  EXPECT_EQ(job.if_none_match, "\"v1\"");
  EXPECT_EQ(job.if_modified_since, "Sun, 06 Nov 1994 08:49:37 GMT");
  record.etag = std::string(kMaxValidatorBytes + 1, 'x');
  link.earlier = std::make_shared<Earlier>(Earlier{.record = record});
  EXPECT_EQ(JobFactory(rules_).make(link, link.url, {}).if_none_match, "");
  for (const auto& [kept, sent] :
       {std::pair("\"v1\"\r", "\"v1\""), std::pair("\r", ""), std::pair("\"v\r\nX: 1\"", "")}) {
    record.etag = kept;  // by an older version
    link.earlier = std::make_shared<Earlier>(Earlier{.record = record});
    EXPECT_EQ(JobFactory(rules_).make(link, link.url, {}).if_none_match, sent);
  }
  record.status = Status::failed;  // marked to be fetched again: no question asked
  link.earlier = std::make_shared<Earlier>(Earlier{.record = record});
  EXPECT_EQ(JobFactory(rules_).make(link, link.url, {}).if_modified_since, "");
}

}  // namespace
}  // namespace fanfetch
