#include "worker/worker_channel.h"

#include <cassert>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include "common/event_loop.h"

namespace fanfetch {

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
  slot.progress.store(0, std::memory_order_relaxed);  // before `state`: this use's from there
  slot.to_come.store(kUnknownBytes, std::memory_order_relaxed);
  slot.state.store(pack_state(use.generation, Phase::started), std::memory_order_release);
  const std::size_t size = slot.request_bytes.load(std::memory_order_relaxed);
  auto job = decode_job(std::span(slot.payload).first(size));
  assert(job.has_value());  // the coordinator wrote it, and it is of our version
  // It may hold a password or a header of the user's, which the slot needs no longer.
  std::memset(slot.payload, 0, size);
  return Taken{use, std::move(*job)};
}

std::optional<BootInstant> WorkerChannel::stop_by(SlotUse use) const {
  const std::uint64_t word = region_.slot(use.slot).stop_by.load(std::memory_order_relaxed);
  if (word == kNoStop) return std::nullopt;
  return BootInstant(BootClock::duration(static_cast<BootClock::rep>(word)));
}

void WorkerChannel::set_progress(SlotUse use, const JobProgress& progress, std::uint64_t to_come) {
  ChannelSlot& slot = region_.slot(use.slot);
  slot.to_come.store(to_come, std::memory_order_relaxed);
  slot.progress.store(progress.pack(), std::memory_order_relaxed);
}

void WorkerChannel::finish(SlotUse use, JobReport report) {
  ChannelSlot& slot = region_.slot(use.slot);
  std::size_t size = encode(report, slot.payload);
  if (size == 0) {
    // All else that a server sends was cut before.
    report.outcome = Failed{
        .error = ErrorClass::protocol,
        .message = "its Location is longer than " + std::to_string(kPayloadBytes / 1024) + " KiB"};
    size = encode(report, slot.payload);
  }
  slot.result_bytes.store(static_cast<std::uint32_t>(size), std::memory_order_relaxed);
  slot.state.store(pack_state(use.generation, Phase::done), std::memory_order_release);
  complete_.push(use.pack());
  unannounced_ = true;
}

void WorkerChannel::wake_coordinator() {
  if (std::exchange(unannounced_, false)) post_eventfd(completed_.get());
}

void WorkerChannel::beat() {
  const bool first = region_.header().heartbeat.fetch_add(1, std::memory_order_release) == 0;
  unannounced_ = unannounced_ || first;
}

void WorkerChannel::report_protections(std::uint32_t reached) {
  region_.header().protections.store(reached, std::memory_order_relaxed);
}

void WorkerChannel::add_bytes(std::uint64_t count) {
  region_.header().bytes_in.fetch_add(count, std::memory_order_relaxed);
}

std::optional<std::uint64_t> WorkerChannel::byte_rate() const {
  const std::uint64_t rate = region_.header().byte_rate.load(std::memory_order_relaxed);
  return rate == kNoByteRate ? std::nullopt : std::optional(rate);
}

void WorkerChannel::set_held_back(std::size_t count) {
  region_.header().held_back.store(static_cast<std::uint32_t>(count), std::memory_order_relaxed);
}

Stopping WorkerChannel::stopping() const {
  return static_cast<Stopping>(region_.header().stopping.load(std::memory_order_acquire));
}

}  // namespace fanfetch
