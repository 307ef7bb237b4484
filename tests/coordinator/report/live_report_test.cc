#include "coordinator/report/live_report.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "coordinator/report/run_report.h"
#include "tests/coordinator/report/run_values.h"

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

Record not_found(const std::string& url) {
  return {.index = 1,
          .url = url,
          .status = Status::failed,
          .http_status = 404,
          .attempts = 1,
          .error = ErrorClass::http_4xx,
          .message = "the server says 404"};
}

RunReport quiet_report() {
  return RunReport({.progress = Progress::Style::none, .quiet = true}, std::nullopt, kStart);
}

TEST(LiveReport, KnowsWhatTheRecordsAndTheLoopSay) {
  RunReport report = quiet_report();
  EXPECT_EQ(report.live().as_of, Instant{});
  report.on_record({.status = Status::saved, .bytes = 1000, .attempts = 1});
  report.on_record({.status = Status::kept});
  report.on_record({.status = Status::skipped, .error = ErrorClass::duplicate});
  report.on_record(not_found("http://a.test/x"));
  Record old = not_found("http://a.test/y");
  old.stood = true;
  report.on_record(old);
  EXPECT_EQ(report.progress_interval(), 1s) << "also where nothing is shown";
  report.progress({.total = 9,
                   .bytes = 5000,
                   .wasted = 70,
                   .held = 4,
                   .in_flight = 3,
                   .hosts_waiting = 1,
                   .longest_wait = 90s,
                   .nodes = 2},
                  kStart + 1s);
  const LiveReport live = report.live();
  EXPECT_EQ(live.nodes, 2u);
  EXPECT_EQ(live.began, kStart);
  EXPECT_EQ(live.as_of, kStart + 1s);
  EXPECT_EQ(live.saved, 1u);
  EXPECT_EQ(live.kept, 1u);
  EXPECT_EQ(live.skipped, 1u);
  EXPECT_EQ(live.failed, 2u);
  EXPECT_EQ(live.failed_before, 1u);
  EXPECT_EQ(live.settled(), 5u);
  EXPECT_EQ(live.failed_by_class[static_cast<std::size_t>(ErrorClass::http_4xx)], 2u);
  EXPECT_EQ(live.saved_bytes, 1000u);
  EXPECT_EQ(live.received_bytes, 5000u);
  EXPECT_EQ(live.wasted_bytes, 70u);
  EXPECT_EQ(live.links_per_second, 3) << "of five, three were asked for";
  EXPECT_EQ(live.bytes_per_second, 5000);
  EXPECT_EQ(live.total, 9u);
  EXPECT_EQ(live.in_flight, 3u);
  EXPECT_EQ(live.held, 4u);
  EXPECT_EQ(live.hosts_waiting, 1u);
  EXPECT_EQ(live.longest_wait, 90s);
  EXPECT_EQ(live.time_left, 90s);
  EXPECT_EQ(live.last_failures.size(), 2u);
}

TEST(LiveReport, LastFailuresAreTheNewestOnes) {
  RunReport report = quiet_report();
  for (int i = 0; i < 200; ++i)
    report.on_record(not_found(fmt::format("http://a.test:81/{}?q", i)));
  const LiveReport live = report.live();
  ASSERT_EQ(live.last_failures.size(), LastFailures::kMost);
  EXPECT_EQ(live.last_failures.front().url, "http://a.test:81/136?q");
  const LiveFailure& last = live.last_failures.back();
  EXPECT_EQ(last.url, "http://a.test:81/199?q");
  EXPECT_EQ(last.host, "a.test:81");
  EXPECT_EQ(last.error, ErrorClass::http_4xx);
  EXPECT_EQ(last.http_status, 404);
  EXPECT_EQ(last.reason, "the server says 404");
  ASSERT_EQ(report.live(2).last_failures.size(), 2u);
  EXPECT_EQ(report.live(2).last_failures[1].url, last.url);
  EXPECT_TRUE(report.live(0).last_failures.empty());
}

TEST(LiveReport, FailuresAreSafeToPrint) {
  RunReport report = quiet_report();
  Record bad = not_found("http://a\x1b.test/\x1b[2J");
  bad.message = "\x9b what";
  report.on_record(bad);
  bad.url = std::nullopt;
  bad.message = std::nullopt;
  report.on_record(bad);
  const auto failures = report.live().last_failures;
  EXPECT_EQ(failures[0].url, R"(http://a\x1b.test/\x1b[2J)");
  EXPECT_EQ(failures[0].host, R"(a\x1b.test)");
  EXPECT_EQ(failures[0].reason, R"(\x9b what)");
  EXPECT_EQ(failures[1].url + failures[1].host + failures[1].reason, "");
}

}  // namespace
}  // namespace fanfetch
