#include "coordinator/commands/status_report.h"

#include <gtest/gtest.h>

#include <csignal>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kStartedAt = WallTime(1'700'000'000s);  // 2023-11-14 22:13:20 UTC
constexpr WallTime kNow = kStartedAt + 60s;

FolderStatus finished() {
  FolderStatus status{.output = "images", .saved = 1234, .failed = 12, .bytes = 13'000'000};
  status.failed_by_class = {{"dns", 1}, {"http_4xx", 10}, {"timeout", 1}};
  status.failed_by_status = {{{"http_4xx", 403}, 2}, {{"http_4xx", 404}, 8}};
  status.last_run = LastRun{.number = 3,
                            .pid = 77,
                            .state = "finished",
                            .started_at = kStartedAt,
                            .ended_at = kStartedAt + 1900ms,
                            .saved = 4,
                            .failed = 1,
                            .kept = 1230,
                            .skipped = 2,
                            .stood = 0,
                            .protections = protection::kAll,
                            .exit_status = 1,
                            .signal = {}};
  return status;
}

FolderStatus unended(const std::string& state) {
  FolderStatus status = finished();
  status.last_run->state = state;
  status.last_run->ended_at.reset();
  status.last_run->kept.reset();
  status.last_run->skipped.reset();
  status.last_run->stood.reset();
  status.last_run->protections.reset();
  status.last_run->exit_status.reset();
  return status;
}

TEST(StatusText, OfAFinishedRun) {
  EXPECT_EQ(status_text(finished(), kNow),
            "images: 1,246 links, 12.4 MiB in files\n"
            "\n"
            "  saved       1,234\n"
            "  failed         12\n"
            "    http_4xx     10\n"
            "      403         2\n"
            "      404         8\n"
            "    dns           1\n"
            "    timeout       1\n"
            "\n"
            "Run 3 finished: started 2023-11-14 22:13:20 UTC, took 1.9s\n"
            "  4 saved, 1,230 kept, 2 skipped, 1 failed\n");
}

TEST(StatusText, FailuresThatStandAreToldAsARunDoes) {
  FolderStatus status = finished();
  status.last_run->failed = 12;
  status.last_run->stood = 11;
  EXPECT_TRUE(status_text(status, kNow).ends_with(", 1 failed, 11 stand from earlier runs\n"));
  status.last_run->stood = 0;
  EXPECT_TRUE(status_text(status, kNow).ends_with(" skipped, 12 failed\n"));
  status = unended("running");
  status.last_run->stood = 1;
  EXPECT_TRUE(status_text(status, kNow)
                  .ends_with("  4 saved, 0 failed, 1 stand from earlier runs so far\n"));
}

