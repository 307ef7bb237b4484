#include "common/channel/channel.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <boost/interprocess/file_mapping.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <exception>

#include "common/event_loop.h"

namespace fanfetch {
namespace {

constexpr std::size_t round_up(std::size_t size, std::size_t unit) {
  return (size + unit - 1) / unit * unit;
}

constexpr std::size_t entries_bytes(std::uint32_t slots) {
  return round_up(slots * sizeof(std::atomic<std::uint64_t>), kPage);
}

/// The two rings' entries lie on pages of their own, as each has another writer.
constexpr std::size_t slots_offset(std::uint32_t slots) { return kPage + 2 * entries_bytes(slots); }

constexpr std::size_t region_bytes(std::uint32_t slots) {
  return slots_offset(slots) + std::size_t{slots} * kSlotStride;
}

}  // namespace

// --- The region ---

struct ChannelRegion::Mapping {
  // The mapping outlives the file_mapping, whose descriptor would only be inherited.
  explicit Mapping(int fd)
      : region(boost::interprocess::file_mapping(fmt::format("/proc/self/fd/{}", fd).c_str(),
                                                 boost::interprocess::read_write),
               boost::interprocess::read_write) {}

  boost::interprocess::mapped_region region;
};

ChannelRegion::ChannelRegion(UniqueFd fd, std::unique_ptr<Mapping> mapping, std::uint32_t slots)
    : fd_(std::move(fd)), mapping_(std::move(mapping)), slots_(slots) {}
ChannelRegion::ChannelRegion(ChannelRegion&&) noexcept = default;
ChannelRegion& ChannelRegion::operator=(ChannelRegion&&) noexcept = default;
ChannelRegion::~ChannelRegion() = default;

Result<ChannelRegion> ChannelRegion::create(std::uint32_t slots, std::uint64_t byte_limit) {
  assert(slots > 0 && slots <= kMaxSlots);
  UniqueFd fd(::memfd_create("fanfetch-channel", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd.valid() || ::ftruncate(fd.get(), static_cast<off_t>(region_bytes(slots))) != 0 ||
      ::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    return fail("cannot make shared memory for a worker: {}", errno_text(errno));
  }
  try {
    auto mapping = std::make_unique<Mapping>(fd.get());
    ChannelRegion region(std::move(fd), std::move(mapping), slots);
    region.header().slots = slots;
    region.header().byte_limit = byte_limit;
    region.header().version = kChannelVersion;
    return region;
  } catch (const std::exception& error) {
    return fail("cannot map shared memory for a worker: {}", error.what());
  }
}

Result<ChannelRegion> ChannelRegion::attach(UniqueFd fd) {
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0 || static_cast<std::size_t>(status.st_size) < kPage) {
    return fail("the coordinator handed over no shared memory");
  }
  try {
    auto mapping = std::make_unique<Mapping>(fd.get());
    ChannelRegion region(std::move(fd), std::move(mapping), 0);
    region.slots_ = region.header().slots;
    if (region.header().version != kChannelVersion || region.slots_ > kMaxSlots ||
        region_bytes(region.slots_) != static_cast<std::size_t>(status.st_size)) {
      return fail("coordinator and worker are of different versions; install both anew");
    }
    return region;
  } catch (const std::exception& error) {
    return fail("cannot map the coordinator's shared memory: {}", error.what());
  }
}

std::byte* ChannelRegion::at(std::size_t offset) const {
  return static_cast<std::byte*>(mapping_->region.get_address()) + offset;
}

ChannelHeader& ChannelRegion::header() const { return *reinterpret_cast<ChannelHeader*>(at(0)); }

ChannelSlot& ChannelRegion::slot(std::uint32_t index) const {
  assert(index < slots_);
  return *reinterpret_cast<ChannelSlot*>(at(slots_offset(slots_) + index * kSlotStride));
}

RingMemory ChannelRegion::submit_ring() const {
  return {&header().submit_head, &header().submit_tail,
          reinterpret_cast<std::atomic<std::uint64_t>*>(at(kPage)), slots_};
}

RingMemory ChannelRegion::complete_ring() const {
  return {&header().complete_head, &header().complete_tail,
          reinterpret_cast<std::atomic<std::uint64_t>*>(at(kPage + entries_bytes(slots_))), slots_};
}

// --- The coordinator's end ---

CoordinatorChannel::CoordinatorChannel(ChannelRegion region)
    : region_(std::move(region)),
      submitted_(make_eventfd()),
      completed_(make_eventfd()),
      submit_(region_.submit_ring()),
      complete_(region_.complete_ring()),
      leases_(region_.slots()),
      scratch_(kPayloadBytes) {
  for (std::uint32_t slot = region_.slots(); slot > 0; --slot) free_.push_back(slot - 1);
}

Result<CoordinatorChannel> CoordinatorChannel::create(std::uint32_t slots,
                                                      std::uint64_t byte_limit) {
  auto region = ChannelRegion::create(slots, byte_limit);
  if (!region) return tl::unexpected(region.error());
  return CoordinatorChannel(std::move(*region));
}

Result<> CoordinatorChannel::submit(const Job& job, Ticket ticket) {
  const std::uint32_t index = free_.back();
  ChannelSlot& slot = region_.slot(index);
  const std::size_t size = encode(job, slot.payload);
  if (size == 0) return fail("its URL and headers do not fit into {} bytes", kPayloadBytes);
  free_.pop_back();
  Lease& lease = leases_[index];
  lease = {ticket, lease.generation + 1, true};
  slot.request_bytes.store(static_cast<std::uint32_t>(size), std::memory_order_relaxed);
  submit_.push(SlotUse{index, lease.generation}.pack());  // releases all of the above
  return {};
}

void CoordinatorChannel::wake_worker() { post_eventfd(submitted_.get()); }

CoordinatorChannel::Integrity CoordinatorChannel::drain(std::vector<Completion>& completions) {
  drain_eventfd(completed_.get());
  while (!corrupt_) {
    const auto entry = complete_.pop();
    if (!entry) {
      corrupt_ = complete_.corrupt();
      break;
    }
    const SlotUse use = SlotUse::unpack(*entry);
    if (use.slot >= leases_.size() || !leases_[use.slot].held ||
        leases_[use.slot].generation != use.generation) {
      corrupt_ = true;
      break;
    }
    auto outcome = copy_result(use.slot);
    if (!outcome) {
      corrupt_ = true;
      break;
    }
    completions.push_back({leases_[use.slot].ticket, std::move(*outcome)});
    release(use.slot);
  }
  return corrupt_ ? Integrity::corrupt : Integrity::sound;
}

std::vector<CoordinatorChannel::Orphan> CoordinatorChannel::reclaim(
    std::vector<Completion>& completions) {
  std::vector<Orphan> orphans;
  for (std::uint32_t index = 0; index < leases_.size(); ++index) {
    const Lease& lease = leases_[index];
    if (!lease.held) continue;
    if (auto outcome = copy_result(index)) {
      completions.push_back({lease.ticket, std::move(*outcome)});
    } else {
      const auto state = region_.slot(index).state.load(std::memory_order_acquire);
      orphans.push_back({lease.ticket, state >> 32 == lease.generation});
    }
    release(index);
  }
  return orphans;
}

std::optional<Outcome> CoordinatorChannel::copy_result(std::uint32_t index) {
  ChannelSlot& slot = region_.slot(index);
  const auto state = slot.state.load(std::memory_order_acquire);
  if (state != pack_state(leases_[index].generation, Phase::done)) return std::nullopt;
  const std::size_t size = slot.result_bytes.load(std::memory_order_relaxed);
  if (size > kPayloadBytes) return std::nullopt;
  std::memcpy(scratch_.data(), slot.payload, size);
  return decode_outcome(std::span(scratch_).first(size));
}

void CoordinatorChannel::release(std::uint32_t slot) {
  leases_[slot].held = false;
  free_.push_back(slot);
}

void CoordinatorChannel::stop_worker() {
  region_.header().stopping.store(1, std::memory_order_release);
  wake_worker();
}

std::uint64_t CoordinatorChannel::heartbeat() const {
  return region_.header().heartbeat.load(std::memory_order_relaxed);
}

std::uint64_t CoordinatorChannel::bytes_in() const {
  return region_.header().bytes_in.load(std::memory_order_relaxed);
}

void CoordinatorChannel::set_byte_rate(std::uint64_t rate) {
  region_.header().byte_rate.store(rate, std::memory_order_relaxed);
}

bool CoordinatorChannel::held_back() const {
  return region_.header().held_back.load(std::memory_order_relaxed) > 0;
}

// --- The worker's end ---

WorkerChannel::WorkerChannel(ChannelRegion region, UniqueFd submitted, UniqueFd completed)
    : region_(std::move(region)),
      submitted_(std::move(submitted)),
      completed_(std::move(completed)),
      submit_(region_.submit_ring()),
      complete_(region_.complete_ring()) {}

Result<WorkerChannel> WorkerChannel::attach(UniqueFd region_fd, UniqueFd submitted,
                                            UniqueFd completed) {
  auto region = ChannelRegion::attach(std::move(region_fd));
  if (!region) return tl::unexpected(region.error());
  return WorkerChannel(std::move(*region), std::move(submitted), std::move(completed));
}

std::optional<WorkerChannel::Taken> WorkerChannel::take() {
  const auto entry = submit_.pop();
  if (!entry) return std::nullopt;
  const SlotUse use = SlotUse::unpack(*entry);
  ChannelSlot& slot = region_.slot(use.slot);
  slot.state.store(pack_state(use.generation, Phase::started), std::memory_order_release);
  const std::size_t size = slot.request_bytes.load(std::memory_order_relaxed);
  auto job = decode_job(std::span(slot.payload).first(size));
  assert(job.has_value());  // the coordinator wrote it, and it is of our version
  return Taken{use, std::move(*job)};
}

void WorkerChannel::finish(SlotUse use, const Outcome& outcome) {
  ChannelSlot& slot = region_.slot(use.slot);
  std::size_t size = encode(outcome, slot.payload);
  if (size == 0) {
    size = encode(
        Failed{.error = ErrorClass::protocol, .message = "its answer's headers are too long"},
        slot.payload);
  }
  slot.result_bytes.store(static_cast<std::uint32_t>(size), std::memory_order_relaxed);
  slot.state.store(pack_state(use.generation, Phase::done), std::memory_order_release);
  complete_.push(use.pack());
  unannounced_ = true;
}

void WorkerChannel::wake_coordinator() {
  if (std::exchange(unannounced_, false)) post_eventfd(completed_.get());
}

void WorkerChannel::beat() { region_.header().heartbeat.fetch_add(1, std::memory_order_relaxed); }

void WorkerChannel::add_bytes(std::uint64_t count) {
  region_.header().bytes_in.fetch_add(count, std::memory_order_relaxed);
}

std::uint64_t WorkerChannel::byte_limit() const { return region_.header().byte_limit; }

std::uint64_t WorkerChannel::byte_rate() const {
  return region_.header().byte_rate.load(std::memory_order_relaxed);
}

void WorkerChannel::set_held_back(std::size_t count) {
  region_.header().held_back.store(static_cast<std::uint32_t>(count), std::memory_order_relaxed);
}

bool WorkerChannel::stopping() const {
  return region_.header().stopping.load(std::memory_order_acquire) != 0;
}

}  // namespace fanfetch
