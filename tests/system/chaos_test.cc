// Workers and coordinators that are killed at random for a minute: every link settles once, every
// file is whole, and no kill costs more than what was not yet safe.

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <random>
#include <thread>

#include "tests/support/kept_promise.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

using Clock = std::chrono::steady_clock;

#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t kLinks = 600;  // each costs several times as much
#else
constexpr std::size_t kLinks = 2000;
#endif
constexpr double kLargest = 5e6;
constexpr auto kKillingTime = 50s;
constexpr int kWorkers = 4;
constexpr int kJobs = 32;
/// A worker takes at most twice its share, when others are dead.
constexpr std::size_t kJobsOfAWorker = 2 * kJobs / kWorkers;
/// Longest a batch stays open on a fast disk (design, "Ledger").
constexpr auto kBatchInterval = 500ms;
/// For a busy machine: threads that wait for a CPU, bytes that wait in sockets.
constexpr auto kSlack = 500ms;

struct Kill {
  Clock::time_point at;    ///< Just before the signal was sent.
  Clock::time_point over;  ///< When nothing of what it killed was left.
  bool coordinator = false;
};

class ChaosTest : public SystemTest {
 protected:
  void SetUp() override {
    const char* given = std::getenv("FANFETCH_CHAOS_SEED");  // to see a failure again
    seed_ = given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10))
                             : std::random_device()();
    random_.seed(seed_);
    std::uniform_real_distribution<double> exponent(0, std::log(kLargest));
    for (std::size_t i = 0; i < kLinks; ++i) {
      const auto size = static_cast<std::uint64_t>(std::exp(exponent(random_)));
      const std::string path = fmt::format("/{:04}.bin", i);
      bodies_.emplace_back(size, (std::uint64_t{seed_} << 16) + i);
      times_.emplace_back(pick(50, 1200));
      expected_.emplace(path.substr(1), bodies_.back());
      links_.push_back(path);
    }
    origin_.serve_rest([this](Connection& connection, const Request& request) {
      std::size_t i = 0;
      std::from_chars(request.path.data() + 1, request.path.data() + request.path.size(), i);
      serve_body(connection, request, bodies_.at(i),
                 {.time = times_.at(i), .when_over = [this](const Exchange& exchange) {
                    const std::lock_guard lock(mutex_);
                    exchanges_[exchange.path].push_back(exchange);
                  }});
    });
  }

  [[nodiscard]] int pick(int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random_);
  }
  [[nodiscard]] std::string seed() const { return fmt::format("FANFETCH_CHAOS_SEED={}", seed_); }

  Launch launch() {
    return list_setup(links_, {fmt::format("-w{}", kWorkers), fmt::format("-j{}", kJobs),
                               fmt::format("--per-host={}", kJobs), "--progress=none"});
  }

  /// Kills workers of one run, and in the end its coordinator. False: the run ended by itself.
  bool run_and_kill(Clock::time_point until) {
    FanfetchProcess process(launch());
    while (Clock::now() < until) {
      // An event chooses the time, and a little chance the place in the code.
      const std::size_t wanted = origin_.count() + static_cast<std::size_t>(pick(5, 80));
      (void)eventually([&] { return origin_.count() >= wanted || process.ended(); }, kPatience);
      std::this_thread::sleep_for(std::chrono::milliseconds(pick(0, 200)));
      if (process.ended()) break;
      const auto workers = process.workers();
      if (workers.empty() || pick(1, 6) == 1) break;
      Kill kill{.at = Clock::now()};
      ::kill(workers[static_cast<std::size_t>(pick(0, 1000)) % workers.size()], SIGKILL);
      kill.over = Clock::now();
      kills_.push_back(kill);
    }
    Kill kill{.at = Clock::now(), .coordinator = true};
    process.signal(SIGKILL);
    const Finished finished = finish(process);
    kill.over = Clock::now();
    if (finished.signal == SIGKILL) kills_.push_back(kill);
    expect_promise_kept();
    return finished.signal == SIGKILL;
  }

  /// Right after a run's end, however it ended.
  void expect_promise_kept() {
    const auto start = Clock::now();
    const UniqueFd folder(::open(output().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    (void)::syncfs(folder.get());
    slowest_sync_ = std::max<Clock::duration>(slowest_sync_, Clock::now() - start);
    for (const ResultLine& line : results_so_far(results())) {
      if (line.status != "saved" && line.status != "kept") continue;
      const std::string path = '/' + line.file_name.value_or("");
      EXPECT_TRUE(expected_.contains(path.substr(1))) << path;
      reported_.try_emplace(path, Clock::now());
    }
    // What is under a final name is looked at in the end: no run ever replaces it.
    const auto ledger = read_ledger(output());
    ASSERT_TRUE(ledger);
    EXPECT_EQ("ok", ledger->integrity);
  }

  // What a kill may cost. The kill of a worker: what it had in flight. The kill of the coordinator:
  // what all workers had in flight, and what was complete but in no committed batch yet. A batch is
  // closed 0.5 s, or four times the last sync, after the one before; until its own commit another
  // sync passes. So a link that was answered W = max(0.5 s, 4 S) + S before the kill must be safe;
  // S is what the slowest syncfs after a kill took, with as much unwritten as the run's own had.
  // A link is asked for again only if such a kill explains it; so the total is at most, a kill, the
  // jobs in flight and the links that were answered in that time.
  [[nodiscard]] Clock::duration unsafe_time(const Kill& kill) const {
    if (!kill.coordinator) return kSlack;
    return std::max<Clock::duration>(kBatchInterval, 4 * slowest_sync_) + slowest_sync_ + kSlack;
  }
  [[nodiscard]] bool explained(const Exchange& lost, const Exchange& again) const {
    return std::ranges::any_of(
        kills_, [&](const Kill& kill) { return may_cost(kill, lost) && kill.at <= again.begin; });
  }
  [[nodiscard]] bool may_cost(const Kill& kill, const Exchange& answer) const {
    // The origin may see a request a little later than it was sent.
    return answer.begin <= kill.over + kSlack && kill.at <= answer.end + unsafe_time(kill);
  }
  /// Answers that all kills together may cost: in flight, or complete and not safe yet.
  [[nodiscard]] std::size_t allowed_waste() const {
    std::size_t allowed = 0;
    for (const Kill& kill : kills_) {
      allowed += kill.coordinator ? kJobs : kJobsOfAWorker;
      for (const auto& [path, answers] : exchanges_) {
        allowed += static_cast<std::size_t>(std::ranges::count_if(answers, [&](const Exchange& a) {
          return kill.at - unsafe_time(kill) <= a.end && a.end <= kill.at;
        }));
      }
    }
    return allowed;
  }
  /// When `lost` and `again` were, and each kill near them: what an unexplained pair needs.
  [[nodiscard]] std::string story(const Exchange& lost, const Exchange& again) const;
  void expect_little_waste();

  unsigned seed_ = 0;
  std::mt19937 random_;
  std::vector<GeneratedBody> bodies_;
  std::vector<std::chrono::milliseconds> times_;
  std::vector<std::string> links_;
  ExpectedFiles expected_;
  std::vector<Kill> kills_;
  std::map<std::string, Clock::time_point> reported_;  // path → when its record was first seen
  Clock::duration slowest_sync_{0};

  std::mutex mutex_;
  std::map<std::string, std::vector<Exchange>> exchanges_;  // under the mutex while a run lasts
};

std::string ChaosTest::story(const Exchange& lost, const Exchange& again) const {
  const auto ms = [&](Clock::time_point at) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(at - lost.begin).count();
  };
  std::string text = fmt::format(
      "{}: answered from 0 to {} ms ({} bytes from {}, {}), asked for again at {} ms; kills:",
      lost.path, ms(lost.end), lost.sent, lost.from, lost.whole ? "whole" : "cut short",
      ms(again.begin));
  for (const Kill& kill : kills_) {
    if (kill.over + 5s < lost.begin || kill.at > again.begin + 1s) continue;
    text += fmt::format(" {} {}-{} ms", kill.coordinator ? "coordinator" : "worker", ms(kill.at),
                        ms(kill.over));
  }
  return text;
}

