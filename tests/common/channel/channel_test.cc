#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <span>
#include <vector>

#include "common/channel/region.h"
#include "common/job.h"
#include "coordinator/pool/coordinator_channel.h"
#include "worker/worker_channel.h"

namespace fanfetch {
namespace {

Job job_for(int number) { return {.url = fmt::format("http://example.org/{}", number)}; }

/// Both ends in one process, and the raw region as a captured worker has it.
class ChannelTest : public ::testing::Test {
 protected:
  static constexpr std::uint32_t kSlots = 4;

  struct Completion {
    TaskId task;
    Outcome outcome;
    std::uint32_t requests = 0;
  };

  static UniqueFd copy(int fd) { return UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, 0)); }

  static bool submit(CoordinatorChannel& channel, const Job& job, TaskId task) {
    return channel.submit([&](std::span<std::byte> buffer) { return encode(job, buffer); }, {task});
  }
  bool submit(const Job& job, TaskId task) { return submit(coordinator_, job, task); }
  /// Keeps what can be decoded.
  CoordinatorChannel::Acceptor accept() {
    return [this](const CoordinatorChannel::Label& label, std::span<const std::byte> bytes) {
      auto report = decode_report(bytes);
      if (!report) return Integrity::corrupt;
      completions_.push_back({label.task, std::move(report->outcome), report->requests});
      return Integrity::sound;
    };
  }
  Integrity drain() { return coordinator_.drain(accept()); }
  std::vector<CoordinatorChannel::Orphan> reclaim() { return coordinator_.reclaim(accept()); }

  CoordinatorChannel coordinator_ = std::move(*CoordinatorChannel::create(kSlots));
  WorkerChannel worker_ = std::move(*WorkerChannel::attach(copy(coordinator_.region_fd()),
                                                           copy(coordinator_.submitted_fd()),
                                                           copy(coordinator_.completed_fd())));
  ChannelRegion raw_ = std::move(*ChannelRegion::attach(copy(coordinator_.region_fd())));
  std::vector<Completion> completions_;
};

TEST_F(ChannelTest, CarriesAJobThereAndItsOutcomeBack) {
  ASSERT_TRUE(submit(job_for(7), 42));
  EXPECT_EQ(coordinator_.leases(), 1u);
  auto taken = worker_.take();
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->job.url, "http://example.org/7");
  EXPECT_FALSE(worker_.take());
  worker_.finish(taken->use, {Saved{.response = {.http_status = 200}, .bytes = 5}, 2});
  EXPECT_EQ(drain(), Integrity::sound);
  ASSERT_EQ(completions_.size(), 1u);
  EXPECT_EQ(completions_[0].task, 42u);
  EXPECT_EQ(std::get<Saved>(completions_[0].outcome).bytes, 5u);
  EXPECT_EQ(completions_[0].requests, 2u);
  EXPECT_EQ(coordinator_.leases(), 0u);
}

TEST_F(ChannelTest, SaysWhenAJobIsToBeGivenUp) {
  const auto at = [](int seconds) { return BootInstant(std::chrono::seconds(seconds)); };
  const auto encoder = [](std::span<std::byte> buffer) { return encode(job_for(1), buffer); };
  ASSERT_TRUE(coordinator_.submit(encoder, {1}));
  ASSERT_TRUE(coordinator_.submit(encoder, {2}, at(5)));
  ASSERT_TRUE(coordinator_.submit(encoder, {3}, at(-5)));
  const auto first = worker_.take(), second = worker_.take(), third = worker_.take();
  EXPECT_EQ(worker_.stop_by(first->use), std::nullopt);
  EXPECT_EQ(worker_.stop_by(second->use), at(5));
  EXPECT_EQ(worker_.stop_by(third->use), at(0)) << "it is over";

  std::vector<TaskId> asked;
  coordinator_.set_stop_times([&](TaskId task) {
    asked.push_back(task);
    return task == 2 ? std::nullopt : std::optional(at(60));
  });
  EXPECT_EQ(asked, (std::vector<TaskId>{1, 2, 3})) << "of those that it has alone";
  EXPECT_EQ(worker_.stop_by(first->use), at(60));
  EXPECT_EQ(worker_.stop_by(second->use), std::nullopt);

  worker_.finish(first->use, {GivenUp{}, 1});
  ASSERT_EQ(drain(), Integrity::sound);
  ASSERT_TRUE(submit(job_for(2), 4));  // the same slot
  EXPECT_EQ(worker_.stop_by(worker_.take()->use), std::nullopt);
}

