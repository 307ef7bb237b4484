#include "coordinator/control/settings.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using Lines = std::vector<SettingLine>;

TEST(Settings, AreNamesAndValues) {
  EXPECT_EQ(parse_assignment("jobs=8"), (Assignment{"jobs", "8"}));
  EXPECT_EQ(parse_assignment("host.a=b=c"), (Assignment{"host.a", "b=c"}));
  EXPECT_EQ(parse_assignment("jobs="), (Assignment{"jobs", ""}));
  EXPECT_EQ(parse_assignment("jobs").error().message, "'jobs' is not NAME=VALUE");
  EXPECT_FALSE(parse_assignment("=8"));
}

TEST(Settings, ChangeInTurn) {
  const Settings begun{.jobs = 64, .limit_rate = 1 << 20, .hosts = {{"a.test", {}, 4}}};
  const std::vector<Assignment> values = {
      {"jobs", "8"},           {"limit-rate", "2M/s"},    {"per-host", "auto:4"}, {"rate", "5/s"},
      {"host.b.test", "skip"}, {"host.a.test", "normal"}, {"jobs", "9"}};
  const auto now = changed(begun, begun, values);
  ASSERT_TRUE(now) << now.error().message;
  EXPECT_EQ(setting_lines(*now, begun), (Lines{{"jobs", "9", "64"},
                                               {"limit-rate", "2M", "1M"},
                                               {"per-host", "auto:4", "auto"},
                                               {"rate", "5/s", "none"},
                                               {"max-duration", "none", "none"},
                                               {"max-transfer", "none", "none"},
                                               {"min-free", "none", "none"},
                                               {"host.a.test", "normal", "4"},
                                               {"host.b.test", "skip", "normal"}}));
  EXPECT_EQ(
      changes_text(*now, values),
      "jobs 9, limit-rate 2M, per-host auto:4, rate 5/s, host.b.test skip, host.a.test normal");
}

TEST(Settings, GoBackToWhatTheRunBeganWith) {
  const Settings begun{.jobs = 10, .rate = 2, .hosts = {{"a.test", 80, {}}}};
  auto now = changed(begun, begun,
                     std::vector<Assignment>{{"jobs", "1"},
                                             {"rate", "0"},
                                             {"per-host", "3"},
                                             {"host.a.test:80", "7"},
                                             {"host.b.test", "2"}});
  ASSERT_TRUE(now);
  now = changed(*now, begun,
                std::vector<Assignment>{{"jobs", "default"},
                                        {"rate", "default"},
                                        {"per-host", "default"},
                                        {"limit-rate", "default"},
                                        {"host.a.test:80", "default"},
                                        {"host.b.test", "default"}});
  ASSERT_TRUE(now);
  EXPECT_EQ(setting_lines(*now, begun), setting_lines(begun, begun));
}

TEST(Settings, ALimitMayBeATimetable) {
  const Settings begun{.limit_rate = 1 << 20};
  const auto now =
      changed(begun, begun, std::vector<Assignment>{{"limit-rate", "18:00,off 8:00,512K"}});
  ASSERT_TRUE(now) << now.error().message;
  EXPECT_EQ(setting_lines(*now, begun, "off until 08:00")[1],
            (SettingLine{"limit-rate", "08:00,512K 18:00,off", "1M", "off until 08:00"}));
  const auto again =
      changed({}, {}, std::vector<Assignment>{{"limit-rate", "08:00,512K 18:00,off"}});
  EXPECT_EQ(again->limit_rate, now->limit_rate);
  const auto back = changed(*now, begun, std::vector<Assignment>{{"limit-rate", "default"}});
  EXPECT_EQ(back->limit_rate, begun.limit_rate);
}

TEST(Settings, TheirWordsMayBeGivenAgain) {
  const Settings odd{.jobs = 3,
                     .limit_rate = 1025,
                     .per_host = {.limit = 5, .adapts = false},
                     .rate = 100.0 / 60,
                     .limits = {std::chrono::milliseconds(90'500), 3 << 20, 1000},
                     .hosts = {{"[::1]", 8080, 4}}};
  std::vector<Assignment> values;
  for (const SettingLine& line : setting_lines(odd, odd)) values.push_back({line.name, line.now});
  const auto again = changed({}, {}, values);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(setting_lines(*again, {}), setting_lines(odd, {}));
}

TEST(Settings, OneThatIsWrongChangesNothing) {
  const struct {
    Assignment value;
    std::string message;
  } kCases[] = {
      {{"speed", "1"}, "speed: it is not one of jobs, limit-rate, per-host, rate, host.HOST"},
      {{"", "1"}, ": it is not one of jobs, limit-rate, per-host, rate, host.HOST"},
      {{"jobs", "0"}, "jobs: '0' is not a whole number from 1 to 4096"},
      {{"jobs", ""}, "jobs: '' is not a whole number from 1 to 4096"},
      {{"limit-rate", "25:00,1M"},
       "limit-rate: '25:00' is not a time of the day from 00:00 to 23:59"},
      {{"per-host", "x"},
       "per-host: 'x' is neither a number from 1 to 4096, auto, auto:MAX nor none"},
      {{"host.a.test", "0"},
       "host.a.test: '0' is none of skip, normal, and a number from 1 to 4096"},
      {{"host.a/b", "1"}, "host.a/b: 'a/b' is not a host name, nor a host:port"},
  };
  for (const auto& one : kCases) {
    const std::vector<Assignment> values = {{"jobs", "2"}, one.value};
    const auto now = changed({}, {}, values);
    ASSERT_FALSE(now) << one.value.name;
    EXPECT_TRUE(
        now.error().message.starts_with(one.message.substr(0, one.message.find(" jobs, limit"))))
        << now.error().message;
  }
}

TEST(Settings, AFleetHasSomeForItselfAndSomeForEachMachine) {
  const struct {
    std::string name;
    bool is_of_hosts, is_of_one_run;
  } rows[] = {{"jobs", false, false},        {"limit-rate", false, false},
              {"per-host", true, false},     {"rate", true, false},
              {"host.a.test", true, false},  {"max-duration", false, true},
              {"max-transfer", false, true}, {"min-free", false, true}};
  for (const auto& row : rows) {
    EXPECT_EQ(is_of_hosts(row.name), row.is_of_hosts) << row.name;
    EXPECT_EQ(is_of_one_run(row.name), row.is_of_one_run) << row.name;
  }
}

}  // namespace
}  // namespace fanfetch
