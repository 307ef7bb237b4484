#include "coordinator/pool/coordinator_channel.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "common/event_loop.h"

namespace fanfetch {
namespace {

std::uint64_t stop_word(std::optional<BootInstant> stop_by) {
  if (!stop_by) return kNoStop;
  return static_cast<std::uint64_t>(
      std::max(stop_by->time_since_epoch(), BootClock::duration::zero()).count());
}

}  // namespace

CoordinatorChannel::CoordinatorChannel(ChannelRegion region, UniqueFd submitted, UniqueFd completed)
    : region_(std::move(region)),
      submitted_(std::move(submitted)),
      completed_(std::move(completed)),
      submit_(region_.submit_ring()),
      complete_(region_.complete_ring()),
      leases_(region_.slots()),
      scratch_(kPayloadBytes) {
  for (std::uint32_t slot = region_.slots(); slot > 0; --slot) free_.push_back(slot - 1);
}

Result<CoordinatorChannel> CoordinatorChannel::create(std::uint32_t slots,
                                                      std::uint64_t byte_rate) {
  auto region = ChannelRegion::create(slots, byte_rate);
  if (!region) return tl::unexpected(region.error());
  auto submitted = open_eventfd();
  if (!submitted) return tl::unexpected(submitted.error());
  auto completed = open_eventfd();
  if (!completed) return tl::unexpected(completed.error());
  return CoordinatorChannel(std::move(*region), std::move(*submitted), std::move(*completed));
}

bool CoordinatorChannel::submit(const Encoder& encode, const Label& label,
                                std::optional<BootInstant> stop_by) {
  const std::uint32_t index = free_.back();
  ChannelSlot& slot = region_.slot(index);
  const std::size_t size = encode(slot.payload);
  if (size == 0) return false;
  free_.pop_back();
  Lease& lease = leases_[index];
  lease = {label, lease.generation + 1, true};
  slot.request_bytes.store(static_cast<std::uint32_t>(size), std::memory_order_relaxed);
  slot.stop_by.store(stop_word(stop_by), std::memory_order_relaxed);
  submit_.push(SlotUse{index, lease.generation}.pack());  // releases all of the above
  return true;
}

void CoordinatorChannel::set_stop_times(const StopTimes& stop_by) {
  for (std::uint32_t index = 0; index < leases_.size(); ++index) {
    const Lease& lease = leases_[index];
    if (!lease.held) continue;
    region_.slot(index).stop_by.store(stop_word(stop_by(lease.label.task)),
                                      std::memory_order_relaxed);
  }
}

void CoordinatorChannel::wake_worker() { post_eventfd(submitted_.get()); }

Integrity CoordinatorChannel::drain(const Acceptor& accept) {
  drain_eventfd(completed_.get());
  ++empty_drains_;
  while (!corrupt_) {
    const auto entry = complete_.pop();
    if (!entry) {
      corrupt_ = complete_.corrupt() || empty_drains_ > kMostEmptyDrains;
      break;
    }
    empty_drains_ = 0;
    corrupt_ = accept_entry(*entry, accept) == Integrity::corrupt;
  }
  return corrupt_ ? Integrity::corrupt : Integrity::sound;
}

Integrity CoordinatorChannel::accept_entry(std::uint64_t entry, const Acceptor& accept) {
  const SlotUse use = SlotUse::unpack(entry);
  if (use.slot >= leases_.size()) return Integrity::corrupt;
  const Lease& lease = leases_[use.slot];
  if (!lease.held || lease.generation != use.generation) return Integrity::corrupt;
  if (!accept_result(use.slot, accept)) return Integrity::corrupt;
  release(use.slot);
  return Integrity::sound;
}

std::vector<CoordinatorChannel::Orphan> CoordinatorChannel::reclaim(const Acceptor& accept) {
  std::vector<Orphan> orphans;
  for (std::uint32_t index = 0; index < leases_.size(); ++index) {
    const Lease& lease = leases_[index];
    if (!lease.held) continue;
    if (!accept_result(index, accept)) {
      const auto state = region_.slot(index).state.load(std::memory_order_acquire);
      orphans.push_back({lease.label.task, state >> 32 == lease.generation});
    }
    release(index);
  }
  return orphans;
}

/// False: there is no result of this lease, or it is corrupt.
bool CoordinatorChannel::accept_result(std::uint32_t index, const Acceptor& accept) {
  const ChannelSlot& slot = region_.slot(index);
  const Lease& lease = leases_[index];
  const auto state = slot.state.load(std::memory_order_acquire);
  if (state != pack_state(lease.generation, Phase::done)) return false;
  const std::size_t size = slot.result_bytes.load(std::memory_order_relaxed);
  if (size > kPayloadBytes) return false;
  std::memcpy(scratch_.data(), slot.payload, size);
  return accept(lease.label, std::span(scratch_).first(size)) == Integrity::sound;
}

void CoordinatorChannel::release(std::uint32_t slot) {
  leases_[slot].held = false;
  free_.push_back(slot);
}

void CoordinatorChannel::stop_worker(Stopping how) {
  region_.header().stopping.store(static_cast<std::uint32_t>(how), std::memory_order_release);
  wake_worker();
}

std::optional<CoordinatorChannel::Started> CoordinatorChannel::started(std::uint32_t index) const {
  const Lease& lease = leases_[index];
  if (!lease.held) return std::nullopt;
  const ChannelSlot& slot = region_.slot(index);
  const auto state = slot.state.load(std::memory_order_acquire);
  if (state >> 32 != lease.generation) return std::nullopt;
  return Started{lease.generation,
                 JobProgress::unpack(slot.progress.load(std::memory_order_relaxed))};
}

CoordinatorChannel::BytesInFlight CoordinatorChannel::bytes_in_flight() const {
  BytesInFlight bytes;
  if (leases() == 0) return bytes;
  for (std::uint32_t index = 0; index < slots(); ++index) {
    const auto lease = started(index);
    if (!lease) continue;
    const std::uint64_t to_come = region_.slot(index).to_come.load(std::memory_order_relaxed);
    if (to_come > kMostBytesToCome) continue;  // unknown, or a lie
    ++bytes.known;
    bytes.received += lease->progress.bytes;
    bytes.to_come += to_come;
  }
  return bytes;
}

std::optional<std::uint32_t> CoordinatorChannel::queued(std::uint32_t index) const {
  const Lease& lease = leases_[index];
  const auto state = region_.slot(index).state.load(std::memory_order_relaxed);
  if (!lease.held || state >> 32 == lease.generation) return std::nullopt;
  return lease.generation;
}

std::uint32_t CoordinatorChannel::protections() const {
  return region_.header().protections.load(std::memory_order_relaxed);
}

std::uint64_t CoordinatorChannel::heartbeat() const {
  return region_.header().heartbeat.load(std::memory_order_acquire);
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

}  // namespace fanfetch
