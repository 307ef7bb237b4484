// Kills at each arrow between two steps: what was promised before still holds, and the same command
// finishes without asking again for what was saved.

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <memory>
#include <set>

#include "common/sha256.h"
#include "tests/support/crashing_programs.h"
#include "tests/support/kept_promise.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

constexpr std::size_t kSmallFiles = 54;
/// Four at once: the run lasts more than a second, so that there are several batches.
constexpr auto kAnswerTime = 100ms;

/// Where to kill: one run after the other, each goes on where the one before was killed.
struct Kills {
  std::vector<std::string> at;  ///< FANFETCH_CRASH_AT of each run.

  friend void PrintTo(const Kills& kills, std::ostream* out) {
    for (const std::string& point : kills.at) *out << point << ' ';
  }
};

class CrashTest : public SystemTest, public ::testing::WithParamInterface<Kills> {
 protected:
  static void SetUpTestSuite() { programs_ = std::make_unique<CrashingPrograms>(); }
  static void TearDownTestSuite() { programs_.reset(); }

  void SetUp() override {
    for (std::size_t i = 0; i < kSmallFiles; ++i) {
      serve(fmt::format("/small/{:02}.bin", i), 1 + i * i * 20);
    }
    serve("/twin/a.jpg?first", 5000, "twin/a.jpg");
    const std::string second = origin_.url("/twin/a.jpg?second");
    serve("/twin/a.jpg?second", 6000, "twin/a-" + to_hex(sha256(second)).substr(0, 8) + ".jpg");
    serve("/empty.bin", 0);
    serve("/big.jpg", 3 << 20);
    serve("/huge.jpg", 18 << 20);  // more than one mark of its sidecar
    // The large ones first, so that they are on their way while batches close.
    std::rotate(links_.begin(), links_.end() - 2, links_.end());
    links_.push_back(links_.front());  // a duplicate
    links_.insert(links_.begin() + 20, "/gone.jpg");
  }

  void serve(const std::string& path, std::uint64_t size, const std::string& name = "") {
    const GeneratedBody body(size, expected_.size() + 1);
    expected_.emplace(name.empty() ? path.substr(1) : name, body);
    links_.push_back(path);
    origin_.serve(path, [body](Connection& connection, const Request& request) {
      serve_body(connection, request, body, {.time = kAnswerTime});
    });
  }

  /// The same command each time, but for its results, which go to results_of(run).
  Launch launch(int run) {
    Launch given = list_setup(links_, {"-w1", "-j4", "--per-host=4", "--name={path}"});
    given.args.back() = "--results=" + results_of(run);
    return given;
  }
  [[nodiscard]] std::string results_of(int run) const {
    return folder_.at(fmt::format("results{}.jsonl", run));
  }
  [[nodiscard]] std::vector<ResultLine> lines_of_run(int run) const {
    return results_so_far(results_of(run));
  }

  /// One run that dies at `point`; then the promise must hold, as the folder is.
  void crash(int run, const std::string& point) {
    Launch given = launch(run);
    given.program = programs_->coordinator();
    given.env["FANFETCH_CRASH_AT"] = point;
    const Finished finished = SystemTest::run(given);
    ASSERT_EQ(SIGKILL, finished.signal) << point << " was not reached\n" << finished.describe();
    EXPECT_EQ(std::vector<std::string>(), broken_files(expected_, output())) << point;
    const auto ledger = read_ledger(output());
    ASSERT_TRUE(ledger) << "no ledger after " << point;
    EXPECT_EQ("ok", ledger->integrity) << point;
    EXPECT_EQ(std::vector<std::string>(), lost_rows(*ledger, expected_, output())) << point;
    for (const LedgerRow& row : ledger->rows) settled_.insert(row.url);
    for (const ResultLine& line : lines_of_run(run)) {
      if (line.status != "saved" && line.status != "kept") continue;
      settled_.insert(line.url.value_or(""));
      const std::string name = line.file_name.value_or("");
      ASSERT_TRUE(expected_.contains(name)) << name;
      EXPECT_TRUE(holds(output() + '/' + name, expected_.at(name))) << name << " was reported";
    }
  }

  /// Every line of the list has one record: `kept` and `saved` together are all files.
  void expect_settled(const Finished& finished, int run, bool all_kept) {
    EXPECT_EQ(1, finished.exit_status) << "one link is a 404\n" << finished.describe();
    std::map<std::string, std::size_t> statuses;
    std::set<std::int64_t> places;
    for (const ResultLine& line : lines_of_run(run)) {
      ++statuses[line.status];
      EXPECT_TRUE(places.insert(line.index).second) << line.index << " has two records";
    }
    EXPECT_EQ(links_.size(), places.size()) << finished.describe();
    EXPECT_EQ(expected_.size(), statuses["saved"] + statuses["kept"]);
    EXPECT_TRUE(!all_kept || statuses["saved"] == 0) << statuses["saved"];
    EXPECT_EQ(1u, statuses["failed"]);
    EXPECT_EQ(1u, statuses["skipped"]);
    EXPECT_EQ(std::vector<std::string>(), broken_files(expected_, output()));
    EXPECT_EQ(std::vector<std::string>(), missing_files(expected_, output()));
    EXPECT_EQ(std::vector<std::string>(), parts_left(output()));
    const auto ledger = read_ledger(output());
    ASSERT_TRUE(ledger);
    EXPECT_EQ("ok", ledger->integrity);
    EXPECT_EQ(0u, ledger->placing);
    EXPECT_EQ(expected_.size() + 1, ledger->rows.size()) << "one a link";
  }

