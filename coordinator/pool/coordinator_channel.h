#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "common/channel/region.h"
#include "common/channel/ring.h"
#include "common/job.h"
#include "common/result.h"
#include "common/unique_fd.h"

namespace fanfetch {

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

  /// Tells the worker to leave, see Stopping. Jobs that it does not report are orphans.
  void stop_worker(Stopping how);

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

}  // namespace fanfetch
