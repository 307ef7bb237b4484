#include "worker/pace/pacer.h"

#include <algorithm>
#include <utility>

namespace fanfetch {
namespace {

/// libcurl's smallest buffer, and the most that is worth to be handed over in one piece.
constexpr std::size_t kMinPiece = 1024;
constexpr std::size_t kMaxPiece = 16 * 1024;
constexpr std::size_t kUnlimitedPiece = 64 * 1024;
/// Our share is this many pieces a second.
constexpr std::uint64_t kPiecesPerSecond = 50;

/// The coordinator may raise our share at any moment, without waking us for it.
constexpr auto kLookAtRate = std::chrono::milliseconds(20);

}  // namespace

Pacer::Pacer(EventLoop& loop, WorkerChannel& channel, Resume resume)
    : loop_(loop), channel_(channel), resume_(std::move(resume)), budget_(loop.now()) {
  turn();
}

std::size_t Pacer::largest_piece() const {
  const auto rate = channel_.byte_rate();
  if (!rate) return kUnlimitedPiece;
  return std::clamp<std::size_t>(*rate / kPiecesPerSecond, kMinPiece, kMaxPiece);
}

bool Pacer::take(Id transfer, std::size_t bytes) {
  return budget_.take(transfer, bytes, loop_.now());
}

void Pacer::turn() {
  const Instant now = loop_.now();
  budget_.set_rate(channel_.byte_rate(), largest_piece(), now);
  while (const auto next = budget_.next(now)) resume_(*next);
  channel_.set_held_back(budget_.waiting());
  loop_.cancel(timer_);
  if (budget_.waiting() == 0) return;
  const Instant look = now + kLookAtRate;
  timer_ = loop_.call_at(std::min(budget_.next_due().value_or(look), look), [] {});
}

}  // namespace fanfetch
