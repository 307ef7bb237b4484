#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

namespace fanfetch {

/// The words of one single-producer single-consumer ring, wherever they live: in a region shared by
/// two processes, or in the memory of two threads. All start at zero; the counters never wrap
/// (2^64 entries), an entry's position is its count modulo `capacity`.
struct RingMemory {
  std::atomic<std::uint64_t>* head;     ///< Entries published so far. Producer writes.
  std::atomic<std::uint64_t>* tail;     ///< Entries taken so far. Consumer writes.
  std::atomic<std::uint64_t>* entries;  ///< `capacity` of them. Producer writes.
  std::uint32_t capacity;
};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "a lock could die with its holder");

/// The writing end. Thread: one.
class RingProducer {
 public:
  explicit RingProducer(const RingMemory& memory) : memory_(memory) {}

  /// Cannot fail. REQUIRES: fewer than `capacity` entries are not taken yet; here each entry stands
  /// for a leased slot, and there are as many slots as entries.
  void push(std::uint64_t entry) {
    memory_.entries[head_ % memory_.capacity].store(entry, std::memory_order_relaxed);
    memory_.head->store(++head_, std::memory_order_release);
  }

 private:
  RingMemory memory_;
  std::uint64_t head_ = 0;  // our own count: what the other side could have changed is never read
};

/// The reading end. Thread: one. Believes the other side only how many entries there are, and that
/// only up to `capacity`.
class RingConsumer {
 public:
  explicit RingConsumer(const RingMemory& memory) : memory_(memory) {}

  /// The next entry; nullopt: the ring is empty, or corrupt().
  std::optional<std::uint64_t> pop() {
    const std::uint64_t available = memory_.head->load(std::memory_order_acquire) - tail_;
    if (available == 0) return std::nullopt;
    if (available > memory_.capacity) {
      corrupt_ = true;
      return std::nullopt;
    }
    const auto entry = memory_.entries[tail_ % memory_.capacity].load(std::memory_order_relaxed);
    memory_.tail->store(++tail_, std::memory_order_release);
    return entry;
  }

  /// The producer's count ran backwards or claims more than fits. It stays so.
  [[nodiscard]] bool corrupt() const { return corrupt_; }

 private:
  RingMemory memory_;
  std::uint64_t tail_ = 0;
  bool corrupt_ = false;
};

}  // namespace fanfetch
