#include "coordinator/commands/status_report.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kStart = WallTime(1'700'000'000s);  // 2023-11-14 22:13:20 UTC
constexpr WallTime kNow = kStart + 60s;

FolderStatus finished() {
  FolderStatus status{.output = "images", .saved = 1234, .failed = 12, .bytes = 13'000'000};
  status.failed_by_class = {{"dns", 1}, {"http_4xx", 10}, {"timeout", 1}};
  status.failed_by_status = {{{"http_4xx", 403}, 2}, {{"http_4xx", 404}, 8}};
  status.last_run = LastRun{.number = 3,
                            .pid = 77,
                            .state = "finished",
                            .started_at = kStart,
                            .ended_at = kStart + 1900ms,
                            .saved = 4,
                            .failed = 1,
                            .kept = 1230,
                            .skipped = 2,
                            .stood = 0,
                            .protections = protection::kAll};
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
  return status;
}

TEST(StatusText, OfAFinishedRun) {
  EXPECT_EQ(status_text(finished(), kNow),
            "images: 1246 links, 12.4 MiB in files\n"
            "\n"
            "  saved       1234\n"
            "  failed        12\n"
            "    http_4xx    10\n"
            "      403        2\n"
            "      404        8\n"
            "    dns          1\n"
            "    timeout      1\n"
            "\n"
            "Run 3 finished: started 2023-11-14 22:13:20 UTC, took 1.9s\n"
            "  4 saved, 1230 kept, 2 skipped, 1 failed\n");
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

TEST(StatusText, HostsAreATable) {
  FolderStatus status = finished();
  status.output = "a\x1b[31m";
  status.hosts = {{{"i.imgur.com", 1000, 1, 2048}, {"", 0, 5, 0}}};
  const std::string text = status_text(status, kNow);
  EXPECT_NE(text.find("\n"
                      "  host         saved  failed    bytes\n"
                      "  i.imgur.com   1000       1  2.0 KiB\n"
                      "  (none)           0       5      0 B\n"),
            std::string::npos)
      << text;
  EXPECT_TRUE(text.starts_with(R"(a\x1b[31m: )")) << "nothing that a terminal acts on";
}

TEST(StatusJson, HasEveryKey) {
  EXPECT_EQ(
      status_json(finished(), kNow),
      R"({"output":"images","links":1246,"saved":1234,"failed":12,"bytes":13000000,)"
      R"("failed_by_class":{"dns":1,"http_4xx":10,"timeout":1},"held_by":null,)"
      R"("last_run":{"number":3,"state":"finished","pid":77,)"
      R"("started_at":"2023-11-14T22:13:20.000Z","ended_at":"2023-11-14T22:13:21.900Z",)"
      R"("duration_ms":1900,"saved":4,"kept":1230,"skipped":2,"failed":1,"stood":0,)"
      R"("sandbox":{"level":"full","restricts":["calls","files","ports","peers"]}},"hosts":null,)"
      R"("failed_by_status":{"403":2,"404":8}})"
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
  status.hosts = {{{"h", 1, 2, 3}, {"", 0, 1, 0}}};
  EXPECT_EQ(status_json(status, kNow),
            R"({"output":"images","links":1246,"saved":1234,"failed":12,"bytes":13000000,)"
            R"("failed_by_class":{"dns":1,"http_4xx":10,"timeout":1},"held_by":0,)"
            R"("last_run":{"number":3,"state":"killed","pid":77,)"
            R"("started_at":"2023-11-14T22:13:20.000Z","ended_at":null,"duration_ms":null,)"
            R"("saved":4,"kept":null,"skipped":null,"failed":1,"stood":null,"sandbox":null},)"
            R"("hosts":[{"host":"h","saved":1,"failed":2,"bytes":3},)"
            R"({"host":null,"saved":0,"failed":1,"bytes":0}],)"
            R"("failed_by_status":{"403":2,"404":8}})"
            "\n");
  EXPECT_NE(status_json(unended("running"), kNow).find("\"duration_ms\":60000"), std::string::npos);
  EXPECT_NE(status_json({.output = "a\xff"}, kNow).find("\"last_run\":null"), std::string::npos);
}

}  // namespace
}  // namespace fanfetch
