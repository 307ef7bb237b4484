#include "worker/pace/pacer.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace fanfetch {
namespace {

/// libcurl's smallest buffer, and the largest piece that still makes an even flow.
constexpr std::size_t kMinPiece = 1024;
constexpr std::size_t kMaxPiece = 16 * 1024;
/// Our share is this many pieces a second.
constexpr std::uint64_t kPiecesPerSecond = 50;

/// The coordinator may raise our share at any moment, without waking us for it.
constexpr auto kLookAtRate = std::chrono::milliseconds(20);

}  // namespace

Pacer::Pacer(EventLoop& loop, WorkerChannel& channel, Resume resume)
    : loop_(loop), channel_(channel), resume_(std::move(resume)), budget_(loop.now()) {
  turn();
}

Pacer::~Pacer() {
  if (timer_) loop_.cancel(*timer_);
}

std::size_t Pacer::largest_piece() const {
  const auto rate = channel_.byte_rate();
  if (!rate) return std::numeric_limits<std::size_t>::max();
  return std::clamp<std::size_t>(*rate / kPiecesPerSecond, kMinPiece, kMaxPiece);
}

bool Pacer::take(Id transfer, std::size_t bytes) {
  return budget_.take(transfer, bytes, loop_.now());
}

void Pacer::turn() {
  const Instant now = loop_.now();
  budget_.set_rate(channel_.byte_rate(), largest_piece(), now);
  while (const auto next = budget_.next(now)) resume_(*next);
  if (budget_.waiting() != published_) channel_.set_held_back(published_ = budget_.waiting());
  if (timer_) loop_.cancel(*timer_);
  timer_.reset();
  if (budget_.waiting() == 0) return;
  const Instant look = now + kLookAtRate;
  timer_ = loop_.call_at(std::min(budget_.next_due().value_or(look), look), [] {});
}

}  // namespace fanfetch
