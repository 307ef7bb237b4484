#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "common/channel/layout.h"
#include "common/channel/ring.h"
#include "common/job.h"
#include "common/result.h"
#include "common/unique_fd.h"

namespace fanfetch {

/// The mapped region and where its parts lie. Used by the two ends below.
class ChannelRegion {
 public:
  /// A new region: a memfd sealed against shrinking and growing, all zero but for its header.
  [[nodiscard]] static Result<ChannelRegion> create(std::uint32_t slots,
                                                    std::uint64_t byte_limit = 0);
  /// Maps the region behind `fd`. Error: it is none, or another version's.
  [[nodiscard]] static Result<ChannelRegion> attach(UniqueFd fd);

  ChannelRegion(ChannelRegion&&) noexcept;
  ChannelRegion& operator=(ChannelRegion&&) noexcept;
  ~ChannelRegion();

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] ChannelHeader& header() const;
  [[nodiscard]] ChannelSlot& slot(std::uint32_t index) const;
  [[nodiscard]] std::uint32_t slots() const { return slots_; }
  [[nodiscard]] RingMemory submit_ring() const;
  [[nodiscard]] RingMemory complete_ring() const;

 private:
  struct Mapping;
  ChannelRegion(UniqueFd fd, std::unique_ptr<Mapping> mapping, std::uint32_t slots);
  [[nodiscard]] std::byte* at(std::size_t offset) const;

  UniqueFd fd_;
  std::unique_ptr<Mapping> mapping_;
  std::uint32_t slots_;  // our own copy: the header's may be overwritten
};

/// The coordinator's end. It keeps the truth (a lease per slot) and takes all that it reads for
/// hostile: results are copied out once, then checked. Thread: the loop's alone.
class CoordinatorChannel {
 public:
  /// What the caller knows a job by; means nothing here.
  using Ticket = std::uint64_t;

  struct Completion {
    Ticket ticket;
    Outcome outcome;
  };
  /// A lease that its dead worker did not answer.
  struct Orphan {
    Ticket ticket;
    bool started;  ///< The worker had begun with it: it may be what killed the worker.
  };
  enum class Integrity { sound, corrupt };

  /// `byte_limit`: body bytes a second of all workers together, 0: no limit. The worker's share of
  /// it is 0 until set_byte_rate().
  [[nodiscard]] static Result<CoordinatorChannel> create(std::uint32_t slots,
                                                         std::uint64_t byte_limit = 0);

  /// Leases a slot to `job` and queues it; the worker sees it after wake_worker().
  /// Error: the job does not fit its payload. REQUIRES: free_slots() > 0.
  [[nodiscard]] Result<> submit(const Job& job, Ticket ticket);
  void wake_worker();

  /// Takes what the worker has finished and frees those slots. `corrupt`: the worker wrote what no
  /// sound worker writes; it must be killed, and the channel is good for reclaim() only.
  [[nodiscard]] Integrity drain(std::vector<Completion>& completions);

  /// Ends all leases. REQUIRES: the worker is dead for sure (waitid), and drain() was called after
  /// that. Results that are whole in their slots are accepted though their completions were not
  /// posted.
  [[nodiscard]] std::vector<Orphan> reclaim(std::vector<Completion>& completions);

  /// Tells the worker to leave once its jobs are done.
  void stop_worker();

  /// Bytes a second that the worker may take from now on; it looks every few milliseconds.
  void set_byte_rate(std::uint64_t rate);
  /// Some of the worker's transfers wait for their share of that.
  [[nodiscard]] bool held_back() const;

  [[nodiscard]] std::size_t leases() const { return region_.slots() - free_.size(); }
  [[nodiscard]] std::size_t free_slots() const { return free_.size(); }
  [[nodiscard]] std::uint64_t heartbeat() const;
  [[nodiscard]] std::uint64_t bytes_in() const;

  /// For the worker to inherit; `completed_fd` is readable here when there is something to drain.
  [[nodiscard]] int region_fd() const { return region_.fd(); }
  [[nodiscard]] int submitted_fd() const { return submitted_.get(); }
  [[nodiscard]] int completed_fd() const { return completed_.get(); }

 private:
  struct Lease {
    Ticket ticket = 0;
    std::uint32_t generation = 0;  // of the current or last use
    bool held = false;
  };

  explicit CoordinatorChannel(ChannelRegion region);
  [[nodiscard]] std::optional<Outcome> copy_result(std::uint32_t slot);
  void release(std::uint32_t slot);

  ChannelRegion region_;
  UniqueFd submitted_;
  UniqueFd completed_;
  RingProducer submit_;
  RingConsumer complete_;
  std::vector<Lease> leases_;        // by slot
  std::vector<std::uint32_t> free_;  // last in, first out: touched pages are used again
  std::vector<std::byte> scratch_;   // a result, copied out of the worker's reach
  bool corrupt_ = false;
};

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

  /// The next job, marked as started; none: nothing is queued.
  [[nodiscard]] std::optional<Taken> take();
  /// Publishes how it ended; the coordinator sees it after wake_coordinator().
  void finish(SlotUse use, const Outcome& outcome);
  void wake_coordinator();

  void beat();
  void add_bytes(std::uint64_t count);
  [[nodiscard]] bool stopping() const;

  /// Bytes a second of all workers together; 0: no limit. Never changes.
  [[nodiscard]] std::uint64_t byte_limit() const;
  /// This worker's share of it now.
  [[nodiscard]] std::uint64_t byte_rate() const;
  /// So many transfers wait for it.
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
