#include "common/channel/ring.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <new>
#include <thread>

namespace fanfetch {
namespace {

constexpr std::uint32_t kCapacity = 8;
constexpr std::uint64_t kEntries = 200'000;

/// Two rings, as in a channel: what comes back on the second gives room on the first.
struct TwoRings {
  struct Words {
    alignas(64) std::atomic<std::uint64_t> head{0};
    alignas(64) std::atomic<std::uint64_t> tail{0};
    std::array<std::atomic<std::uint64_t>, kCapacity> entries{};
    [[nodiscard]] RingMemory memory() { return {&head, &tail, entries.data(), kCapacity}; }
  };
  Words there;
  Words back;
  /// Plain memory that only the rings' ordering protects: TSan sees a missing release or acquire.
  std::array<std::uint64_t, kCapacity> payload{};
};

/// Takes kEntries entries and sends each back, after it has checked and changed its payload.
/// Returns whether all was as it should be.
bool echo(TwoRings& rings) {
  RingConsumer in(rings.there.memory());
  RingProducer out(rings.back.memory());
  for (std::uint64_t i = 0; i < kEntries;) {
    const auto entry = in.pop();
    if (!entry) {
      if (in.corrupt()) return false;
      std::this_thread::yield();
      continue;
    }
    std::uint64_t& payload = rings.payload[*entry % kCapacity];
    if (*entry != i || payload != i) return false;
    payload = ~i;
    out.push(i++);
  }
  return true;
}

/// The other side: at most kCapacity entries are out, each in a payload of its own.
bool send_all(TwoRings& rings) {
  RingProducer out(rings.there.memory());
  RingConsumer in(rings.back.memory());
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  while (received < kEntries) {
    while (sent < kEntries && sent - received < kCapacity) {
      rings.payload[sent % kCapacity] = sent;
      out.push(sent++);
    }
    if (const auto entry = in.pop()) {
      if (*entry != received || rings.payload[*entry % kCapacity] != ~received) return false;
      ++received;
    } else {
      if (in.corrupt()) return false;
      std::this_thread::yield();
    }
  }
  return true;
}

TEST(Ring, CarriesEverythingInOrderBetweenTwoThreads) {
  TwoRings rings;
  bool echoed = false;
  std::thread other([&] { echoed = echo(rings); });
  EXPECT_TRUE(send_all(rings));
  other.join();
  EXPECT_TRUE(echoed);
}

TEST(Ring, CarriesEverythingInOrderBetweenTwoProcesses) {
  void* memory =
      ::mmap(nullptr, sizeof(TwoRings), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  auto* rings = new (memory) TwoRings;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) ::_exit(echo(*rings) ? 0 : 1);
  EXPECT_TRUE(send_all(*rings));
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  ::munmap(memory, sizeof(TwoRings));
}

TEST(Ring, IsEmptyAtFirst) {
  TwoRings rings;
  RingConsumer in(rings.there.memory());
  EXPECT_FALSE(in.pop());
  EXPECT_FALSE(in.corrupt());
}

TEST(Ring, RefusesAHeadThatClaimsMoreThanFits) {
  TwoRings rings;
  RingConsumer in(rings.there.memory());
  rings.there.head = kCapacity + 1;
  EXPECT_FALSE(in.pop());
  EXPECT_TRUE(in.corrupt());
}

TEST(Ring, RefusesAHeadThatRunsBackwards) {
  TwoRings rings;
  RingProducer out(rings.there.memory());
  RingConsumer in(rings.there.memory());
  out.push(1);
  EXPECT_EQ(in.pop(), 1u);
  rings.there.head = 0;
  EXPECT_FALSE(in.pop());
  EXPECT_TRUE(in.corrupt());
}

TEST(Ring, AProducerKeepsItsOwnCountToo) {
  TwoRings rings;
  RingProducer out(rings.there.memory());
  RingConsumer in(rings.there.memory());
  out.push(1);
  rings.there.head = 50;  // scribbled over by the consumer's process
  out.push(2);
  EXPECT_EQ(rings.there.head, 2u);
  EXPECT_EQ(in.pop(), 1u);
  EXPECT_EQ(in.pop(), 2u);
}

TEST(Ring, KeepsItsOwnCountWhateverTheOtherSideDoesToTheSharedOne) {
  TwoRings rings;
  RingProducer out(rings.there.memory());
  RingConsumer in(rings.there.memory());
  out.push(1);
  EXPECT_EQ(in.pop(), 1u);
  rings.there.tail = 77;  // the consumer's word, scribbled over by the producer's process
  out.push(2);
  EXPECT_EQ(in.pop(), 2u);
  EXPECT_FALSE(in.corrupt());
}

}  // namespace
}  // namespace fanfetch
