#include "coordinator/commands/top/top_answers.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using std::chrono::milliseconds;

TEST(TopAnswers, ReadTheStatus) {
  const auto status = read_top_status(
      R"({"schema":1,"ok":true,"run":3,"pid":12,"started_at":"2026-01-02T03:04:05Z",)"
      R"("state":"paused","paused_ms":60000,"saved":5,"kept":1,"skipped":2,"failed":3,)"
      R"("saved_bytes":99,"received_bytes":100,"links_per_second":1.5,"bytes_per_second":2e6,)"
      R"("total":20,"total_bytes":null,"time_left_ms":1500,"in_flight":4,"held":9,)"
      R"("hosts_waiting":2,"longest_wait_ms":7000,"limit_rate_holds":"off until 08:00",)"
      R"("of a newer version":[]})");
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(3u, status->run);
  EXPECT_EQ("paused", status->state);
  EXPECT_EQ("off until 08:00", status->rate);
  EXPECT_EQ(milliseconds(60'000), status->paused_for);
  EXPECT_EQ(11u, status->settled());
  EXPECT_EQ(1.5, status->links_per_second);
  EXPECT_EQ(20u, status->total);
  EXPECT_EQ(std::nullopt, status->total_bytes);
  EXPECT_EQ(milliseconds(1500), status->time_left);
  EXPECT_EQ(milliseconds(7000), status->longest_wait);
  EXPECT_FALSE(status->fleet);
  const auto driver = read_top_status(R"({"ok":true,"fleet":{"nodes":[{"name":"one"}]}})");
  ASSERT_TRUE(driver && driver->fleet);
  EXPECT_EQ("one", driver->fleet->view.nodes.at(0).name);
}

TEST(TopAnswers, WhatIsMissingOrOfAnotherKindIsNothing) {
  const auto status = read_top_status(
      R"({"ok":true,"saved":"many","failed":-1,"total":1.5,"time_left_ms":99999999999999999999,)"
      R"("paused_ms":18446744073709551615,"state":7})");
  ASSERT_TRUE(status);
  EXPECT_EQ(0u, status->settled());
  EXPECT_EQ(std::nullopt, status->total);
  EXPECT_EQ(std::nullopt, status->time_left);
  EXPECT_GT(*status->paused_for, milliseconds(0)) << "times can be computed with";
  EXPECT_EQ("", status->state);
  const auto hosts = read_top_hosts(R"({"ok":true,"hosts":[1,{"host":5},{"host":"a"}]})");
  ASSERT_TRUE(hosts);
  ASSERT_EQ(2u, hosts->size());
  EXPECT_EQ("a", (*hosts)[1].host);
  EXPECT_TRUE(read_top_workers(R"({"ok":true,"workers":{}})")->empty());
}

TEST(TopAnswers, SayWhatIsNoAnswer) {
  for (const char* bad : {"", "{", "[]", "7", "{\"ok\":true"}) {
    const auto status = read_top_status(bad);
    ASSERT_FALSE(status) << bad;
    EXPECT_EQ("what the run says is not understood", status.error().message) << bad;
  }
  const auto refused = read_top_failures(R"({"ok":false,"message":"not now"})");
  ASSERT_FALSE(refused);
  EXPECT_EQ("the run says: not now", refused.error().message);
}

TEST(TopAnswers, TextsAreOneColumnACharacter) {
  const auto failures = read_top_failures(
      "{\"ok\":true,\"failures\":[{\"error\":\"dns\",\"http_status\":404,"
      "\"url\":\"http://h/\xe6\x97\xa5\\u001b[2J\xff\",\"message\":\"\\t\"}]}");
  ASSERT_TRUE(failures) << failures.error().message;
  EXPECT_EQ("http://h/??[2J?", (*failures)[0].url);
  EXPECT_EQ("?", (*failures)[0].message);
  EXPECT_EQ(404u, (*failures)[0].http_status);
}

}  // namespace
}  // namespace fanfetch