void ChaosTest::expect_little_waste() {
  std::size_t again = 0;
  std::uint64_t bytes = 0;
  std::vector<std::string> unexplained, broken_word;
  for (auto& [path, answers] : exchanges_) {
    std::ranges::sort(answers, {}, &Exchange::begin);
    for (std::size_t i = 1; i < answers.size(); ++i) {
      ++again;
      if (!explained(answers[i - 1], answers[i])) {
        unexplained.push_back(story(answers[i - 1], answers[i]));
      }
    }
    for (const Exchange& answer : answers) bytes += answer.sent;
    const auto reported = reported_.find(path);
    if (reported != reported_.end() && answers.back().begin > reported->second) {
      broken_word.push_back(path);
    }
  }
  for (const GeneratedBody& body : bodies_) bytes -= body.size();
  const auto coordinators = std::ranges::count(kills_, true, &Kill::coordinator);
  std::cout << fmt::format(
      "{} workers and {} coordinators killed; {} of {} links asked for again ({} allowed), {} KiB "
      "twice; slowest sync {} ms; {}\n",
      static_cast<std::int64_t>(kills_.size()) - coordinators, coordinators, again, kLinks,
      allowed_waste(), bytes >> 10,
      std::chrono::duration_cast<std::chrono::milliseconds>(slowest_sync_).count(), seed());
  EXPECT_EQ(std::vector<std::string>(), unexplained) << "asked for again without need";
  EXPECT_EQ(std::vector<std::string>(), broken_word) << "asked for again though saved";
  EXPECT_LE(again, allowed_waste());
}

TEST_F(ChaosTest, RandomKillsForAMinute) {
  SCOPED_TRACE(seed());
  const auto until = Clock::now() + kKillingTime;
  bool killed = true;
  while (killed && Clock::now() < until) {
    ASSERT_NO_FATAL_FAILURE(killed = run_and_kill(until));
  }
  EXPECT_GE(kills_.size(), 10u) << "too few to be chaos";
  const Finished last = run(launch(), 240s);
  EXPECT_EQ(0, last.exit_status) << last.describe();

  const auto lines = records();
  EXPECT_EQ(kLinks, lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(static_cast<std::int64_t>(i) + 1, lines[i].index);
    EXPECT_TRUE(lines[i].status == "saved" || lines[i].status == "kept");
  }
  EXPECT_EQ(std::vector<std::string>(), broken_files(expected_, output()));
  EXPECT_EQ(std::vector<std::string>(), missing_files(expected_, output()));
  EXPECT_EQ(std::vector<std::string>(), parts_left(output()));
  const auto ledger = read_ledger(output());
  ASSERT_TRUE(ledger);
  EXPECT_EQ("ok", ledger->integrity);
  EXPECT_EQ(0u, ledger->placing);
  EXPECT_EQ(kLinks, ledger->rows.size());
  EXPECT_EQ(std::vector<std::string>(), lost_rows(*ledger, expected_, output()));
  origin_.stop();
  expect_little_waste();
}

}  // namespace
}  // namespace fanfetch::system
