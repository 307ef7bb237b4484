// What the dashboard reads from a ledger: pages of rows, and metrics.

#include <gtest/gtest.h>

#include "coordinator/commands/web/row_page.h"
#include "coordinator/commands/web/run_metrics.h"
#include "tests/coordinator/ledger/ledger_samples.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kStart{1'700'000'000s};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

class LedgerViewsTest : public testing::Test {
 protected:
  LedgerViewsTest() {
    temp_.write(".fanfetch/part/none", "");
    open_ = open_sqlite(path_);
    EXPECT_TRUE(open_.ledger->begin_run(kStart, 1, {}, 0, "fanfetch links.txt"));
  }
  void write(LedgerRow row) {
    LedgerEntry entry{.row = std::move(row), .rename = {}};
    EXPECT_TRUE(open_.ledger->write({&entry, 1}));
  }
  std::unique_ptr<History> history() {
    auto opened = History::open(path_);
    if (!opened) throw std::runtime_error(opened.error().message);
    return std::move(*opened);
  }
  std::string page(const std::multimap<std::string, std::string>& words,
                   std::chrono::milliseconds patience = 1h) {
    const auto query = parse_row_query(words);
    const auto rows = row_page(*history(), query.value(), patience);
    return rows ? *rows : rows.error().message;
  }

  /// Does to the ledger what a hostile hand could.
  void change(const char* sql) const {
    auto database = Database::open(path_, Database::Access::read_write);
    ASSERT_TRUE(database) << database.error().message;
    (*database)->exec(sql);
    EXPECT_TRUE((*database)->ok());
  }

  support::TempDir temp_;
  const std::string path_ = temp_.at(".fanfetch/ledger.sqlite");
  OpenLedger open_;
};

TEST_F(LedgerViewsTest, AnEmptyLedgerHasNoRows) {
  EXPECT_EQ(R"({"last":0,"rows":[],"next":null})", page({}));
}

TEST_F(LedgerViewsTest, RowsOfADriverNameTheirNode) {
  LedgerRow row = saved_row(1, "1.jpg");
  write(row);
  EXPECT_TRUE(has(page({}), R"("node":null})")) << page({});
  row.record.node = "one";
  write(std::move(row));
  EXPECT_TRUE(has(page({}), R"("node":"one"})")) << page({});
}

TEST_F(LedgerViewsTest, PagesGoFromTheNewestToTheOldest) {
  for (unsigned number = 1; number <= 5; ++number) {
    write(saved_row(number, fmt::format("{}.jpg", number)));
  }
  const std::string first = page({{"most", "2"}});
  EXPECT_TRUE(first.starts_with(R"({"last":5,"rows":[{"row":5,)")) << first;
  EXPECT_TRUE(first.ends_with(R"(],"next":4})")) << first;
  EXPECT_TRUE(page({{"most", "2"}, {"before", "2"}}).ends_with(R"(],"next":null})"));
  EXPECT_TRUE(has(page({{"text", "3.jpg"}}), R"("file_name":"3.jpg")"));
  EXPECT_EQ(R"({"last":5,"rows":[],"next":null})", page({{"status", "failed"}}));
  EXPECT_EQ("4.jpg", file_of_row(*history(), 4));
  EXPECT_EQ(std::nullopt, file_of_row(*history(), 6));
}

TEST_F(LedgerViewsTest, ALongSearchSaysWhereToGoOn) {
  std::vector<LedgerEntry> entries;
  for (unsigned number = 1; number <= 12'000; ++number) {
    entries.push_back({.row = saved_row(number, fmt::format("{}.jpg", number)), .rename = {}});
  }
  ASSERT_TRUE(open_.ledger->write(entries));
  // Without any patience it still comes forward.
  EXPECT_EQ(R"({"last":12000,"rows":[],"next":7001})", page({{"text", "no such"}}, 0ms));
  EXPECT_EQ(R"({"last":12000,"rows":[],"next":2001})",
            page({{"text", "no such"}, {"before", "7001"}}, 0ms));
  EXPECT_EQ(R"({"last":12000,"rows":[],"next":null})",
            page({{"text", "no such"}, {"before", "2001"}}, 0ms));
  EXPECT_EQ(R"({"last":12000,"rows":[],"next":null})", page({{"text", "no such"}}));
}

