#include "worker/pace/pacer.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace fanfetch {
namespace {

/// libcurl's smallest buffer, and the most that it hands over in one piece.
constexpr std::size_t kMinPiece = 1024;
constexpr std::size_t kMaxPiece = 16 * 1024;
/// The whole limit is this many pieces a second.
constexpr std::uint64_t kPiecesPerSecond = 100;

/// The coordinator may raise our share at any moment, without waking us for it.
constexpr auto kLookAtRate = std::chrono::milliseconds(20);
constexpr auto kJudgeInterval = std::chrono::seconds(1);

}  // namespace

Pacer::Pacer(EventLoop& loop, WorkerChannel& channel, Actions actions)
    : loop_(loop),
      channel_(channel),
      actions_(std::move(actions)),
      budget_(largest_piece(), loop.now()),
      judged_at_(loop.now()) {}

std::size_t Pacer::largest_piece() const {
  return std::clamp<std::size_t>(channel_.byte_limit() / kPiecesPerSecond, kMinPiece, kMaxPiece);
}

void Pacer::begin(Id transfer, TransferDeadlines::Limits limits) {
  running_.insert_or_assign(transfer, TransferDeadlines(limits, loop_.now()));
}

bool Pacer::take(Id transfer, std::size_t bytes) {
  TransferDeadlines& deadlines = running_.at(transfer);
  if (!budget_.take(transfer, bytes, loop_.now())) {
    deadlines.hold(loop_.now());
    return false;
  }
  deadlines.received(bytes);
  return true;
}

void Pacer::forget(Id transfer) {
  budget_.forget(transfer);
  running_.erase(transfer);
}

void Pacer::turn() {
  const Instant now = loop_.now();
  budget_.set_rate(channel_.byte_rate(), now);
  while (const auto next = budget_.next(now)) {
    running_.at(*next).resume(now);
    actions_.resume(*next);
  }
  if (now - judged_at_ >= kJudgeInterval) judge();
  channel_.set_held_back(budget_.waiting());
  loop_.cancel(timer_);
  if (budget_.waiting() == 0) return;
  const Instant look = now + kLookAtRate;
  timer_ = loop_.call_at(std::min(budget_.next_due().value_or(look), look), [] {});
}

void Pacer::judge() {
  judged_at_ = loop_.now();
  std::vector<std::pair<Id, TransferDeadlines::Verdict>> ended;
  for (auto& [transfer, deadlines] : running_) {
    const auto verdict = deadlines.judge(judged_at_);
    if (verdict != TransferDeadlines::Verdict::in_time) ended.emplace_back(transfer, verdict);
  }
  for (const auto& [transfer, verdict] : ended) {
    actions_.time_out(
        transfer, verdict == TransferDeadlines::Verdict::stall
                      ? "it was slower than --min-speed for the time of --stall-timeout"
                      : "it took longer than --timeout, not counting the time that --limit-rate "
                        "held it");
  }
}

}  // namespace fanfetch
