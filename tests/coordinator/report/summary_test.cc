#include "coordinator/report/summary.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

Record failure_of(ErrorClass error, std::string address = "") {
  Record record;
  record.url = "http://h/x";
  record.error = error;
  record.attempts = 1;
  record.refused_address = std::move(address);
  return record;
}

TEST(ShellWord, IsQuotedWhereItHasToBe) {
  EXPECT_EQ(shell_word("downloads/a-b_c.d"), "downloads/a-b_c.d");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("my files"), "'my files'");
  EXPECT_EQ(shell_word("it's $HOME"), "'it'\\''s $HOME'");
  EXPECT_EQ(shell_word("~x"), "'~x'");
}

TEST(SummaryLines, EndWithTheCount) {
  Tally tally;
  Record saved;
  saved.status = Status::saved;
  saved.bytes = 13002342;
  tally.add(saved);
  EXPECT_EQ(summary_lines(tally, 1900ms, {"images"}),
            Lines{"Took 1.9s: 1 saved, 0 kept, 0 skipped, 0 failed (12.4 MiB) in images"});
  EXPECT_EQ(summary_lines({}, 0s, {"a\nb"}),
            Lines{"Took 0.0s: 0 saved, 0 kept, 0 skipped, 0 failed (0 B) in a\\nb"});
}

TEST(SummaryLines, FailuresByClassLargestFirst) {
  Tally tally;
  tally.add(failure_of(ErrorClass::dns));
  tally.add(failure_of(ErrorClass::timeout));
  tally.add(failure_of(ErrorClass::timeout));
  tally.add(failure_of(ErrorClass::connect));
  EXPECT_EQ(summary_lines(tally, 1s, {"o"}).front(),
            "failures: 2 timeout, 1 connect, 1 dns; most at h (4)");
}

TEST(SummaryLines, StatusesOfHttpStayApart) {
  Tally tally;
  const auto fail = [&](ErrorClass error, int status, int times, bool stood = false) {
    Record record = failure_of(error);
    record.http_status = status;
    record.stood = stood;
    if (stood) record.attempts = 0;
    for (int i = 0; i < times; ++i) tally.add(record);
  };
  fail(ErrorClass::http_4xx, 403, 2);
  fail(ErrorClass::http_4xx, 404, 5);
  fail(ErrorClass::http_4xx, 451, 1);
  fail(ErrorClass::http_5xx, 503, 1);
  fail(ErrorClass::wrong_type, 200, 3);
  EXPECT_EQ(
      summary_lines(tally, 1s, {"o"}).front(),
      "failures: 8 http_4xx (404: 5, 403: 2, 451: 1), 3 wrong_type, 1 http_5xx (503: 1); most at "
      "h (12)");
  fail(ErrorClass::http_4xx, 410, 12, true);
  const auto lines = summary_lines(tally, 1s, {"o"});
  EXPECT_EQ(lines.at(1),
            "from earlier runs: 12 http_4xx (410: 12); most at h (12); they are not tried again "
            "without --retry-failed all");
  EXPECT_EQ(lines.back(),
            "Took 1.0s: 0 saved, 0 kept, 0 skipped, 12 failed, 12 stand from earlier runs (0 B) in "
            "o");
}

