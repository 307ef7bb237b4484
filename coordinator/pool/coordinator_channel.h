#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "common/boot_clock.h"
#include "common/channel/region.h"
#include "common/channel/ring.h"
#include "common/result.h"
#include "common/unique_fd.h"
#include "coordinator/link/task_id.h"
#include "coordinator/pool/warm_connections.h"

namespace fanfetch {

/// Is what a worker wrote what a sound worker can have written?
enum class Integrity : std::uint8_t { sound, corrupt };

/// Writes a request into the buffer. Returns its bytes; 0: it does not fit.
using Encoder = std::function<std::size_t(std::span<std::byte>)>;

/// The coordinator's end. It carries bytes, and knows nothing of what they mean. It keeps the truth
/// (a lease per slot) and treats all that it reads as hostile: results are copied out once, then
/// checked. Thread: the loop's alone.
class CoordinatorChannel {
 public:
  /// What the caller knows of a job; means nothing here.
  struct Label {
    TaskId task = 0;
    HostKey host = 0;
  };
  /// When the worker has to give a job up, if it still runs then. nullopt: never.
  using StopTimes = std::function<std::optional<BootInstant>(TaskId)>;
  /// Gets a result, copied out of the worker's reach and lent for the call, and says whether it is
  /// sound. May submit more.
  using Acceptor = std::function<Integrity(const Label&, std::span<const std::byte>)>;
  /// A lease without a result when its worker died.
  struct Orphan {
    TaskId task = 0;
    bool started = false;  ///< The worker had begun with it: it may be what killed the worker.
  };
  /// What the leases of a worker have come to, as it says.
  struct BytesInFlight {
    std::uint32_t known = 0;     ///< Leases whose response says how long it is;
    std::uint64_t received = 0;  ///< of these, the body bytes that have come
    std::uint64_t to_come = 0;   ///< and those that have not.
  };
  /// A lease that the worker has started.
  struct Started {
    std::uint32_t generation = 0;  ///< Differs from that of the slot's earlier leases.
    JobProgress progress;          ///< As the worker says.
  };

  /// A sound worker wakes us once a batch; one more may find that the batch was seen before.
  static constexpr unsigned kMostEmptyDrains = 1000;

  /// `slots`: leases at most, 1 to kMaxSlots. `byte_rate`: see set_byte_rate().
  /// Error: no memory or no descriptor is to be had.
  [[nodiscard]] static Result<CoordinatorChannel> create(std::uint32_t slots,
                                                         std::uint64_t byte_rate = kNoByteRate);

  /// Leases a slot and queues the request that `encode` writes into it; the worker sees it after
  /// wake_worker(). False: it does not fit. `stop_by`: see StopTimes. REQUIRES: free_slots() > 0.
  [[nodiscard]] bool submit(const Encoder& encode, const Label& label,
                            std::optional<BootInstant> stop_by = std::nullopt);
  /// Other times hold for its jobs from now on; the worker looks about once a second.
  void set_stop_times(const StopTimes& stop_by);
  void wake_worker();

  /// Hands over what the worker has finished, and frees those slots. `corrupt`: the worker wrote
  /// what no sound worker writes, or has woken us for nothing more than kMostEmptyDrains times in a
  /// row; it must be killed, and only reclaim() is of use from then on.
  [[nodiscard]] Integrity drain(const Acceptor& accept);

  /// Ends all leases. REQUIRES: the worker is dead for sure (waitid), and drain() was called after
  /// that. Results that are whole in their slots are handed over though their completions were not
  /// posted.
  [[nodiscard]] std::vector<Orphan> reclaim(const Acceptor& accept);

  /// Tells the worker to leave, see Stopping. Jobs that it does not report are orphans.
  void stop_worker(Stopping how);

  /// Body bytes a second that the worker may take from now on; it looks every few milliseconds.
  void set_byte_rate(std::uint64_t rate);
  /// Some of the worker's transfers wait for their share of that.
  [[nodiscard]] bool held_back() const;

  [[nodiscard]] std::uint32_t slots() const { return region_.slots(); }
  [[nodiscard]] std::size_t leases() const { return region_.slots() - free_.size(); }
  [[nodiscard]] std::size_t free_slots() const { return free_.size(); }
  /// nullopt: the slot has no lease, or the worker has not started it. One whose result is written
  /// counts as started until it has been drained: a worker may fail to post it.
  /// REQUIRES: slot < slots().
  [[nodiscard]] std::optional<Started> started(std::uint32_t slot) const;
  /// Looks at every slot: call it a few times a second at most.
  [[nodiscard]] BytesInFlight bytes_in_flight() const;
  /// The generation of a lease that the worker has not started; nullopt: there is none.
  /// REQUIRES: slot < slots().
  [[nodiscard]] std::optional<std::uint32_t> queued(std::uint32_t slot) const;
  [[nodiscard]] std::uint64_t heartbeat() const;
  /// What the worker says that holds it back; it counts once heartbeat() is not 0.
  [[nodiscard]] std::uint32_t protections() const;
  [[nodiscard]] std::uint64_t bytes_in() const;

  /// For the worker to inherit; `completed_fd` is readable here when there is something to drain.
  [[nodiscard]] int region_fd() const { return region_.fd(); }
  [[nodiscard]] int submitted_fd() const { return submitted_.get(); }
  [[nodiscard]] int completed_fd() const { return completed_.get(); }

 private:
  struct Lease {
    Label label;
    std::uint32_t generation = 0;  // of the current or last use
    bool held = false;
  };

  CoordinatorChannel(ChannelRegion region, UniqueFd submitted, UniqueFd completed);
  [[nodiscard]] Integrity accept_entry(std::uint64_t entry, const Acceptor& accept);
  [[nodiscard]] bool accept_result(std::uint32_t slot, const Acceptor& accept);
  void release(std::uint32_t slot);

  ChannelRegion region_;
  UniqueFd submitted_;
  UniqueFd completed_;
  RingProducer submit_;
  RingConsumer complete_;
  std::vector<Lease> leases_;        // by slot
  std::vector<std::uint32_t> free_;  // last in, first out: touched pages are used again
  std::vector<std::byte> scratch_;   // a result, copied out of the worker's reach
  unsigned empty_drains_ = 0;        // in a row
  bool corrupt_ = false;
};

}  // namespace fanfetch