  /// Which of them were asked for since the origin had seen `before` requests.
  [[nodiscard]] std::vector<std::string> asked_again(std::size_t before,
                                                     const std::set<std::string>& settled) const {
    std::vector<std::string> urls;
    const auto log = origin_.requests();
    for (std::size_t i = before; i < log.size(); ++i) {
      const std::string url = origin_.url(log[i].path);
      if (settled.contains(url)) urls.push_back(url);
    }
    return urls;
  }

  [[nodiscard]] bool asked_for_a_rest(std::size_t before) const {
    const auto log = origin_.requests();
    return std::any_of(log.begin() + static_cast<std::ptrdiff_t>(before), log.end(),
                       [](const Request& request) { return request.header("range").has_value(); });
  }

  static std::unique_ptr<CrashingPrograms> programs_;
  ExpectedFiles expected_;
  std::vector<std::string> links_;
  std::set<std::string> settled_;  // URLs that the ledger or the results of a killed run name
};

std::unique_ptr<CrashingPrograms> CrashTest::programs_;

TEST_P(CrashTest, KeepsThePromiseAndGoesOn) {
  int run = 0;
  for (const std::string& point : GetParam().at) {
    const std::size_t before = origin_.count();
    const auto settled = settled_;
    ASSERT_NO_FATAL_FAILURE(crash(++run, point));
    EXPECT_EQ(std::vector<std::string>(), asked_again(before, settled)) << point;
  }
  std::size_t before = origin_.count();
  const Finished second = SystemTest::run(launch(++run));
  expect_settled(second, run, false);
  EXPECT_EQ(std::vector<std::string>(), asked_again(before, settled_));
  if (GetParam().at.back().starts_with("sidecar_written")) {
    EXPECT_TRUE(asked_for_a_rest(before)) << "it goes on where the sidecar says";
  }

  before = origin_.count();
  const Finished third = SystemTest::run(launch(++run));
  expect_settled(third, run, true);
  EXPECT_EQ(before, origin_.count());
}

std::string name_of(const ::testing::TestParamInfo<Kills>& info) {
  std::string name;
  for (const std::string& point : info.param.at) name += (name.empty() ? "" : "_then_") + point;
  std::ranges::replace(name, ':', '_');
  return name;
}

// A slow disk makes fewer batches, but two there are: the run outlasts the first one's interval.
// Clearing without a batch of its own comes once, at the end.
INSTANTIATE_TEST_SUITE_P(
    Coordinator, CrashTest,
    ::testing::Values(Kills{{"replacement_written:1"}}, Kills{{"batch_closed:1"}},
                      Kills{{"batch_closed:2"}}, Kills{{"after_syncfs:1"}},
                      Kills{{"after_syncfs:2"}}, Kills{{"in_transaction:1"}},
                      Kills{{"in_transaction:2"}}, Kills{{"after_commit:1"}},
                      Kills{{"after_commit:2"}}, Kills{{"between_renames:1"}},
                      Kills{{"between_renames:2"}}, Kills{{"between_renames:20"}},
                      Kills{{"after_renames:1"}}, Kills{{"after_renames:2"}},
                      Kills{{"before_clearing:1"}}, Kills{{"after_clearing:1"}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(Worker, CrashTest,
                         ::testing::Values(Kills{{"part_written:1"}}, Kills{{"part_written:30"}},
                                           Kills{{"before_outcome:1"}},
                                           Kills{{"before_outcome:30"}},
                                           Kills{{"sidecar_written:1"}},
                                           Kills{{"sidecar_written:2"}},
                                           Kills{{"sidecar_written:3"}}),
                         name_of);

// The second run dies while it makes good what the first one left.
INSTANTIATE_TEST_SUITE_P(Replay, CrashTest,
                         ::testing::Values(Kills{{"after_commit:1", "in_replay:1"}},
                                           Kills{{"after_commit:2", "in_replay:1"}},
                                           Kills{{"between_renames:2", "in_replay:1"}},
                                           Kills{{"after_renames:1", "in_replay:1"}},
                                           Kills{{"after_commit:1", "in_replay:1",
                                                  "after_commit:1"}}),
                         name_of);

}  // namespace
}  // namespace fanfetch::system
