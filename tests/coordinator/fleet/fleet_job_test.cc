#include "coordinator/fleet/fleet_job.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

FleetFields good() {
  return {{"id", "abc"},          {"where", "/x"},      {"protocol", "2"},  {"state", "paused"},
          {"partitions", "1024"}, {"lease_ms", "3000"}, {"stop_ms", "1000"}};
}

FleetFields with(std::string_view field, std::string_view value) {
  FleetFields fields = good();
  for (auto& [name, text] : fields) {
    if (name == field) text = value;
  }
  return fields;
}

TEST(FleetJobTest, AHashIsAJob) {
  const auto job = decode_job("list", good());
  ASSERT_TRUE(job) << job.error().message;
  EXPECT_EQ(job->name, "list");
  EXPECT_EQ(job->id, "abc");
  EXPECT_EQ(job->state, FleetJob::State::paused);
  EXPECT_EQ(job->partitions, 1024u);
  EXPECT_EQ(job->rules.lease, std::chrono::seconds(3));
  EXPECT_EQ(job->rules.takeover, std::chrono::seconds(4));
  EXPECT_TRUE(job->options.empty());
}

TEST(FleetJobTest, WhatIsNoneIsRefused) {
  EXPECT_EQ(decode_job("list", {}).error().message, "there is no job 'list'");
  const struct {
    std::string_view field, value;
  } rows[] = {{"state", "asleep"},  {"partitions", "0"}, {"partitions", "65537"},
              {"partitions", "1 "}, {"partitions", ""},  {"lease_ms", "-1"},
              {"lease_ms", "2999"}, {"stop_ms", "x"},    {"lease_ms", "99999999999999999999"}};
  for (const auto& [field, value] : rows) {
    EXPECT_FALSE(decode_job("list", with(field, value))) << field << " " << value;
  }
  EXPECT_FALSE(decode_job("list", with("protocol", "1"))) << "its nodes count deliveries otherwise";
  const auto other = decode_job("list", with("protocol", "2\x1b"));
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().message.find("another version"), std::string::npos);
  EXPECT_EQ(other.error().message.find('\x1b'), std::string::npos);
}

TEST(FleetJobTest, HowLongAHostIsTooBig) {
  EXPECT_EQ(decode_job("list", good())->spread_after, std::chrono::minutes(5)) << "nothing is said";
  FleetFields fields = good();
  fields.emplace_back("spread_ms", "1500");
  EXPECT_EQ(decode_job("list", fields)->spread_after, std::chrono::milliseconds(1500));
  for (const char* bad : {"0", "-1", "x", "99999999999"}) {
    fields.back().second = bad;
    EXPECT_FALSE(decode_job("list", fields)) << bad;
  }
}

TEST(FleetJobTest, SettingsTravelAsBytes) {
  FleetFields fields = good();
  fields.emplace_back("settings", to_bytes({{"jobs", "8"}, {"rate", "5/s"}}));
  EXPECT_EQ(decode_job("list", fields)->settings, (FleetFields{{"jobs", "8"}, {"rate", "5/s"}}));
  fields.back().second = "nonsense";
  ASSERT_TRUE(decode_job("list", fields)) << "a node goes on";
  EXPECT_TRUE(decode_job("list", fields)->settings.empty());
}

TEST(FleetJobTest, TheLastWordOfANameHolds) {
  FleetFields settings;
  add_settings(settings, {{"jobs", "8"}, {"rate", "5/s"}});
  add_settings(settings, {{"jobs", "4"}, {"host.h", "skip"}});
  EXPECT_EQ(settings, (FleetFields{{"rate", "5/s"}, {"jobs", "4"}, {"host.h", "skip"}}));
  add_settings(settings, {{"rate", "default"}, {"limit-rate", "default"}});
  EXPECT_EQ(settings, (FleetFields{{"jobs", "4"}, {"host.h", "skip"}}));
}

TEST(FleetJobTest, ANodeIsToldWhatIsNew) {
  const FleetFields none, some = {{"jobs", "8"}, {"rate", "5/s"}};
  EXPECT_EQ(new_settings(none, some), some);
  EXPECT_EQ(new_settings(some, some), none);
  EXPECT_EQ(new_settings(some, {{"rate", "5/s"}, {"jobs", "9"}}), (FleetFields{{"jobs", "9"}}));
  EXPECT_EQ(new_settings(some, {{"rate", "5/s"}}), (FleetFields{{"jobs", "default"}}));
  EXPECT_EQ(new_settings(some, none), (FleetFields{{"jobs", "default"}, {"rate", "default"}}));
}

TEST(FleetJobTest, ANodeThatLivesOnGoesByTheLimitsOfTheNextRun) {
  using Options = decltype(FleetJob::options);
  const Options none;
  const struct {
    Options begun, now;
    FleetFields changed;
  } rows[] = {
      {none, none, {}},
      {{{"rate", {"5/s"}}}, {{"rate", {"5/s"}}, {"retries", {"1"}}}, {}},
      {none, {{"per-host", {"2"}}, {"rate", {"5/s"}}}, {{"per-host", "2"}, {"rate", "5/s"}}},
      {{{"per-host", {"2"}}}, {{"per-host", {"8"}}}, {{"per-host", "8"}}},
      {{{"per-host", {"2"}}, {"rate", {"5/s"}}}, none, {{"per-host", "auto"}, {"rate", "none"}}},
      {none, {{"host-limit", {"h:80=skip"}}}, {{"host.h:80", "skip"}}},
      {{{"host-limit", {"h=2"}}, {"host-limit", {"i=3"}}},
       {{"host-limit", {"i=4"}}},
       {{"host.h", "normal"}, {"host.i", "4"}}},
      // The last word of a name holds, as on a command line.
      {{{"rate", {"5/s"}}, {"rate", {"1/s"}}}, {{"rate", {"1/s"}}}, {}},
      {{{"host-limit", {"h=2"}}}, {{"host-limit", {"h=1"}}, {"host-limit", {"h=2"}}}, {}},
      {none, {{"host-limit", {"h"}}, {"rate", {"1/s", "2/s"}}, {"jobs", {"3"}}}, {}},
  };
  for (const auto& [begun, now, changed] : rows) {
    EXPECT_EQ(changed_limits(begun, now), changed) << options_to_bytes(now);
  }
}

TEST(FleetJobTest, OptionsTravelAsBytes) {
  const decltype(FleetJob::options) options = {
      {"retries", {"3"}}, {"name", {"{path} a=b"}}, {"http2", {"true"}}, {"two", {"a", "b"}}};
  const auto read = options_from_bytes(options_to_bytes(options));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, options);
  EXPECT_TRUE(options_from_bytes("")->empty());
  EXPECT_FALSE(options_from_bytes("nonsense"));
}

TEST(FleetJobTest, AListNamesItsJob) {
  const struct {
    std::string_view list, name;
  } rows[] = {{"urls.txt", "urls.txt"},
              {"/data/my list.csv.gz", "my-list.csv.gz"},
              {"-", "list"},
              {"", "list"},
              {"../.hidden", "hidden"},
              {"https://h.test/all?x=1", "all-x-1"},
              {"dir/", "dir"}};
  for (const auto& [list, name] : rows) EXPECT_EQ(job_name_of(list), name) << list;
  EXPECT_EQ(job_name_of(std::string(100, 'x')).size(), 64u);
  EXPECT_EQ(key_prefix("urls.txt"), "ff:{urls.txt}:");
}

}  // namespace
}  // namespace fanfetch
