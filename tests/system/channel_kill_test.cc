// A thousand workers killed at random moments: what the channel promises must hold after each.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <deque>
#include <random>
#include <vector>

#include "common/channel.h"

namespace fanfetch {
namespace {

constexpr std::uint32_t kSlots = 16;
constexpr int kKills = 1000;

/// What a worker answers to job `number`: long enough that a kill may hit in the middle of writing
/// it.
std::string answer_to(std::uint64_t number) {
  return to_hex(sha256(std::to_string(number))) + std::string(number % 3000, 'x');
}

/// A worker that does nothing but answer, as fast as it can.
[[noreturn]] void be_worker(const CoordinatorChannel& coordinator) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  auto channel = WorkerChannel::attach(UniqueFd(::dup(coordinator.region_fd())),
                                       UniqueFd(::dup(coordinator.submitted_fd())),
                                       UniqueFd(::dup(coordinator.completed_fd())));
  if (!channel) ::_exit(1);
  for (;;) {
    while (auto taken = channel->take()) {
      const auto number = std::stoull(taken->job.url);
      channel->finish(taken->use, Redirected{{.location = answer_to(number)}});
      if (number % 3 == 0) channel->wake_coordinator();
    }
    channel->wake_coordinator();
    pollfd wait{.fd = channel->submitted_fd(), .events = POLLIN, .revents = 0};
    ::poll(&wait, 1, -1);
    std::uint64_t count = 0;
    (void)!::read(channel->submitted_fd(), &count, sizeof count);
  }
}

/// The coordinator's side of one run: endless jobs, each of which has to be answered once.
class Jobs {
 public:
  void fill(CoordinatorChannel& channel) {
    const bool any = channel.free_slots() > 0;
    while (channel.free_slots() > 0) {
      const std::uint64_t number = again_.empty() ? next_++ : again_.front();
      if (!again_.empty()) again_.pop_front();
      if (number >= answers_.size()) answers_.resize(number + 1);
      ASSERT_TRUE(channel.submit({.url = std::to_string(number)}, number));
    }
    if (any) channel.wake_worker();
  }

  void accept(std::vector<CoordinatorChannel::Completion>& completions) {
    for (const auto& [number, outcome] : completions) {
      ++answers_.at(number);
      ++done_;
      ASSERT_EQ(std::get<Redirected>(outcome).response.location, answer_to(number)) << number;
    }
    completions.clear();
  }

  void requeue(const std::vector<CoordinatorChannel::Orphan>& orphans) {
    for (const auto& orphan : orphans) again_.push_back(orphan.ticket);
  }

  /// Nothing lost, nothing twice: all numbers up to the last, but those to be asked again, once.
  void check() const {
    std::vector<unsigned> expected(answers_.size(), 1);
    for (const auto number : again_) expected.at(number) = 0;
    EXPECT_EQ(answers_, expected);
  }

  [[nodiscard]] std::uint64_t done() const { return done_; }

 private:
  std::deque<std::uint64_t> again_;
  std::vector<unsigned> answers_;  // by number
  std::uint64_t next_ = 0;
  std::uint64_t done_ = 0;
};

TEST(ChannelUnderKills, LosesNothingAnswersNothingTwiceAndCorruptsNothing) {
  std::mt19937_64 random(20261122);
  Jobs jobs;
  std::vector<CoordinatorChannel::Completion> completions;
  for (int kill = 0; kill < kKills && !HasFatalFailure(); ++kill) {
    auto channel = CoordinatorChannel::create(kSlots);
    ASSERT_TRUE(channel);
    jobs.fill(*channel);
    const pid_t worker = ::fork();
    ASSERT_GE(worker, 0);
    if (worker == 0) be_worker(*channel);

    const std::uint64_t until = jobs.done() + random() % 200;
    while (jobs.done() < until && !HasFatalFailure()) {
      pollfd wait{.fd = channel->completed_fd(), .events = POLLIN, .revents = 0};
      ASSERT_EQ(::poll(&wait, 1, 10'000), 1) << "the worker fell asleep with work to do";
      ASSERT_EQ(channel->drain(completions), CoordinatorChannel::Integrity::sound);
      jobs.accept(completions);
      jobs.fill(*channel);
    }
    for (std::uint64_t spin = random() % 20'000; spin > 0; --spin) asm volatile("");
    ASSERT_EQ(::kill(worker, SIGKILL), 0);
    ASSERT_EQ(::waitpid(worker, nullptr, 0), worker);
    ASSERT_EQ(channel->drain(completions), CoordinatorChannel::Integrity::sound);
    jobs.requeue(channel->reclaim(completions));
    jobs.accept(completions);
  }
  jobs.check();
  RecordProperty("jobs", std::to_string(jobs.done()));
}

}  // namespace
}  // namespace fanfetch
