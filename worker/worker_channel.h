#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "common/boot_clock.h"
#include "common/channel/layout.h"
#include "common/channel/region.h"
#include "common/channel/ring.h"
#include "common/job.h"
#include "common/result.h"
#include "common/unique_fd.h"

namespace fanfetch {

/// The worker's end. Trusts the coordinator. Thread: one.
class WorkerChannel {
 public:
  struct Taken {
    SlotUse use;
    Job job;
  };

  /// The descriptors are those of a CoordinatorChannel. Error: the region is another version's.
  [[nodiscard]] static Result<WorkerChannel> attach(UniqueFd region, UniqueFd submitted,
                                                    UniqueFd completed);

  /// The next job, marked as started; nullopt: nothing is queued.
  [[nodiscard]] std::optional<Taken> take();
  /// When it is to be given up; it may change while the job runs. nullopt: never.
  [[nodiscard]] std::optional<BootInstant> stop_by(SlotUse use) const;
  /// Says what has been done for it so far; the coordinator looks a few times a second.
  /// `to_come`: body bytes that its response still has, or kUnknownBytes.
  void set_progress(SlotUse use, const JobProgress& progress,
                    std::uint64_t to_come = kUnknownBytes);
  /// Publishes how it ended, and what the job took; the coordinator sees it after
  /// wake_coordinator().
  void finish(SlotUse use, JobReport report);
  void wake_coordinator();

  /// The first one says that the worker is ready: the coordinator sees it after wake_coordinator(),
  /// and the others within a second.
  void beat();
  /// What holds this process back (common/sandbox/sandbox_rules.h). Call before the first beat().
  void report_protections(std::uint32_t reached);
  void add_bytes(std::uint64_t count);
  [[nodiscard]] Stopping stopping() const;

  /// Bytes a second that this worker may take at present; nullopt: there is no limit.
  [[nodiscard]] std::optional<std::uint64_t> byte_rate() const;
  /// The number of transfers that wait for it.
  void set_held_back(std::size_t count);

  /// Readable when jobs were queued or stopping() changed.
  [[nodiscard]] int submitted_fd() const { return submitted_.get(); }
  [[nodiscard]] std::uint32_t slots() const { return region_.slots(); }

 private:
  WorkerChannel(ChannelRegion region, UniqueFd submitted, UniqueFd completed);

  ChannelRegion region_;
  UniqueFd submitted_;
  UniqueFd completed_;
  RingConsumer submit_;
  RingProducer complete_;
  bool unannounced_ = false;
};

}  // namespace fanfetch
