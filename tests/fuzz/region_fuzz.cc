// libFuzzer harness of the channel's memory: a script of what a captured worker writes into its
// region, anywhere in it, and of what the coordinator does meanwhile. Whatever it is: each lease
// comes back once, as a result or as an orphan, and no result is one that a worker may not report.
// Input: steps, each a byte that says what, and what that needs. See scripts/fuzz.

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <span>
#include <string>

#include "common/channel/region.h"
#include "common/job.h"
#include "coordinator/pool/coordinator_channel.h"
#include "coordinator/pool/lease_watch.h"
#include "tests/fuzz/fuzz_input.h"

namespace {

using namespace fanfetch;

constexpr std::uint32_t kSlots = 3;

/// The worker's mapping of all of it.
class Memory {
 public:
  explicit Memory(int fd) {
    struct stat status {};
    REQUIRE(::fstat(fd, &status) == 0);
    size_ = static_cast<std::size_t>(status.st_size);
    void* const all = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    REQUIRE(all != MAP_FAILED);
    bytes_ = static_cast<std::uint8_t*>(all);
  }
  ~Memory() { ::munmap(bytes_, size_); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  void write(std::size_t offset, std::string_view bytes) {
    offset %= size_;
    std::memcpy(bytes_ + offset, bytes.data(), std::min(bytes.size(), size_ - offset));
  }

 private:
  std::uint8_t* bytes_ = nullptr;
  std::size_t size_ = 0;
};

void require_sound(const JobReport& report) {
  REQUIRE(report.requests <= kMaxJobRequests);
  const Response& response =
      std::visit([](const auto& one) -> const Response& { return one.response; }, report.outcome);
  REQUIRE(response.http_status == 0 ||
          (response.http_status >= 100 && response.http_status <= 599));
  REQUIRE(response.location.size() + response.etag.size() <= kPayloadBytes);
  if (const auto* failed = std::get_if<Failed>(&report.outcome)) {
    for (const auto error :
         {ErrorClass::bad_url, ErrorClass::filtered, ErrorClass::duplicate, ErrorClass::redirects,
          ErrorClass::crashed_worker, ErrorClass::no_link}) {
      REQUIRE(failed->error != error);
    }
    REQUIRE(name(failed->error) != "unknown");
  }
}

class Run {
 public:
  explicit Run(fuzz::Input script) : script_(script) {}

  void play() {
    while (!script_.empty()) step();
    drain();
    is_over_ = true;
    for (const auto& orphan : coordinator_.reclaim(acceptor())) come_back(orphan.task);
    REQUIRE(coordinator_.leases() == 0);
    REQUIRE(coordinator_.free_slots() == kSlots);
    for (const auto& [task, times] : back_) REQUIRE(times == 1);
  }

