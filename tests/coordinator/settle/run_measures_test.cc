#include "coordinator/settle/run_measures.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/coordinator/ledger/ledger_samples.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

class RunMeasuresTest : public ::testing::Test {
 protected:
  RunMeasuresTest() : open_(open_sqlite(path_)) {
    EXPECT_TRUE(open_.ledger->begin_run(WallTime(), 1));
  }

  [[nodiscard]] std::int64_t number(const char* sql) const {
    return open_.database->query_number(sql);
  }
  void save(std::uint64_t links) {
    for (std::uint64_t i = 0; i < links; ++i) {
      Record record{.url = "http://a.example/", .status = Status::saved, .bytes = 1, .attempts = 1};
      record.requests = 1;
      measures_.add(record);
    }
  }
  /// All seconds of that span but the first.
  void tick(std::chrono::seconds from, std::chrono::seconds to) {
    for (auto at = from + 1s; at <= to; at += 1s)
      measures_.tick({.saved = 1}, kStart + at, kTime + at);
  }

  static constexpr Instant kStart{1000s};
  static constexpr WallTime kTime{1'700'000'000s};
  support::TempDir temp_;
  const std::string path_ = temp_.at("ledger.sqlite");
  const std::string metrics_ = temp_.at("m.prom");
  OpenLedger open_;
  std::vector<std::string> problems_;
  RunMeasures measures_{
      *open_.ledger, MetricsTarget{MetricsFile(metrics_), {.output = "/d", .started_at = kTime}},
      kStart, [this](const std::string& problem) { problems_.push_back(problem); }};
};

TEST_F(RunMeasuresTest, AKilledRunKeepsWhatWasWritten) {
  save(3);
  tick(0s, 1s);
  EXPECT_EQ(number("SELECT count(*) FROM host_sums"), 0) << "short runs write at their end";
  tick(1s, 2s);
  EXPECT_EQ(number("SELECT files FROM host_sums"), 3);
  save(1);
  tick(2s, 16s);
  EXPECT_EQ(number("SELECT files FROM host_sums"), 3);
  tick(16s, 17s);
  EXPECT_EQ(number("SELECT files FROM host_sums"), 4);
  EXPECT_EQ(number("SELECT count(*) FROM samples WHERE at_ms=10000 AND files=1"), 1);
}

/// Prometheus takes a counter that falls for a new run.
TEST_F(RunMeasuresTest, CountersNeverFall) {
  const auto fail_at = [this](const std::string& host, int status) {
    measures_.add({.url = "http://" + host + "/",
                   .status = Status::failed,
                   .http_status = status,
                   .attempts = 1,
                   .error = status < 500 ? ErrorClass::http_4xx : ErrorClass::http_5xx});
  };
  const auto count = [this] {
    std::ifstream file(metrics_);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    const std::string series = "class=\"http_4xx\",http_status=\"404\"} ";
    const std::size_t at = text.find(series);
    return at == text.npos ? 0 : std::stoi(text.substr(at + series.size()));
  };
  for (int i = 0; i < 1000; ++i) fail_at("few" + std::to_string(i) + ".example", 404);
  tick(0s, 2s);
  EXPECT_EQ(count(), 1000);
  // Bigger hosts with every status there is: the first ones go to the rest, which tells few apart.
  for (int i = 0; i < 15'000; ++i) {
    const std::string host = "h" + std::to_string(i) + ".example";
    for (int link = 0; link < 2; ++link) fail_at(host, i % 3 == 0 ? 599 : 405 + i % 190);
  }
  tick(2s, 20s);
  EXPECT_EQ(count(), 1000);
}

/// A run that waits for hours keeps no disk awake, once its samples have become rare.
TEST_F(RunMeasuresTest, NothingNewIsNotWritten) {
  open_.database->exec("INSERT INTO samples VALUES(1, 7, 0, 0, 0, 0)");
  tick(0s, 9s);
  EXPECT_EQ(number("SELECT count(*) FROM samples WHERE at_ms=7"), 1) << "writing replaces all";
  tick(9s, 10s);
  EXPECT_EQ(number("SELECT count(*) FROM samples WHERE at_ms=7"), 0);
  EXPECT_EQ(number("SELECT count(*) FROM samples WHERE at_ms=10000"), 1);
}

TEST_F(RunMeasuresTest, TheEndIsASampleToo) {
  save(1);
  measures_.finish({.saved = 1, .saved_bytes = 5}, kStart + 1500ms);
  EXPECT_EQ(number("SELECT bytes FROM samples WHERE at_ms=1500"), 5);
  EXPECT_EQ(number("SELECT files FROM host_sums"), 1);
}

TEST_F(RunMeasuresTest, AProblemIsToldOnceAndTheRunGoesOn) {
  open_.database->exec("DROP TABLE samples");
  tick(0s, 60s);
  ASSERT_EQ(problems_.size(), 1u);
  EXPECT_NE(problems_[0].find("what the run measures is not kept: "), std::string::npos)
      << problems_[0];
  EXPECT_TRUE(open_.ledger->clear_renames()) << "the ledger can still be written";
  measures_.finish({}, kStart + 61s);
  EXPECT_EQ(problems_.size(), 1u);
}

TEST_F(RunMeasuresTest, MetricsComeAtOnceThenAtIntervalsAndAtTheEnd) {
  const auto updated = [this] {
    const std::string text = support::read_file(metrics_);
    const std::string_view key = "last_update_timestamp_seconds{output=\"/d\"} ";
    const auto at = text.find(key);
    return at == text.npos ? ""
                           : text.substr(at + key.size(), text.find('\n', at) - at - key.size());
  };
  tick(0s, 1s);
  EXPECT_EQ(updated(), "1700000001");
  tick(1s, 15s);
  EXPECT_EQ(updated(), "1700000001");
  tick(15s, 16s);
  EXPECT_EQ(updated(), "1700000016");
  measures_.finish_metrics({}, kTime + 17s, 143);
  EXPECT_EQ(updated(), "1700000017");
  EXPECT_NE(support::read_file(metrics_).find("fanfetch_run_exit_status{output=\"/d\"} 143\n"),
            std::string::npos);
}

TEST_F(RunMeasuresTest, MetricsThatCannotBeWrittenAreToldOnceAndTriedAgain) {
  std::filesystem::create_directory(metrics_);
  tick(0s, 20s);
  ASSERT_EQ(problems_.size(), 1u);
  EXPECT_NE(problems_[0].find("cannot write the metrics '" + metrics_ + "': "), std::string::npos)
      << problems_[0];
  std::filesystem::remove(metrics_);
  tick(20s, 35s);
  EXPECT_TRUE(std::filesystem::is_regular_file(metrics_));
  EXPECT_EQ(problems_.size(), 1u);
}

}  // namespace
}  // namespace fanfetch