TEST(StatusText, OfARunThatIsGoingOn) {
  FolderStatus status = unended("running");
  status.held_by = 77;
  const std::string text = status_text(status, kNow);
  EXPECT_NE(text.find("Run 3 is running (pid 77): started 2023-11-14 22:13:20 UTC, 1m00s ago\n"
                      "  4 saved, 1 failed so far\n"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("holds"), std::string::npos) << text;
}

TEST(StatusText, OfADriverHasItsNodes) {
  FolderStatus status = unended("running");
  status.held_by = 77;
  status.live = LiveAnswer{.text = "5 done, 1 node", .json = "{}"};
  status.live->fleet.emplace().age = 1s;
  status.live->fleet->view.nodes = {{.name = "one\x1b", .state = NodeState::running}};
  const std::string text = status_text(status, kNow);
  EXPECT_NE(text.find("  now: 5 done, 1 node\n\n  links that no node has  0\n"), std::string::npos)
      << text;
  EXPECT_TRUE(
      text.ends_with("\n  node     partitions  links  state, version\n"
                     "  one\\x1b           0      0  running\n"))
      << text;
}

TEST(StatusText, OfAKilledRun) {
  FolderStatus status = unended("killed");
  status.held_by = 99;
  const std::string text = status_text(status, kNow);
  EXPECT_NE(text.find("Run 3 was killed, or could not write its end: started 2023-11-14 22:13:20 "
                      "UTC; the same command goes on "
                      "from there\n  4 saved, 1 failed so far\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("Process 99 holds the folder.\n"), std::string::npos) << text;
}

TEST(StatusText, OfNoRunAndOfOneStoppedEarly) {
  FolderStatus status = finished();
  status.last_run->state = "stopped early";
  EXPECT_NE(status_text(status, kNow).find("Run 3 stopped early: started"), std::string::npos);
  EXPECT_NE(status_text({.output = "x"}, kNow).find("No run has begun yet."), std::string::npos);
}

/// What the last run measured: `times` to first byte, in milliseconds.
HostSums measured(std::initializer_list<int> times) {
  HostSums sums{.requests = 9, .files = 4, .bytes = 4 << 20, .retries = 2, .transfer_time = 2s};
  for (const int time : times) sums.first_byte.add(std::chrono::milliseconds(time));
  return sums;
}

TEST(StatusText, HostsAreATable) {
  FolderStatus status = finished();
  status.output = "a\x1b[31m";
  status.hosts = {{{"i.imgur.com",
                    1000,
                    11,
                    2048,
                    {{{"http_4xx", 404}, 8}, {{"timeout", 0}, 2}, {{"http_4xx", 403}, 1}},
                    measured({60, 60})},
                   {"", 0, 5, 0, {{{"bad_url", 0}, 5}}},
                   {"kept.example", 3, 0, 0}}};
  std::string text = status_text(status, kNow);
  EXPECT_NE(text.find("\n"
                      "  host          saved  failed    bytes  first byte      speed  failures\n"
                      "  i.imgur.com   1,000      11  2.0 KiB       75 ms  2.0 MiB/s  "
                      "http_4xx 404: 8, timeout: 2, http_4xx 403: 1\n"
                      "  (none)            0       5      0 B           -          -  bad_url: 5\n"
                      "  kept.example      3       0      0 B           -          -\n"),
            std::string::npos)
      << text;
  EXPECT_TRUE(text.starts_with(R"(a\x1b[31m: )")) << "nothing that a terminal acts on";
  EXPECT_FALSE(text.ends_with("more\n"));
  status.more_hosts = 990;
  text = status_text(status, kNow);
  EXPECT_TRUE(text.ends_with("\n  and 990 more\n")) << text;
}

TEST(StatusHosts, ThoseThatNeedALookComeFirst) {
  std::vector<HostCounts> hosts = {{"b", 5, 0, 0},
                                   {"a", 5, 0, 0},
                                   {"big", 9, 0, 0},
                                   {"fast", 5, 0, 0, {}, measured({10})},
                                   {"slow", 5, 0, 0, {}, measured({1000})},
                                   {"fails", 0, 2, 0},
                                   {"fails more", 0, 3, 0}};
  sort_by_need(hosts);
  std::vector<std::string> order;
  for (const HostCounts& host : hosts) order.push_back(host.host);
  EXPECT_EQ(order,
            (std::vector<std::string>{"fails more", "fails", "slow", "fast", "big", "a", "b"}));
}

TEST(StatusExitCode, IsTheLastRuns) {
  FolderStatus status = finished();
  EXPECT_EQ(exit_code_of(status), 1);
  status.last_run->exit_status = 6;
  EXPECT_EQ(exit_code_of(status), 6);
  status.last_run->exit_status.reset();
  EXPECT_EQ(exit_code_of(status), 4) << "an older fanfetch's";
  status.last_run->signal = SIGTERM;
  EXPECT_EQ(exit_code_of(status), 143);
  EXPECT_EQ(exit_code_of(unended("running")), 5);
  EXPECT_EQ(exit_code_of(unended("killed")), 137);
  EXPECT_EQ(exit_code_of({}), 2) << "none has begun";
}

TEST(StatusExitCode, TheGravestCounts) {
  const std::vector<int> order = {0, 1, 6, 5, 2, 3, 4, 143, 70};
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      EXPECT_EQ(graver(order[i], order[j]), order[i]);
      EXPECT_EQ(graver(order[j], order[i]), order[i]);
    }
  }
}

TEST(StatusReport, HasWhatTheRunSaysOfItself) {
  FolderStatus status = unended("running");
  status.live = {.text = "4 of 9 done\x1b", .json = R"({"schema":1,"ok":true})"};
  EXPECT_NE(status_text(status, kNow).find("\n  now: 4 of 9 done\\x1b\n"), std::string::npos)
      << status_text(status, kNow);
  EXPECT_TRUE(status_json(status, kNow).ends_with(",\"live\":{\"schema\":1,\"ok\":true}}\n"));
}

TEST(StatusJson, HasEveryKey) {
  EXPECT_EQ(
      status_json(finished(), kNow),
      R"({"schema":1,"output":"images","links":1246,"saved":1234,"failed":12,"bytes":13000000,)"
      R"("failed_by_class":{"dns":1,"http_4xx":10,"timeout":1},"held_by":null,)"
      R"("last_run":{"number":3,"state":"finished","pid":77,)"
      R"("started_at":"2023-11-14T22:13:20.000Z","ended_at":"2023-11-14T22:13:21.900Z",)"
      R"("duration_ms":1900,"saved":4,"kept":1230,"skipped":2,"failed":1,"stood":0,)"
      R"("sandbox":{"level":"full","restricts":["calls","files","ports","peers"]},"exit_status":1,"signal":null,"slice":null},"hosts":null,)"
      R"("failed_by_status":{"403":2,"404":8},"live":null})"
      "\n");
}

TEST(StatusJson, SaysHowFarWorkersWereLockedIn) {
  FolderStatus status = finished();
  status.last_run->protections = protection::kCalls | protection::kFiles;
  EXPECT_NE(status_json(status, kNow)
                .find(R"("sandbox":{"level":"partial","restricts":["calls","files"]})"),
            std::string::npos);
  status.last_run->protections = 0;
  EXPECT_NE(status_json(status, kNow).find(R"("sandbox":{"level":"none","restricts":[]})"),
            std::string::npos);
}

TEST(StatusJson, UnknownIsNull) {
  FolderStatus status = unended("killed");
  status.held_by = 0;
  status.hosts = {{{"h", 1, 2, 3, {{{"http_4xx", 404}, 1}, {{"dns", 0}, 1}}, measured({60})},
                   {"", 0, 1, 0, {{{"bad_url", 0}, 1}}}}};
  EXPECT_EQ(
      status_json(status, kNow),
      R"({"schema":1,"output":"images","links":1246,"saved":1234,"failed":12,"bytes":13000000,)"
      R"("failed_by_class":{"dns":1,"http_4xx":10,"timeout":1},"held_by":0,)"
      R"("last_run":{"number":3,"state":"killed","pid":77,)"
      R"("started_at":"2023-11-14T22:13:20.000Z","ended_at":null,"duration_ms":null,)"
      R"("saved":4,"kept":null,"skipped":null,"failed":1,"stood":null,"sandbox":null,"exit_status":null,"signal":null,"slice":null},)"
      R"("hosts":[{"host":"h","saved":1,"failed":2,"bytes":3,)"
      R"("failed_by_class":{"dns":1,"http_4xx":1},"failed_by_status":{"404":1},)"
      R"("requests":9,"retries":2,"first_byte_ms":75,"bytes_per_second":2097152},)"
      R"({"host":null,"saved":0,"failed":1,"bytes":0,"failed_by_class":{"bad_url":1},)"
      R"("failed_by_status":{},"requests":null,"retries":null,"first_byte_ms":null,)"
      R"("bytes_per_second":null}],)"
      R"("failed_by_status":{"403":2,"404":8},"live":null})"
      "\n");
  EXPECT_NE(status_json(unended("running"), kNow).find("\"duration_ms\":60000"), std::string::npos);
  EXPECT_NE(status_json({.output = "a\xff"}, kNow).find("\"last_run\":null"), std::string::npos);
}

}  // namespace
}  // namespace fanfetch
