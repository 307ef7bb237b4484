#include "coordinator/settle/ledger_thread.h"

#include <poll.h>

#include <atomic>
#include <new>
#include <thread>

#include "tests/coordinator/settle/settler_fixture.h"

namespace fanfetch {
namespace {

/// What the fixture records is the thread's until finish().
class LedgerThreadTest : public SettlerFixture {
 protected:
  [[nodiscard]] bool progressed() const {
    pollfd poll{.fd = thread_.progress_fd(), .events = POLLIN, .revents = 0};
    return ::poll(&poll, 1, 0) == 1;
  }

  int idles_ = 0;
  LedgerThread thread_{BatchSettler(ledger_, placer_, hooks()), [this] { ++idles_; }};
};

TEST_F(LedgerThreadTest, SettlesWhatItWasGivenWithoutWaiting) {
  const auto start = std::chrono::steady_clock::now();
  thread_.settle(saved(1, "a.jpg"));
  thread_.settle(failed_row(2));
  thread_.finish();
  EXPECT_LT(std::chrono::steady_clock::now() - start, BatchPolicy::kMaxAge);
  ASSERT_EQ(records_.size(), 2u);
  EXPECT_EQ(records_[0].file_name, "a.jpg");
  EXPECT_EQ(records_[1].index, 2u) << "in the order of arrival";
  EXPECT_EQ(read("a.jpg"), "body");
  EXPECT_EQ(thread_.backlog(), 0u);
  EXPECT_TRUE(progressed());
  EXPECT_GE(idles_, 1);
  EXPECT_EQ(log_.back(), "clear_renames") << "nothing is left to be placed";
  thread_.finish();
}

TEST_F(LedgerThreadTest, CollectsBatches) {
  for (unsigned i = 1; i <= 100; ++i) thread_.settle(failed_row(i));
  thread_.finish();
  EXPECT_EQ(ledger_.calls, std::vector<std::string>{"write"});
  EXPECT_EQ(ledger_.rows.size(), 100u);
}

TEST_F(LedgerThreadTest, ClosesABatchByItself) {
  thread_.settle(failed_row(1));
  pollfd poll{.fd = thread_.progress_fd(), .events = POLLIN, .revents = 0};
  ASSERT_EQ(::poll(&poll, 1, 60'000), 1);
  thread_.finish();
  EXPECT_EQ(records_.size(), 1u);
}

TEST_F(LedgerThreadTest, SettlesTheRestWithoutWaiting) {
  thread_.settle(failed_row(1));
  const auto start = std::chrono::steady_clock::now();
  thread_.settle_rest();
  pollfd poll{.fd = thread_.progress_fd(), .events = POLLIN, .revents = 0};
  ASSERT_EQ(::poll(&poll, 1, 60'000), 1);
  EXPECT_LT(std::chrono::steady_clock::now() - start, BatchPolicy::kMaxAge);
  bool ran = false;
  thread_.post([&ran] { ran = true; });
  thread_.finish();
  EXPECT_TRUE(ran) << "messages may follow";
  EXPECT_EQ(records_.size(), 1u);
}

TEST_F(LedgerThreadTest, SettlesEarlyWhereNothingMoreComes) {
  thread_.settle_early();  // of nothing
  const auto start = std::chrono::steady_clock::now();
  for (unsigned i = 1; i <= 3; ++i) {
    thread_.settle(failed_row(i));
    thread_.settle_early();
    while (thread_.backlog() > 0) std::this_thread::yield();
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, BatchPolicy::kMaxAge);
  thread_.settle(failed_row(4));
  while (thread_.backlog() > 0) std::this_thread::yield();
  EXPECT_GE(std::chrono::steady_clock::now() - start, BatchPolicy::kMaxAge)
      << "it was for that one";
  thread_.finish();
  EXPECT_EQ(records_.size(), 4u);
}

TEST_F(LedgerThreadTest, TasksRunInTheirOrder) {
  std::vector<int> ran;
  for (int i = 0; i < 1000; ++i) thread_.post([&ran, i] { ran.push_back(i); });
  thread_.finish();
  ASSERT_EQ(ran.size(), 1000u);
  EXPECT_TRUE(std::is_sorted(ran.begin(), ran.end()));
}

TEST_F(LedgerThreadTest, ShowsThatItMoves) {
  std::atomic<bool> go{false};
  thread_.post([&go] {
    while (!go) std::this_thread::yield();
  });
  thread_.post([] {});
  const std::uint64_t stuck = thread_.moves();
  EXPECT_GT(thread_.backlog(), 0u) << "and it is not idle";
  EXPECT_EQ(thread_.moves(), stuck);
  go = true;
  thread_.settle(failed_row(1));
  thread_.finish();
  EXPECT_GE(thread_.moves(), stuck + 3);
}

TEST_F(LedgerThreadTest, TasksDoNotWaitForABatch) {
  thread_.settle(failed_row(1));
  bool reported_before = true;
  thread_.post([&] { reported_before = !records_.empty(); });
  thread_.finish();
  EXPECT_FALSE(reported_before);
}

/// A worker that writes messages without end keeps nothing from the ledger.
TEST_F(LedgerThreadTest, TasksHoldUpNoBatchThatIsDue) {
  std::atomic<bool> settled = false;
  on_sync_ = [&settled] { settled = true; };
  thread_.settle(saved(1, "a.jpg"));
  std::function<void()> post_again = [&] {
    if (!settled) thread_.post(post_again);
  };
  post_again();
  const auto start = std::chrono::steady_clock::now();
  while (!settled && std::chrono::steady_clock::now() - start < std::chrono::seconds(60)) {
    std::this_thread::yield();
  }
  EXPECT_TRUE(settled);
  settled = true;
  thread_.finish();
}

TEST_F(LedgerThreadTest, TheBacklogWeighsWhatIsNotDone) {
  std::mutex hold;
  hold.lock();
  thread_.post([&hold] { const std::lock_guard lock(hold); });
  thread_.post([] {}, 10);
  thread_.settle(failed_row(1));
  EXPECT_EQ(thread_.backlog(), 12u);
  hold.unlock();
  thread_.finish();
  EXPECT_EQ(thread_.backlog(), 0u);
}

TEST_F(LedgerThreadTest, TakesWhatComesWhileItWorks) {
  for (unsigned i = 1; i <= 20'000; ++i) {
    LedgerRow row;
    row.record.index = i;
    thread_.settle(std::move(row));
  }
  thread_.finish();
  ASSERT_EQ(records_.size(), 20'000u);
  for (unsigned i = 0; i < 20'000; ++i) EXPECT_EQ(records_[i].index, i + 1);
}

TEST_F(LedgerThreadTest, AnOutputErrorIsKnownToTheLoop) {
  EXPECT_EQ(thread_.output_error(), std::nullopt);
  thread_.post([this] { output_lost_ = "moved away"; });
  thread_.settle(failed_row(1));
  thread_.finish();
  EXPECT_EQ(thread_.output_error(), "moved away");
  EXPECT_TRUE(progressed());
}

TEST_F(LedgerThreadTest, AnErrorOfTheLastSyncIsKnownToo) {
  on_sync_ = [this] { sync_error_ = log_.size() > 1 ? EIO : 0; };
  thread_.settle(saved(1, "a.jpg"));
  thread_.finish();
  EXPECT_EQ(records_.at(0).status, Status::saved);
  EXPECT_TRUE(thread_.output_error());
}

TEST_F(LedgerThreadTest, AnExceptionIsAnOutputErrorAndTheEnd) {
  thread_.post([] { throw std::bad_alloc(); });
  pollfd poll{.fd = thread_.progress_fd(), .events = POLLIN, .revents = 0};
  ASSERT_EQ(::poll(&poll, 1, 60'000), 1) << "though nobody has closed it";
  EXPECT_TRUE(thread_.finished());
  EXPECT_EQ(thread_.output_error(), "what is done cannot be written down: std::bad_alloc");
  thread_.settle(failed_row(1));
  thread_.finish();
  EXPECT_TRUE(records_.empty());
}

}  // namespace
}  // namespace fanfetch