TEST(SummaryLines, HintOfTheNetworkToAllow) {
  Tally tally;
  const auto refuse = [&](const char* address, int times) {
    for (int i = 0; i < times; ++i) tally.add(failure_of(ErrorClass::refused, address));
  };
  refuse("169.254.169.254", 51);
  refuse("fd00:ec2::254", 50);
  refuse("100.100.100.200", 50);
  refuse("no address\x1b[2J", 50);
  refuse("10.0.3.9", 2);
  refuse("10.0.3.7", 10);
  refuse("127.0.0.1", 3);
  refuse("::1", 4);
  auto lines = summary_lines(tally, 1s, {"o"});
  ASSERT_EQ(lines.size(), 7u);
  EXPECT_EQ(lines[0], "failures: 220 refused; most at h (220)");
  EXPECT_EQ(lines[1], "hint: 12 refused at 10.0.3.7: --allow-net 10.0.3.0/24 lets links reach it");
  EXPECT_EQ(lines[2], "hint: 4 refused at ::1: --allow-net ::1/128 lets links reach it");
  EXPECT_EQ(lines[3], "hint: 3 refused at 127.0.0.1: --allow-net 127.0.0.0/24 lets links reach it");
  EXPECT_EQ(
      lines[4],
      "hint: 151 refused at link-local or reserved addresses such as 169.254.169.254: only an "
      "--allow-net that names them lets links reach these");

  const auto of_driver = summary_lines(tally, 1s, {.output = "o", .is_of_driver = true});
  EXPECT_EQ(of_driver[1],
            "hint: 12 refused at 10.0.3.7: --allow-net 10.0.3.0/24, on each node, lets links reach "
            "it");
  EXPECT_TRUE(of_driver[4].ends_with("names them, on each node, lets links reach these"));
  EXPECT_TRUE(of_driver.back().ends_with(") in o, files on the nodes")) << of_driver.back();

  refuse("fd12:3456:789a:1::5", 11);
  lines = summary_lines(tally, 1s, {"o"});
  ASSERT_EQ(lines.size(), 8u);
  EXPECT_EQ(lines[2],
            "hint: 11 refused at fd12:3456:789a:1::5: --allow-net fd12:3456:789a:1::/64 lets links "
            "reach it");
  EXPECT_EQ(lines[4], "hint: --allow-private lets links reach all private addresses");
}

TEST(SummaryLines, TheWorstThreeHosts) {
  Tally tally;
  const auto fail = [&](const std::string& host, int times, bool stood = false) {
    Record record = failure_of(ErrorClass::timeout);
    record.url = "http://" + host + "/x";
    record.stood = stood;
    for (int i = 0; i < times; ++i) tally.add(record);
  };
  fail("a.test", 3);
  fail("b.test:81", 30);
  fail("c.test", 7);
  fail("d.test", 1);
  fail("e.test\x1b", 50, true);
  const auto lines = summary_lines(tally, 1s, {"o"});
  EXPECT_EQ(lines[0], "failures: 41 timeout; most at b.test:81 (30), c.test (7), a.test (3)");
  EXPECT_EQ(lines[1], "from earlier runs: 50 timeout; most at e.test\\x1b (50)");
}

TEST(SummaryLines, HintsHowToGoOn) {
  Tally tally;
  tally.add(failure_of(ErrorClass::timeout));
  tally.add(failure_of(ErrorClass::http_4xx));
  tally.add(failure_of(ErrorClass::http_4xx));
  tally.add(failure_of(ErrorClass::bad_url));
  auto lines = summary_lines(tally, 1s, {"my files", "/x/l.sqlite"});
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[1],
            "hint: to list what failed: fanfetch export 'my files' --ledger=/x/l.sqlite --failed");
  EXPECT_EQ(lines[2],
            "hint: to try that again: fanfetch --retry-failed http_4xx,timeout -o 'my files' "
            "--ledger=/x/l.sqlite");
  lines = summary_lines(tally, 1s, {"o", "", " --insecure -H 'K: …'"});
  EXPECT_EQ(lines[2],
            "hint: to try that again: fanfetch --retry-failed http_4xx,timeout -o o --insecure "
            "-H 'K: …'");
  for (int i = 0; i < 20; ++i) tally.add(failure_of(ErrorClass::http_4xx));
  lines = summary_lines(tally, 1s, {"-o"});
  ASSERT_EQ(lines.size(), 3u) << "many failures deserve a look first";
  EXPECT_EQ(lines[1], "hint: to list what failed: fanfetch export ./-o --failed");
}

TEST(SummaryLines, NoHintWhereNoneHelps) {
  Tally tally;
  tally.add(failure_of(ErrorClass::bad_url));
  tally.add(failure_of(ErrorClass::no_link));
  Record old = failure_of(ErrorClass::http_4xx);
  old.stood = true;
  tally.add(old);
  for (const auto& line : summary_lines(tally, 1s, {"o"})) {
    EXPECT_EQ(line.find("hint"), line.npos) << line;
  }
}

}  // namespace
}  // namespace fanfetch