TEST_F(ChannelTest, UsesItsSlotsAgainAndAgain) {
  for (int round = 0; round < 100; ++round) {
    for (std::uint32_t i = 0; i < kSlots; ++i) ASSERT_TRUE(submit(job_for(round), i));
    EXPECT_EQ(coordinator_.free_slots(), 0u);
    while (auto taken = worker_.take())
      worker_.finish(taken->use, {Failed{.message = taken->job.url}, 1});
    completions_.clear();
    ASSERT_EQ(drain(), Integrity::sound);
    ASSERT_EQ(completions_.size(), kSlots);
    EXPECT_EQ(std::get<Failed>(completions_[0].outcome).message, job_for(round).url);
  }
}

TEST_F(ChannelTest, RefusesAJobThatDoesNotFit) {
  Job job = job_for(1);
  job.headers.push_back(std::string(kPayloadBytes, 'x'));
  EXPECT_FALSE(submit(job, 1));
  EXPECT_EQ(coordinator_.leases(), 0u);
}

TEST_F(ChannelTest, AnOutcomeThatDoesNotFitBecomesAFailure) {
  ASSERT_TRUE(submit(job_for(1), 1));
  auto taken = worker_.take();
  worker_.finish(taken->use, {Redirected{{.location = std::string(kPayloadBytes, 'x')}}, 1});
  ASSERT_EQ(drain(), Integrity::sound);
  EXPECT_TRUE(std::holds_alternative<Failed>(completions_.at(0).outcome));
}

TEST_F(ChannelTest, TellsOrphansThatWereStartedFromThoseThatWereNot) {
  ASSERT_TRUE(submit(job_for(1), 1));
  ASSERT_TRUE(submit(job_for(2), 2));
  ASSERT_TRUE(worker_.take());  // the first is started, and the worker dies
  const auto orphans = reclaim();
  EXPECT_TRUE(completions_.empty());
  ASSERT_EQ(orphans.size(), 2u);
  for (const auto& orphan : orphans) EXPECT_EQ(orphan.started, orphan.task == 1);
  EXPECT_EQ(coordinator_.leases(), 0u);
}

TEST_F(ChannelTest, AcceptsAResultWhoseCompletionWasNeverPosted) {
  ASSERT_TRUE(submit(job_for(1), 1));
  auto taken = worker_.take();
  worker_.finish(taken->use, {Saved{.bytes = 9}, 1});
  raw_.header().complete_head = 0;  // as if it had died between its last two stores
  EXPECT_EQ(drain(), Integrity::sound);
  EXPECT_TRUE(completions_.empty());
  EXPECT_TRUE(reclaim().empty());
  ASSERT_EQ(completions_.size(), 1u);
  EXPECT_EQ(std::get<Saved>(completions_[0].outcome).bytes, 9u);
}

TEST_F(ChannelTest, AResultOfAnEarlierUseOfTheSlotIsNotTakenForThisOne) {
  ASSERT_TRUE(submit(job_for(1), 1));
  auto taken = worker_.take();
  worker_.finish(taken->use, {Saved{.bytes = 9}, 1});
  ASSERT_EQ(drain(), Integrity::sound);
  ASSERT_TRUE(submit(job_for(2), 2));  // the same slot; the worker dies before it looks
  completions_.clear();
  const auto orphans = reclaim();
  EXPECT_TRUE(completions_.empty());
  ASSERT_EQ(orphans.size(), 1u);
  EXPECT_FALSE(orphans[0].started);
}

