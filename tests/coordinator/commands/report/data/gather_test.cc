#include "coordinator/commands/report/data/gather.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "coordinator/ledger/schema.h"
#include "tests/coordinator/ledger/ledger_samples.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kRunStart{1'700'000'000s};

class GatherTest : public testing::Test {
 protected:
  GatherTest() {
    temp_.write(".fanfetch/part/none", "");
    open_ = open_sqlite(path_);
    EXPECT_TRUE(open_.ledger->begin_run(kRunStart, 1, {}, 0, "fanfetch links.txt"));
  }
  void write(LedgerRow row) {
    row.record.started_at = kRunStart + 1s;
    row.record.times.duration = 500ms;
    row.record.requests = 1;
    row.record.attempts = std::max(row.record.attempts, 1);
    LedgerEntry entry{.row = std::move(row), .rename = {}};
    EXPECT_TRUE(open_.ledger->write({&entry, 1}));
  }
  /// A file and its row.
  void save(unsigned number, const std::string& name, const std::string& content,
            const std::string& url = "") {
    struct stat status {};
    EXPECT_EQ(0, ::stat(temp_.write(name, content).c_str(), &status));
    LedgerRow row = saved_row(number, name);
    if (!url.empty()) row.record.url = url;
    row.file = stamp_of(status);
    row.record.bytes = content.size();
    row.record.sha256 = sha256(content);
    row.record.content_type = "image/gif";
    row.record.times.first_byte = 30ms;
    write(std::move(row));
  }
  void fail(unsigned number, const std::string& url, int status) {
    LedgerRow row = failed_row(number, ErrorClass::http_4xx);
    row.record.url = url;
    row.record.http_status = status;
    row.record.message = fmt::format("the server says {}", status);
    write(std::move(row));
  }
  ReportData gather(const ReportLimits& limits = {}) {
    auto history = History::open(path_);
    if (!history) {
      ADD_FAILURE() << history.error().message;
      return {};
    }
    auto data =
        gather_report(**history, {.output = temp_.path(), .ledger = ""}, kRunStart + 1h, limits);
    if (!data) ADD_FAILURE() << data.error().message;
    return data ? std::move(*data) : ReportData();
  }

  support::TempDir temp_;
  const std::string path_ = temp_.at(".fanfetch/ledger.sqlite");
  OpenLedger open_;
};

TEST_F(GatherTest, TellsWhatTheRunsHaveBrought) {
  save(1, "a.gif", "GIF89a one", "http://a.test/a.gif");
  save(2, "b.gif", "GIF89a two, longer", "http://a.test/b.gif");
  save(3, "c.gif", "GIF89a one", "http://b.test/c.gif");
  fail(4, "http://b.test/d.gif", 404);
  fail(5, "http://b.test/e.gif", 410);
  ASSERT_TRUE(open_.ledger->end_run({.saved = 3,
                                     .kept = 1,
                                     .skipped = 2,
                                     .failed = 2,
                                     .bytes = 38,
                                     .ending = "finished",
                                     .exit_status = 1},
                                    kRunStart + 10s));
  const ReportData data = gather();
  EXPECT_EQ(3u, data.saved);
  EXPECT_EQ(2u, data.failed);
  EXPECT_EQ(38u, data.bytes);
  EXPECT_EQ(3u, data.sizes.count());
  ASSERT_EQ(1u, data.runs.size());
  EXPECT_EQ("finished", data.runs[0].state);
  EXPECT_EQ("fanfetch links.txt", data.runs[0].command);
  EXPECT_EQ(2u, data.runs[0].skipped);
  EXPECT_EQ(kRunStart + 10s, data.runs[0].ended_at);

  ASSERT_EQ(2u, data.hosts.size());
  EXPECT_EQ("b.test", data.hosts[0].name);  // three links
  EXPECT_EQ(1u, data.hosts[0].sums.files);
  EXPECT_EQ(2u, data.hosts[0].sums.failed);
  EXPECT_EQ(2u, data.hosts[1].sums.first_byte.count());

  ASSERT_EQ(1u, data.failures.size());
  EXPECT_EQ("http_4xx", data.failures[0].name);
  EXPECT_EQ(2u, data.failures[0].statuses.size());
  ASSERT_EQ(1u, data.failures[0].worst_hosts.size());
  EXPECT_EQ((std::pair<std::string, std::uint64_t>("b.test", 2)), data.failures[0].worst_hosts[0]);
  ASSERT_EQ(2u, data.failures[0].examples.size());
  EXPECT_EQ("the server says 404", data.failures[0].examples[0].message);

  ASSERT_TRUE(data.duplicates);
  EXPECT_EQ(1u, data.duplicates->files);
  ASSERT_EQ(1u, data.duplicates->biggest.size());
  EXPECT_EQ((std::vector<std::string>{"a.gif", "c.gif"}), data.duplicates->biggest[0].names);

  EXPECT_TRUE(data.samples_are_guessed);
  EXPECT_EQ(3u, data.samples.back().files);
  EXPECT_EQ(2u, data.samples.back().failed);
  EXPECT_EQ(10s, data.samples.back().at);

  ASSERT_EQ(3u, data.pictures.size());
  EXPECT_EQ("http://a.test/a.gif", data.pictures[0].url);
  EXPECT_EQ("GIF89a one", data.pictures[0].bytes);
}

