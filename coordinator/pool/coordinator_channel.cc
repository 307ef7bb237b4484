#include "coordinator/pool/coordinator_channel.h"

#include <cstring>
#include <span>
#include <utility>

#include "common/event_loop.h"

namespace fanfetch {

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

void CoordinatorChannel::stop_worker(Stopping how) {
  region_.header().stopping.store(static_cast<std::uint32_t>(how), std::memory_order_release);
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

}  // namespace fanfetch
