#include "coordinator/report/metrics_text.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kStartedAt{1'700'000'000s};
const MetricsRun kRun{.output = "/data/images", .started_at = kStartedAt};

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// The values of the series of `metric` by their labels, that of the folder left out.
std::map<std::string, std::string> series(const std::string& text, const std::string& metric,
                                          const std::string& output = "/data/images") {
  std::map<std::string, std::string> all;
  const std::string begin = metric + "{output=\"" + output + "\"";
  for (const std::string& line : lines_of(text)) {
    if (!line.starts_with(begin)) continue;
    const auto end = line.rfind("} ");
    std::string labels = line.substr(begin.size(), end - begin.size());
    if (labels.starts_with(',')) labels.erase(0, 1);
    EXPECT_TRUE(all.emplace(labels, line.substr(end + 2)).second) << "twice: " << line;
  }
  return all;
}

using Series = std::map<std::string, std::string>;

TEST(MetricsText, OfARunThatGoesOn) {
  LiveReport live{.saved = 7, .kept = 1000, .skipped = 2, .failed = 5, .failed_before = 3};
  live.saved_bytes = 70;
  live.received_bytes = 100;
  live.wasted_bytes = 20;
  live.total = 2000;
  live.time_left = 90s;
  live.in_flight = 4;
  live.nodes = 3;
  live.hosts_waiting = 1;
  live.longest_wait = 1500ms;
  const std::string text = metrics_text(live, {}, kRun, kStartedAt + 2500ms);
  EXPECT_TRUE(text.starts_with(kMetricsBegin));
  EXPECT_EQ(series(text, "fanfetch_links_total"), (Series{{"status=\"saved\"", "7"},
                                                          {"status=\"kept\"", "1000"},
                                                          {"status=\"skipped\"", "2"},
                                                          {"status=\"failed\"", "5"}}));
  const std::pair<const char*, const char*> kSingle[] = {
      {"fanfetch_new_failures_total", "2"},
      {"fanfetch_saved_bytes_total", "70"},
      {"fanfetch_received_bytes_total", "120"},
      {"fanfetch_wasted_bytes_total", "20"},
      {"fanfetch_list_links", "2000"},
      {"fanfetch_time_left_seconds", "90"},
      {"fanfetch_links_in_flight", "4"},
      {"fanfetch_fleet_nodes", "3"},
      {"fanfetch_hosts_waiting", "1"},
      {"fanfetch_longest_wait_seconds", "1.5"},
      {"fanfetch_run_active", "1"},
      {"fanfetch_run_start_timestamp_seconds", "1700000000"},
      {"fanfetch_last_update_timestamp_seconds", "1700000002.5"}};
  for (const auto& [metric, value] : kSingle) {
    EXPECT_EQ(series(text, metric), (Series{{"", value}})) << metric;
  }
  EXPECT_EQ(text.find("fanfetch_run_exit_status"), text.npos);
}

TEST(MetricsText, WhatIsNotKnownIsAbsent) {
  const std::string text = metrics_text({}, {}, kRun, kStartedAt);
  for (const char* metric : {"fanfetch_list_links", "fanfetch_time_left_seconds", "run_end"}) {
    EXPECT_EQ(text.find(metric), text.npos) << metric;
  }
}

TEST(MetricsText, OfARunThatHasEnded) {
  MetricsRun run = kRun;
  run.ended_at = kStartedAt + 10s;
  run.exit_status = 143;
  const std::string text = metrics_text({}, {}, run, kStartedAt + 10s);
  EXPECT_EQ(series(text, "fanfetch_run_active"), (Series{{"", "0"}}));
  EXPECT_EQ(series(text, "fanfetch_run_exit_status"), (Series{{"", "143"}}));
  EXPECT_EQ(series(text, "fanfetch_run_end_timestamp_seconds"), (Series{{"", "1700000010"}}));
}

TEST(MetricsText, FailuresByClassAndStatusAddUp) {
  LiveReport live{.failed = 17};
  live.failed_by_class[static_cast<std::size_t>(ErrorClass::http_4xx)] = 15;
  live.failed_by_class[static_cast<std::size_t>(ErrorClass::timeout)] = 2;
  HostSums measured;
  measured.failures = {{ErrorClass::http_4xx, 404, 8},
                       {ErrorClass::http_4xx, 498, 1},
                       {ErrorClass::http_4xx, 499, 2},
                       {ErrorClass::timeout, 0, 2}};
  EXPECT_EQ(series(metrics_text(live, measured, kRun, kStartedAt), "fanfetch_failures_total"),
            (Series{{"class=\"http_4xx\",http_status=\"404\"", "8"},
                    {"class=\"http_4xx\",http_status=\"other\"", "3"},
                    {"class=\"http_4xx\",http_status=\"\"", "4"},  // of earlier runs, not tried
                    {"class=\"timeout\",http_status=\"\"", "2"}}));
}