TEST_F(LedgerViewsTest, NumbersMayBeAnyInADamagedLedger) {
  for (unsigned number = 1; number <= 5; ++number) {
    write(saved_row(number, fmt::format("{}.jpg", number)));
  }
  change("UPDATE links SET row=1152921504606846976 WHERE row=5");  // 2^60
  EXPECT_EQ(R"({"last":1152921504606846976,"rows":[],"next":null})",
            page({{"status", "failed"}}, 0ms))
      << "one step over the gap";
  const std::string first = page({{"most", "2"}});
  EXPECT_TRUE(has(first, R"("rows":[{"row":1152921504606846976,)")) << first;
  EXPECT_TRUE(first.ends_with(R"(],"next":4})")) << first;
  change("UPDATE links SET row=9223372036854775807 WHERE row>5");
  EXPECT_TRUE(has(page({}), R"("rows":[{"row":4,)")) << page({});
  change("UPDATE links SET row=-row");
  EXPECT_EQ(R"({"last":0,"rows":[],"next":null})", page({}));
}

TEST_F(LedgerViewsTest, AnAnswerToAStatusRequestIsALiveReport) {
  const auto live = read_live_report(
      R"({"schema":1,"ok":true,"saved":1,"kept":2,"skipped":3,"failed":4,"failed_before":1,)"
      R"("failed_by_class":{"dns":4,"odd":9},"saved_bytes":5,"received_bytes":6,"wasted_bytes":7,)"
      R"("total":null,"time_left_ms":8000,"in_flight":9,"hosts_waiting":1,"longest_wait_ms":2000})"
      "\n");
  ASSERT_TRUE(live);
  EXPECT_EQ(1u, live->saved);
  EXPECT_EQ(4u, live->failed);
  EXPECT_EQ(4u, live->failed_by_class[static_cast<std::size_t>(ErrorClass::dns)]);
  EXPECT_EQ(7u, live->wasted_bytes);
  EXPECT_EQ(std::nullopt, live->total);
  EXPECT_EQ(Duration(8s), live->time_left);
  EXPECT_EQ(Duration(2s), live->longest_wait);
  EXPECT_EQ(std::nullopt, live->nodes);
  EXPECT_EQ(1u, read_live_report(R"({"ok":true,"fleet":{"age_ms":5,"nodes":[)"
                                 R"({"name":"a","state":"paused"},{"name":"b","state":"gone"}]}})")
                    ->nodes);
  EXPECT_EQ(std::nullopt, read_live_report(R"({"ok":true,"fleet":{"age_ms":null}})")->nodes);
  EXPECT_EQ(std::nullopt, read_live_report(R"({"ok":true,"fleet":{"age_ms":10000}})")->nodes)
      << "it may be otherwise by now";
  for (const char* line : {"", "{", "[]", "{}", R"({"ok":false,"saved":1})", "\xff"}) {
    EXPECT_FALSE(read_live_report(line)) << line;
  }
  EXPECT_EQ(0u, read_live_report(R"({"ok":true,"saved":-1,"failed_by_class":[]})")->saved);
}

TEST_F(LedgerViewsTest, MetricsAreTheRunsOrWhatItHasLeft) {
  const auto metrics = [&](const std::optional<LiveReport>& live) {
    return run_metrics(*history(), "/pictures", live, kStart + 60s).value();
  };
  LiveReport live;
  live.saved = 7;
  const std::string running = metrics(live);
  EXPECT_TRUE(has(running, "fanfetch_links_total{output=\"/pictures\",status=\"saved\"} 7\n"))
      << running;
  EXPECT_TRUE(has(running, "fanfetch_run_active{output=\"/pictures\"} 1\n"));
  EXPECT_TRUE(
      has(running, "fanfetch_last_update_timestamp_seconds{output=\"/pictures\"} 1700000060"));
  // Killed: it was true long ago.
  EXPECT_TRUE(
      has(metrics({}), "fanfetch_last_update_timestamp_seconds{output=\"/pictures\"} 1700000000"));
}

}  // namespace
}  // namespace fanfetch
