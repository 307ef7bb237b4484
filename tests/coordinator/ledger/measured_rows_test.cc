#include "coordinator/ledger/measured_rows.h"

#include <gtest/gtest.h>

#include "tests/coordinator/ledger/ledger_samples.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

class MeasuredRowsTest : public ::testing::Test {
 protected:
  MeasuredRowsTest() : open_(open_sqlite(path_)), ledger_(*open_.ledger) { begin(); }

  void begin() { EXPECT_TRUE(ledger_.begin_run(WallTime(), 1)); }
  void write() { EXPECT_TRUE(ledger_.write_measures(samples_, hosts_)); }
  [[nodiscard]] std::int64_t number(const char* sql) const {
    return open_.database->query_number(sql);
  }
  [[nodiscard]] std::string text(const char* sql) const {
    Statement select(*open_.database, sql);
    return select.step() ? std::string(select.text()) : "none";
  }
  static Record saved(const std::string& url) {
    Record record{.url = url, .status = Status::saved, .bytes = 100, .attempts = 2};
    record.requests = 3;
    record.times = {.duration = 50ms, .first_byte = 7ms};
    return record;
  }

  support::TempDir temp_;
  const std::string path_ = temp_.at("ledger.sqlite");
  OpenLedger open_;
  SqliteLedger& ledger_;
  RunSamples samples_;
  HostTable hosts_{{.keep = 2, .most = 3}};
};

TEST_F(MeasuredRowsTest, SamplesAreReplaced) {
  samples_.add({.at = 10s, .files = 1, .bytes = 2, .failed = 3, .in_flight = 4});
  write();
  samples_.add({.at = 20s, .files = 5});
  write();
  EXPECT_EQ(number("SELECT count(*) FROM samples"), 2);
  EXPECT_EQ(number("SELECT files*1000 + bytes*100 + failed*10 + in_flight FROM samples "
                   "WHERE run=1 AND at_ms=10000"),
            1234);
}

TEST_F(MeasuredRowsTest, SamplesComeBack) {
  samples_.add({.at = 10s, .files = 1, .bytes = 2, .failed = 3, .in_flight = 4});
  samples_.add({.at = 20s, .files = 5, .bytes = 6, .failed = 7, .in_flight = 8});
  write();
  EXPECT_EQ(read_samples(*open_.database, 1), samples_.all());
  EXPECT_TRUE(read_samples(*open_.database, 2).empty());
}

TEST_F(MeasuredRowsTest, HostsComeBack) {
  hosts_.add(saved("http://a.example/1"));
  hosts_.add(saved("http://a.example/2"));
  write();
  Record failed{.url = "http://a.example/3", .http_status = 503, .error = ErrorClass::http_5xx};
  failed.requests = 1;
  hosts_.add(failed);
  write();
  int rows = 0;
  each_host_row(*open_.database,
                [&](std::int64_t run, std::string_view host, const HostSums& sums) {
                  ++rows;
                  EXPECT_EQ(run, 1);
                  EXPECT_EQ(host, "a.example");
                  HostSums expected = *hosts_.biggest().at(0).second;
                  expected.failures.clear();
                  EXPECT_EQ(sums, expected);
                });
  EXPECT_EQ(rows, 1);
  EXPECT_EQ(text("SELECT class || ' ' || http_status || ' ' || failed FROM host_failures "
                 "WHERE run=1 AND host='a.example'"),
            "http_5xx 503 1");
}

TEST_F(MeasuredRowsTest, TheRestIsARow) {
  for (const char* host : {"a", "a", "b", "b", "c", "d", "e"}) {
    hosts_.add(saved(fmt::format("http://{}.example/", host)));
  }
  write();
  EXPECT_EQ(number("SELECT count(*) FROM host_sums"), 3);
  EXPECT_EQ(number("SELECT files FROM host_sums WHERE host='*'"), 3);
  EXPECT_EQ(number("SELECT sum(files) FROM host_sums"), 7);
}

TEST_F(MeasuredRowsTest, OldRunsLoseTheirs) {
  samples_.add({.at = 10s});
  hosts_.add(saved("http://a.example/1"));
  for (int run = 1; run <= SqliteLedger::kMeasuredRuns + 3; ++run) {
    write();
    begin();
  }
  EXPECT_EQ(number("SELECT min(run) FROM samples"), 4);
  EXPECT_EQ(number("SELECT count(*) FROM samples"), SqliteLedger::kMeasuredRuns);
  EXPECT_EQ(number("SELECT min(run) FROM host_sums"), 4);
  EXPECT_EQ(number("SELECT count(*) FROM runs"), SqliteLedger::kMeasuredRuns + 4);
}

TEST_F(MeasuredRowsTest, TheNewestRunComesFirst) {
  hosts_.add(saved("http://a.example/1"));
  write();
  begin();
  write();
  std::vector<std::int64_t> runs;
  each_host_row(*open_.database,
                [&](std::int64_t run, std::string_view, const HostSums&) { runs.push_back(run); });
  EXPECT_EQ(runs, (std::vector<std::int64_t>{2, 1}));
}

}  // namespace
}  // namespace fanfetch
