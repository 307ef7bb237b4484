#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace fanfetch {

/// Layout of the region that a coordinator shares with one worker:
///
///     ChannelHeader | submit entries | complete entries | slot 0 | slot 1 | …
///
/// Every word has one writer, and each writer's words lie on cache lines of their own. There is no
/// lock: a killed process could not release it. Change kChannelVersion with the layout.
inline constexpr std::uint64_t kChannelVersion = 0x66616e666574630b;  // "fanfetc", 11

inline constexpr std::size_t kCacheLine = 64;
inline constexpr std::size_t kPage = 4096;
inline constexpr std::size_t kSlotStride = 16 * 1024;
/// A request, later overwritten by its result. Its untouched pages cost nothing.
inline constexpr std::size_t kPayloadBytes = 15 * 1024;
inline constexpr std::uint32_t kMaxSlots = 4096;

/// What the coordinator wants of the worker; it only rises.
enum class Stopping : std::uint32_t {
  run,     ///< Nothing: run jobs.
  finish,  ///< Finish the jobs, then leave.
  cut,     ///< Leave what can be resumed of each job, report none of them, and leave immediately.
};

/// A worker's bytes a second: there is no limit.
inline constexpr std::uint64_t kNoByteRate = ~std::uint64_t{0};

struct ChannelHeader {
  // Coordinator writes, before the worker exists:
  std::uint64_t version;
  std::uint32_t slots;

  // Coordinator writes:
  alignas(kCacheLine) std::atomic<std::uint64_t> submit_head;
  std::atomic<std::uint64_t> complete_tail;
  std::atomic<std::uint32_t> stopping;   // Stopping
  std::atomic<std::uint64_t> byte_rate;  // this worker's share of --limit-rate; kNoByteRate

  // Worker writes:
  alignas(kCacheLine) std::atomic<std::uint64_t> submit_tail;
  std::atomic<std::uint64_t> complete_head;
  std::atomic<std::uint64_t> heartbeat;  // 0: not ready yet
  std::atomic<std::uint64_t> bytes_in;
  std::atomic<std::uint32_t> protections;  // that hold the worker back; before its first heartbeat
  std::atomic<std::uint32_t> held_back;    // transfers that wait for their share of byte_rate
};

/// ChannelSlot::stop_by: the job may take as long as it takes.
inline constexpr std::uint64_t kNoStop = ~std::uint64_t{0};

/// There is no response yet, or it does not say how long it is.
inline constexpr std::uint64_t kUnknownBytes = ~std::uint64_t{0};
/// More than any file has: a worker that says more is not believed, and sums do not wrap.
inline constexpr std::uint64_t kMostBytesToCome = std::uint64_t{1} << 48;

/// How far a worker says it is with a job; the word is `generation << 32 | phase`. Any other
/// generation than the lease's means "queued".
enum class Phase : std::uint32_t { started = 1, done = 2 };

struct ChannelSlot {
  // Coordinator writes:
  alignas(kCacheLine) std::atomic<std::uint32_t> request_bytes;
  /// Nanoseconds of BootClock, or kNoStop. The worker gives the job up then, by itself: the
  /// coordinator may be stopped alone. Before it submits, and later while the job runs.
  std::atomic<std::uint64_t> stop_by;

  // Worker writes:
  alignas(kCacheLine) std::atomic<std::uint64_t> state;
  std::atomic<std::uint32_t> result_bytes;
  std::atomic<std::uint64_t>
      progress;  // a packed JobProgress; of this use once `state` says started
  std::atomic<std::uint64_t> to_come;  // body bytes that the response still has; kUnknownBytes

  // Coordinator writes before it submits; the worker once it has taken the job:
  alignas(kSlotStride - kPayloadBytes) std::byte payload[kPayloadBytes];
};

static_assert(sizeof(ChannelHeader) <= kPage);
static_assert(sizeof(ChannelSlot) == kSlotStride);
static_assert(offsetof(ChannelSlot, payload) == kSlotStride - kPayloadBytes);
static_assert(offsetof(ChannelSlot, state) % kCacheLine == 0);
static_assert(std::atomic<std::uint32_t>::is_always_lock_free);

/// A ring entry, and a lease: which slot, and which use of it.
struct SlotUse {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;

  [[nodiscard]] std::uint64_t pack() const { return std::uint64_t{generation} << 32 | slot; }
  [[nodiscard]] static SlotUse unpack(std::uint64_t entry) {
    return {static_cast<std::uint32_t>(entry), static_cast<std::uint32_t>(entry >> 32)};
  }
};

constexpr std::uint64_t pack_state(std::uint32_t generation, Phase phase) {
  return std::uint64_t{generation} << 32 | static_cast<std::uint32_t>(phase);
}

/// What a worker has done for a started job so far. The coordinator only looks whether it changes,
/// so the counts may wrap: `bytes << 24 | holds << 8 | requests << 1 | paused`.
struct JobProgress {
  std::uint64_t bytes = 0;    ///< Body bytes received; the lower 40 bits count.
  std::uint16_t holds = 0;    ///< How often --limit-rate has held it back.
  std::uint8_t requests = 0;  ///< Requests made; the lower 7 bits count.
  bool paused = false;        ///< Currently it is held back on purpose, or waits for its turn.

  [[nodiscard]] std::uint64_t pack() const {
    return bytes << 24 | std::uint64_t{holds} << 8 | std::uint64_t{requests & 0x7fu} << 1 |
           std::uint64_t{paused};
  }
  [[nodiscard]] static JobProgress unpack(std::uint64_t word) {
    return {.bytes = word >> 24,
            .holds = static_cast<std::uint16_t>(word >> 8),
            .requests = static_cast<std::uint8_t>(word >> 1 & 0x7f),
            .paused = (word & 1) != 0};
  }
  bool operator==(const JobProgress&) const = default;
};

}  // namespace fanfetch