TEST_F(ChannelTest, SaysWhatAStartedLeaseHasComeTo) {
  ASSERT_TRUE(submit(job_for(1), 1));
  EXPECT_FALSE(coordinator_.started(0)) << "queued";
  const auto taken = worker_.take();
  ASSERT_TRUE(taken);
  const std::uint32_t slot = taken->use.slot;
  ASSERT_TRUE(coordinator_.started(slot));
  EXPECT_EQ(coordinator_.started(slot)->progress, JobProgress{});
  const JobProgress progress{.bytes = 70'000, .holds = 3, .requests = 1, .paused = true};
  worker_.set_progress(taken->use, progress);
  EXPECT_EQ(coordinator_.started(slot)->progress, progress);
  EXPECT_EQ(coordinator_.bytes_in_flight().known, 0u) << "its response does not say how long it is";
  worker_.set_progress(taken->use, progress, 30'000);
  EXPECT_EQ(coordinator_.bytes_in_flight().known, 1u);
  EXPECT_EQ(coordinator_.bytes_in_flight().received, 70'000u);
  EXPECT_EQ(coordinator_.bytes_in_flight().to_come, 30'000u);
  worker_.set_progress(taken->use, progress, kMostBytesToCome + 1);
  EXPECT_EQ(coordinator_.bytes_in_flight().known, 0u) << "no file is that long";
  worker_.set_progress(taken->use, progress, 30'000);
  EXPECT_FALSE(coordinator_.started((slot + 1) % kSlots)) << "not leased";
  const std::uint32_t generation = coordinator_.started(slot)->generation;

  worker_.finish(taken->use, {Saved{}, 1});
  EXPECT_TRUE(coordinator_.started(slot)) << "done, but perhaps never posted";
  ASSERT_EQ(drain(), Integrity::sound);
  EXPECT_FALSE(coordinator_.started(slot));
  EXPECT_EQ(coordinator_.bytes_in_flight().known, 0u);

  ASSERT_TRUE(submit(job_for(2), 2));  // the same slot
  EXPECT_FALSE(coordinator_.started(slot));
  ASSERT_TRUE(worker_.take());
  EXPECT_EQ(coordinator_.started(slot)->progress, JobProgress{}) << "not that of the job before";
  EXPECT_EQ(coordinator_.bytes_in_flight().known, 0u) << "nor its size";
  EXPECT_NE(coordinator_.started(slot)->generation, generation);
}

TEST_F(ChannelTest, SaysWhichLeasesAreStillQueued) {
  EXPECT_EQ(coordinator_.queued(0), std::nullopt) << "no lease";
  ASSERT_TRUE(submit(job_for(1), 1));
  EXPECT_EQ(coordinator_.queued(0), 1u);
  const auto taken = worker_.take();
  EXPECT_EQ(coordinator_.queued(0), std::nullopt);
  worker_.finish(taken->use, {Saved{}, 1});
  EXPECT_EQ(coordinator_.queued(0), std::nullopt);
  EXPECT_EQ(drain(), Integrity::sound);
  EXPECT_EQ(coordinator_.queued(0), std::nullopt);
  ASSERT_TRUE(submit(job_for(2), 2));
  EXPECT_EQ(coordinator_.queued(0), 2u) << "what it says of the earlier lease does not count";
}

TEST(JobProgress, CountsWrapInTheirOwnBits) {
  const JobProgress most{
      .bytes = (1ull << 40) - 1, .holds = 0xffff, .requests = 0x7f, .paused = true};
  EXPECT_EQ(JobProgress::unpack(most.pack()), most);
  JobProgress more = most;
  ++more.bytes;
  EXPECT_EQ(JobProgress::unpack(more.pack()).bytes, 0u);
  EXPECT_EQ(JobProgress::unpack(more.pack()).holds, 0xffff);
  JobProgress asked = most;
  ++asked.requests;
  EXPECT_EQ(JobProgress::unpack(asked.pack()).requests, 0);
  EXPECT_EQ(JobProgress::unpack(asked.pack()).bytes, most.bytes);
}

TEST_F(ChannelTest, MoreMayBeSubmittedFromWithinAResult) {
  for (TaskId task = 0; task < kSlots; ++task) {
    ASSERT_TRUE(submit(job_for(1), task));
    worker_.finish(worker_.take()->use, {Saved{.bytes = task}, 1});
  }
  std::vector<TaskId> done;
  const CoordinatorChannel::Acceptor accept_and_submit = [&](const CoordinatorChannel::Label& label,
                                                             std::span<const std::byte> bytes) {
    if (coordinator_.free_slots() > 0) {
      EXPECT_TRUE(submit(job_for(2), 100 + label.task));
    }
    const auto report = decode_report(bytes);
    EXPECT_EQ(std::get<Saved>(report->outcome).bytes, label.task) << "its own bytes";
    done.push_back(label.task);
    return Integrity::sound;
  };
  ASSERT_EQ(coordinator_.drain(accept_and_submit), Integrity::sound);
  EXPECT_EQ(done, (std::vector<TaskId>{0, 1, 2, 3}));
  EXPECT_EQ(coordinator_.leases(), 3u);
}

TEST_F(ChannelTest, CarriesHeartbeatBytesAndStop) {
  EXPECT_EQ(coordinator_.heartbeat(), 0u);
  worker_.beat();
  worker_.add_bytes(1000);
  EXPECT_EQ(coordinator_.heartbeat(), 1u);
  EXPECT_EQ(coordinator_.bytes_in(), 1000u);
  EXPECT_EQ(worker_.stopping(), Stopping::run);
  for (const Stopping how : {Stopping::finish, Stopping::cut}) {
    coordinator_.stop_worker(how);
    EXPECT_EQ(worker_.stopping(), how);
  }
}

TEST_F(ChannelTest, CarriesTheRateOfBytesAndWhoIsHeldBack) {
  EXPECT_EQ(worker_.byte_rate(), std::nullopt);
  auto coordinator = std::move(*CoordinatorChannel::create(kSlots, 0));
  auto worker = std::move(*WorkerChannel::attach(copy(coordinator.region_fd()),
                                                 copy(coordinator.submitted_fd()),
                                                 copy(coordinator.completed_fd())));
  EXPECT_EQ(worker.byte_rate(), 0u);
  coordinator.set_byte_rate(123'456);
  EXPECT_EQ(worker.byte_rate(), 123'456u);
  coordinator.set_byte_rate(kNoByteRate);
  EXPECT_EQ(worker.byte_rate(), std::nullopt) << "a limit may end";
  EXPECT_FALSE(coordinator.held_back());
  worker.set_held_back(3);
  EXPECT_TRUE(coordinator.held_back());
  worker.set_held_back(0);
  EXPECT_FALSE(coordinator.held_back());
}

/// Only the state decides, whatever bytes of the earlier use are still there.
TEST_F(ChannelTest, AnEarlierResultIsRefusedThoughItsBytesAreStillThere) {
  ASSERT_TRUE(submit(job_for(1), 1));
  const auto taken = worker_.take();
  worker_.finish(taken->use, {Saved{.bytes = 9}, 1});
  ChannelSlot& slot = raw_.slot(taken->use.slot);
  const std::vector<std::byte> result(slot.payload, slot.payload + slot.result_bytes);
  ASSERT_EQ(drain(), Integrity::sound);
  completions_.clear();
  ASSERT_TRUE(submit(job_for(2), 2));  // the same slot
  std::copy(result.begin(), result.end(), slot.payload);
  raw_.complete_ring().entries[1] = SlotUse{taken->use.slot, taken->use.generation + 1}.pack();
  raw_.header().complete_head = 2;
  EXPECT_EQ(drain(), Integrity::corrupt);
  EXPECT_EQ(reclaim().size(), 1u);
  EXPECT_TRUE(completions_.empty());
}

// --- What a captured worker may write ---

TEST_F(ChannelTest, RejectsAnAbsurdHead) {
  raw_.header().complete_head = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(drain(), Integrity::corrupt);
  EXPECT_TRUE(completions_.empty());
}

TEST_F(ChannelTest, RejectsACompletionOfASlotThatDoesNotExist) {
  for (const std::uint32_t slot : {kSlots, kSlots + 5, std::numeric_limits<std::uint32_t>::max()}) {
    auto coordinator = std::move(*CoordinatorChannel::create(kSlots));
    const auto raw = std::move(*ChannelRegion::attach(copy(coordinator.region_fd())));
    raw.complete_ring().entries[0] = SlotUse{slot, 1}.pack();
    raw.header().complete_head = 1;
    EXPECT_EQ(coordinator.drain(accept()), Integrity::corrupt) << slot;
  }
}

TEST_F(ChannelTest, RejectsACompletionThatNobodyWaitsFor) {
  raw_.complete_ring().entries[0] = SlotUse{0, 0}.pack();
  raw_.header().complete_head = 1;
  EXPECT_EQ(drain(), Integrity::corrupt);
}

TEST_F(ChannelTest, RejectsACompletionOfAnotherGeneration) {
  ASSERT_TRUE(submit(job_for(1), 1));
  auto taken = worker_.take();
  worker_.finish({taken->use.slot, taken->use.generation + 1}, {Saved{}, 1});
  EXPECT_EQ(drain(), Integrity::corrupt);
}

TEST_F(ChannelTest, RejectsAnEntryOfAnotherGenerationThoughTheResultIsThere) {
  ASSERT_TRUE(submit(job_for(1), 1));
  const auto taken = worker_.take();
  worker_.finish(taken->use, {Saved{}, 1});
  raw_.complete_ring().entries[0] = SlotUse{taken->use.slot, taken->use.generation + 1}.pack();
  EXPECT_EQ(drain(), Integrity::corrupt);
  EXPECT_TRUE(completions_.empty());
}

TEST_F(ChannelTest, RejectsTheSameCompletionTwice) {
  ASSERT_TRUE(submit(job_for(1), 1));
  auto taken = worker_.take();
  worker_.finish(taken->use, {Saved{}, 1});
  worker_.finish(taken->use, {Saved{}, 1});
  EXPECT_EQ(drain(), Integrity::corrupt);
  EXPECT_EQ(completions_.size(), 1u);
}

TEST_F(ChannelTest, RejectsAResultLongerThanItsPayload) {
  ASSERT_TRUE(submit(job_for(1), 1));
  auto taken = worker_.take();
  worker_.finish(taken->use, {Saved{}, 1});
  raw_.slot(taken->use.slot).result_bytes = 0xffffffff;
  EXPECT_EQ(drain(), Integrity::corrupt);
}

TEST_F(ChannelTest, RejectsAResultThatIsNoOutcome) {
  ASSERT_TRUE(submit(job_for(1), 1));
  auto taken = worker_.take();
  worker_.finish(taken->use, {Saved{}, 1});
  raw_.slot(taken->use.slot).payload[kReportHeadBytes] = std::byte{0x7f};
  EXPECT_EQ(drain(), Integrity::corrupt);
}

TEST_F(ChannelTest, RejectsACompletionWhoseStateIsNotDone) {
  ASSERT_TRUE(submit(job_for(1), 1));
  auto taken = worker_.take();
  worker_.finish(taken->use, {Saved{}, 1});
  raw_.slot(taken->use.slot).state = pack_state(taken->use.generation, Phase{99});
  EXPECT_EQ(drain(), Integrity::corrupt);
  // Dead, it counts as started: it may be what the worker died of.
  completions_.clear();
  const auto orphans = reclaim();
  ASSERT_EQ(orphans.size(), 1u);
  EXPECT_TRUE(orphans[0].started);
}

TEST_F(ChannelTest, StaysCorrupt) {
  raw_.header().complete_head = 1000;
  EXPECT_EQ(drain(), Integrity::corrupt);
  raw_.header().complete_head = 0;
  EXPECT_EQ(drain(), Integrity::corrupt);
}

TEST_F(ChannelTest, NobodyKeepsTheLoopBusyForNothing) {
  for (unsigned i = 0; i < CoordinatorChannel::kMostEmptyDrains; ++i) {
    ASSERT_EQ(drain(), Integrity::sound);
  }
  ASSERT_TRUE(submit(job_for(1), 1));
  worker_.finish(worker_.take()->use, {Saved{}, 1});
  for (unsigned i = 0; i <= CoordinatorChannel::kMostEmptyDrains; ++i) {
    ASSERT_EQ(drain(), Integrity::sound) << "the first of them has brought something";
  }
  EXPECT_EQ(drain(), Integrity::corrupt);
}

TEST_F(ChannelTest, StaysCorruptAfterOneBadEntry) {
  ASSERT_TRUE(submit(job_for(1), 1));
  const auto taken = worker_.take();
  worker_.finish({taken->use.slot + 1, taken->use.generation}, {Saved{}, 1});
  EXPECT_EQ(drain(), Integrity::corrupt);
  worker_.finish(taken->use, {Saved{}, 1});
  EXPECT_EQ(drain(), Integrity::corrupt);
  EXPECT_TRUE(completions_.empty());
}

TEST_F(ChannelTest, CannotBeShrunkOrGrown) {
  EXPECT_EQ(::ftruncate(raw_.fd(), 0), -1);
  EXPECT_EQ(errno, EPERM);
  EXPECT_EQ(::ftruncate(raw_.fd(), 1 << 30), -1);
  EXPECT_EQ(errno, EPERM);
  EXPECT_EQ(::fcntl(raw_.fd(), F_ADD_SEALS, F_SEAL_WRITE), -1);
  EXPECT_EQ(errno, EPERM) << "EBUSY would say that it is only mapped";
}

TEST(ChannelRegion, RefusesMemoryThatIsNoChannel) {
  UniqueFd fd(::memfd_create("other", MFD_CLOEXEC));
  EXPECT_FALSE(ChannelRegion::attach(UniqueFd(::dup(fd.get()))));
  ASSERT_EQ(::ftruncate(fd.get(), 1 << 20), 0);
  EXPECT_FALSE(ChannelRegion::attach(UniqueFd(::dup(fd.get()))));
}

TEST(ChannelRegion, RefusesAnotherVersion) {
  auto region = ChannelRegion::create(2);
  ASSERT_TRUE(region);
  region->header().version ^= 1;
  const auto attached = ChannelRegion::attach(UniqueFd(::dup(region->fd())));
  ASSERT_FALSE(attached);
  EXPECT_NE(attached.error().message.find("version"), std::string::npos);
}

TEST(ChannelRegion, UntouchedPayloadsCostNothing) {
  auto region = ChannelRegion::create(kMaxSlots);
  ASSERT_TRUE(region);
  struct stat status {};
  ASSERT_EQ(::fstat(region->fd(), &status), 0);
  EXPECT_GT(status.st_size, 50 << 20);
  EXPECT_LT(status.st_blocks * 512, 64 << 10);
}

}  // namespace
}  // namespace fanfetch