/// Whatever a server sends.
TEST(MetricsText, TheSeriesAreBounded) {
  LiveReport live;
  HostSums measured;
  for (int error = 0; error < kErrorClasses; ++error) {
    live.failed_by_class[static_cast<std::size_t>(error)] = 1000;
    for (int status = 400; status < 600; ++status) {
      measured.failures.push_back({static_cast<ErrorClass>(error), status, 1});
    }
  }
  EXPECT_LE(lines_of(metrics_text(live, measured, kRun, kStartedAt)).size(),
            41u * kErrorClasses + 100);
}

TEST(MetricsText, TimesToFirstByteAreAHistogram) {
  HostSums measured{.requests = 9, .retries = 3};
  for (const auto time : {1ms, 3ms, 700ms, 40'000ms}) measured.first_byte.add(time);
  const std::string text = metrics_text({}, measured, kRun, kStartedAt);
  const Series buckets = series(text, "fanfetch_first_byte_seconds_bucket");
  EXPECT_EQ(buckets.size(), FirstByteTimes::kBuckets);
  EXPECT_EQ(buckets.at("le=\"0.001\""), "1");
  EXPECT_EQ(buckets.at("le=\"0.002\""), "1");
  EXPECT_EQ(buckets.at("le=\"0.005\""), "2");
  EXPECT_EQ(buckets.at("le=\"1\""), "3");
  EXPECT_EQ(buckets.at("le=\"30\""), "3");
  EXPECT_EQ(buckets.at("le=\"+Inf\""), "4");
  EXPECT_EQ(series(text, "fanfetch_first_byte_seconds_sum"), (Series{{"", "40.704"}}));
  EXPECT_EQ(series(text, "fanfetch_first_byte_seconds_count"), (Series{{"", "4"}}));
  EXPECT_EQ(series(text, "fanfetch_requests_total"), (Series{{"", "9"}}));
  EXPECT_EQ(series(text, "fanfetch_retries_total"), (Series{{"", "3"}}));
}

TEST(MetricsText, LabelsAreEscaped) {
  EXPECT_EQ(metrics_label("/plain"), "/plain");
  EXPECT_EQ(metrics_label("a\"b\\c\nd"), R"(a\"b\\c\nd)");
  EXPECT_EQ(metrics_label("x\xff"), "x\xef\xbf\xbd");
  MetricsRun run = kRun;
  run.output = "/a\n\"} 1";
  const std::string text = metrics_text({}, {}, run, kStartedAt);
  EXPECT_NE(text.find("fanfetch_run_active{output=\"/a\\n\\\"} 1\"} 1\n"), text.npos) << text;
}

TEST(MetricsText, EachMetricHasItsHelpAndType) {
  LiveReport live{.total = 1, .time_left = 1s};
  live.failed_by_class[0] = 1;
  MetricsRun run = kRun;
  run.ended_at = kStartedAt;
  std::string helped, typed;
  for (const std::string& line : lines_of(metrics_text(live, {}, run, kStartedAt))) {
    std::istringstream words(line);
    std::string first, second, third, fourth;
    words >> first >> second >> third >> fourth;
    if (second == "HELP") {
      helped = third;
      EXPECT_EQ(line.back(), '.') << line;
    } else if (second == "TYPE") {
      EXPECT_EQ(third, helped);
      typed = third;
      EXPECT_EQ(third.ends_with("_total"), fourth == "counter") << line;
    } else if (first != "#") {
      EXPECT_TRUE(first.starts_with(typed)) << line;
    }
  }
}

/// What Prometheus and Grafana would show nothing of, and say nothing.
TEST(MetricsExamples, NameMetricsThatExist) {
  LiveReport live{.total = 1, .time_left = 1s};
  live.failed_by_class[0] = 1;
  MetricsRun run = kRun;
  run.ended_at = kStartedAt;
  std::set<std::string> known;
  for (const std::string& line : lines_of(metrics_text(live, {}, run, kStartedAt))) {
    if (!line.starts_with('#')) known.insert(line.substr(0, line.find('{')));
  }
  for (const char* name : {"fanfetch-alerts.yml", "fanfetch-dashboard.json"}) {
    std::ifstream file(std::string(FANFETCH_EXAMPLES) + "/" + name);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const std::regex metric("fanfetch_[a-z_]+");
    int named = 0;
    for (std::sregex_iterator at(text.begin(), text.end(), metric), end; at != end; ++at) {
      ++named;
      EXPECT_TRUE(known.contains(at->str())) << name << " names " << at->str();
    }
    EXPECT_GT(named, 10) << name;
  }
}

}  // namespace
}  // namespace fanfetch