 private:
  void come_back(TaskId task) {
    const auto found = back_.find(task);
    REQUIRE(found != back_.end());
    ++found->second;
  }
  CoordinatorChannel::Acceptor acceptor() {
    return [this](const CoordinatorChannel::Label& label, std::span<const std::byte> bytes) {
      const auto report = decode_report(bytes);
      if (!report) return Integrity::corrupt;
      require_sound(*report);
      come_back(label.task);
      if (label.task % 3 == 0 && !is_over_) submit();  // its own slot is free only later
      return Integrity::sound;
    };
  }
  void drain() {
    const bool is_corrupt = coordinator_.drain(acceptor()) == Integrity::corrupt;
    REQUIRE(is_corrupt || !was_corrupt_);
    was_corrupt_ = is_corrupt;
  }
  void submit() {
    if (coordinator_.free_slots() == 0) return;
    const TaskId task = ++last_task_;
    back_[task] = 0;
    const Job job{.url = "http://a/"};
    REQUIRE(coordinator_.submit([&](auto buffer) { return encode(job, buffer); }, {task, 0}));
  }
  /// A slot and a generation, mostly of a lease.
  SlotUse use() {
    const auto number = script_.number<std::uint8_t>();
    return {.slot = number % 4u, .generation = number / 4u};
  }
  ChannelSlot& slot() { return raw_.slot(script_.number<std::uint8_t>() % kSlots); }
  /// As a sound worker says it.
  void write_result(ChannelSlot& slot) {
    const std::string text(script_.number<std::uint8_t>(), 'x');
    const auto kind = script_.number<std::uint8_t>();
    const Response response{.http_status = 100 + kind, .location = text, .retry_after = text};
    const Outcome outcomes[] = {Saved{.response = response, .sha256 = Sha256Digest{}},
                                Kept{response},
                                Skipped{.response = response},
                                Redirected{response},
                                Failed{.message = text, .response = response},
                                GivenUp{response}};
    const JobReport report{outcomes[kind % std::size(outcomes)], kind};
    slot.result_bytes = static_cast<std::uint32_t>(encode(report, slot.payload));
  }
  void step() {
    ChannelHeader& header = raw_.header();
    switch (script_.number<std::uint8_t>() % 14) {
      case 0: return submit();
      case 1: return drain();
      case 2: return look();
      case 3: return write_result(slot());
      case 4: {
        ChannelSlot& to = slot();
        const std::size_t offset = script_.number<std::uint16_t>() % sizeof to.payload;
        const auto bytes = script_.text(script_.number<std::uint8_t>());
        std::memcpy(to.payload + offset, bytes.data(),
                    std::min(bytes.size(), sizeof to.payload - offset));
        return;
      }
      case 5: return void(slot().result_bytes = script_.number<std::uint32_t>());
      case 6: {
        const SlotUse claimed = use();
        raw_.slot(claimed.slot % kSlots).state =
            pack_state(claimed.generation, Phase{script_.number<std::uint8_t>() % 4u});
        return;
      }
      case 7: return void(slot().state = script_.number<std::uint64_t>());
      case 8: {  // an honest completion, or nearly
        const RingMemory ring = raw_.complete_ring();
        ring.entries[header.complete_head % ring.capacity] = use().pack();
        ++header.complete_head;
        return;
      }
      case 9:
        return void(raw_.complete_ring().entries[script_.number<std::uint8_t>() % kSlots] =
                        script_.number<std::uint64_t>());
      case 10: return void(header.complete_head += script_.number<std::int8_t>());
      case 11: return void(header.complete_head = script_.number<std::uint64_t>());
      case 12: return void(slot().progress = script_.number<std::uint64_t>());
      default: {  // anywhere, the coordinator's own words too
        const auto offset = script_.number<std::uint32_t>();
        return memory_.write(offset, script_.text(script_.number<std::uint8_t>()));
      }
    }
  }
  /// What the pool looks at each second.
  void look() {
    for (std::uint32_t slot = 0; slot < kSlots; ++slot) {
      if (const auto started = coordinator_.started(slot)) {
        (void)watch_.on_tick(slot, started->generation, started->progress);
      } else if (const auto queued = coordinator_.queued(slot)) {
        (void)watch_.on_queued_tick(slot, *queued);
      }
    }
    (void)coordinator_.heartbeat();
    (void)coordinator_.bytes_in();
    (void)coordinator_.held_back();
    coordinator_.set_byte_rate(1000);
    coordinator_.wake_worker();
  }

  fuzz::Input script_;
  CoordinatorChannel coordinator_ = std::move(*CoordinatorChannel::create(kSlots));
  ChannelRegion raw_ = std::move(
      *ChannelRegion::attach(UniqueFd(::fcntl(coordinator_.region_fd(), F_DUPFD_CLOEXEC, 0))));
  Memory memory_{coordinator_.region_fd()};
  LeaseWatch watch_{kSlots, {.idle_ticks = 3, .active_ticks = 5}};
  std::map<TaskId, int> back_;  // how often each task came back
  TaskId last_task_ = 0;
  bool was_corrupt_ = false;
  bool is_over_ = false;  // the worker is dead, and gets nothing more
};

}  // namespace

// libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Run(fuzz::Input(data, size)).play();
  return 0;
}