TEST_F(GatherTest, OfADriverHasNodes) {
  LedgerRow row = saved_row(1, "a.gif");
  row.record.node = "one";
  row.record.bytes = 10;
  write(row);
  row = failed_row(2, ErrorClass::timeout);
  row.record.node = "two";
  write(row);
  const ReportData data = gather();
  ASSERT_EQ(2u, data.nodes.size());
  EXPECT_EQ("one", data.nodes[0].name);
  EXPECT_EQ(1u, data.nodes[0].files);
  EXPECT_EQ(10u, data.nodes[0].bytes);
  EXPECT_EQ("two", data.nodes[1].name);
  EXPECT_EQ(1u, data.nodes[1].failed);
  EXPECT_EQ(1u, gather({.nodes = 1}).more_nodes);
}

TEST_F(GatherTest, AnEmptyLedgerIsAnEmptyReport) {
  const ReportData data = gather();
  EXPECT_EQ(0u, data.saved);
  EXPECT_EQ(1u, data.runs.size());
  EXPECT_TRUE(data.samples.empty());
  EXPECT_TRUE(data.hosts.empty());
  EXPECT_TRUE(data.failures.empty());
  EXPECT_TRUE(data.nodes.empty());
}

TEST_F(GatherTest, ARunWithoutAnEndHasWhatItHasWritten) {
  save(1, "a.gif", "GIF89a");
  fail(2, "http://b.test/", 404);
  const ReportData data = gather();
  EXPECT_EQ("killed", data.runs[0].state);
  EXPECT_EQ(1u, data.runs[0].saved);
  EXPECT_EQ(1u, data.runs[0].failed);
  EXPECT_EQ(6u, data.runs[0].bytes);
  EXPECT_EQ(std::nullopt, data.runs[0].kept);
}

TEST_F(GatherTest, ALongRunsOwnSamplesAreTaken) {
  RunSamples samples;
  for (std::uint64_t i = 1; i <= 20; ++i) samples.add({.at = i * 10s, .files = i, .in_flight = 9});
  ASSERT_TRUE(open_.ledger->write_measures(samples, HostTable()));
  save(1, "a.gif", "GIF89a");
  const ReportData data = gather();
  EXPECT_FALSE(data.samples_are_guessed);
  EXPECT_EQ(samples.all(), data.samples);
}

TEST_F(GatherTest, KeepsToItsLimits) {
  for (unsigned i = 0; i < 30; ++i) {
    save(i, fmt::format("{}.gif", i), fmt::format("GIF89a of {:03}", i % 15),
         fmt::format("http://{}.test/", i));
  }
  const std::string pixels = "GIF89a" + std::string(1000, 'x');
  save(100, "big.gif", pixels, "http://0.test/big");
  for (unsigned i = 0; i < 9; ++i) fail(200 + i, fmt::format("http://{}.test/f", i), 404);
  const ReportData data = gather({.hosts = 10,
                                  .examples = 2,
                                  .worst_hosts = 4,
                                  .contents = 3,
                                  .pictures = 5,
                                  .picture_bytes = 500});
  EXPECT_EQ(10u, data.hosts.size());
  EXPECT_EQ("0.test", data.hosts[0].name);
  EXPECT_EQ(20u, data.more_hosts);
  EXPECT_EQ(30u, data.hosts_in_all);
  EXPECT_EQ(20u, data.rest.files);
  EXPECT_EQ(2u, data.failures[0].examples.size());
  EXPECT_EQ(4u, data.failures[0].worst_hosts.size());
  EXPECT_EQ(3u, data.duplicates->biggest.size());
  EXPECT_EQ(15u, data.duplicates->contents);
  EXPECT_EQ(5u, data.pictures.size());
  for (const SamplePicture& picture : data.pictures) EXPECT_NE("big.gif", picture.file_name);

  EXPECT_TRUE(gather({.pictures = 0}).pictures.empty());
  // 13 bytes are 20 characters of a data: URL.
  EXPECT_EQ(2u, gather({.all_picture_bytes = 59}).pictures.size());
}

TEST_F(GatherTest, LeavesOutPicturesThatAreGoneOrChanged) {
  save(1, "a.gif", "GIF89a 1");
  save(2, "b.gif", "GIF89a 2");
  save(3, "c.gif", "<svg>");
  save(4, "d.gif", "GIF89a 4");
  std::filesystem::remove(temp_.at("a.gif"));
  temp_.write("b.gif", "GIF89a longer than it was");
  const ReportData data = gather();
  ASSERT_EQ(1u, data.pictures.size());
  EXPECT_EQ("d.gif", data.pictures[0].file_name);
}

TEST(GatherOldTest, AnOldersLedgerHasLessAndNoFewerFiles) {
  const support::TempDir temp;
  temp.write(".fanfetch/part/none", "");
  const std::string path = temp.at(".fanfetch/ledger.sqlite");
  {
    const auto old = Database::open(path, Database::Access::read_write);
    ASSERT_TRUE(old);
    migrate(**old, ledger_steps().first(1));
    (*old)->exec(
        "INSERT INTO runs(run, pid, started_at) VALUES(1, 1, 1700000000000);"
        "INSERT INTO links(link, run, place, url, status, file_name, bytes, attempts, started_at) "
        "VALUES(x'01', 1, 0, 'http://a.test/1', 'saved', '1', 5, 1, 1700000001000)");
    ASSERT_TRUE((*old)->ok());
  }
  const auto history = History::open(path);
  ASSERT_TRUE(history);
  const auto data = gather_report(**history, {.output = temp.path(), .ledger = ""}, kRunStart + 1h);
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ(1u, data->saved);
  ASSERT_EQ(1u, data->hosts.size());
  EXPECT_EQ(1u, data->hosts[0].sums.files);
  EXPECT_EQ(1u, data->samples.back().files);
  EXPECT_EQ(std::nullopt, data->runs[0].command);
}

}  // namespace
}  // namespace fanfetch
