#include "worker/pace/pacer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace fanfetch {
namespace {

/// libcurl's smallest buffer, and the most that it hands over at once.
constexpr std::size_t kMinPiece = 1024;
constexpr std::size_t kMaxPiece = 16 * 1024;
/// So many pieces a second make the whole limit.
constexpr std::uint64_t kPiecesPerSecond = 100;

/// The coordinator may raise our share any moment, without waking us for it.
constexpr auto kLookAtRate = std::chrono::milliseconds(20);
constexpr auto kJudgeInterval = std::chrono::seconds(1);

}  // namespace

Pacer::Pacer(EventLoop& loop, WorkerChannel& channel, End end)
    : loop_(loop),
      channel_(channel),
      end_(std::move(end)),
      budget_(largest_piece(), loop.now()),
      judged_at_(loop.now()) {}

std::size_t Pacer::largest_piece() const {
  return std::clamp<std::size_t>(channel_.byte_limit() / kPiecesPerSecond, kMinPiece, kMaxPiece);
}

void Pacer::begin(CURL* easy, Patience::Limits limits) {
  running_.insert_or_assign(easy, Patience(limits, loop_.now()));
}

bool Pacer::take(CURL* easy, std::size_t bytes) {
  Patience& patience = running_.at(easy);
  if (!budget_.take(easy, bytes, loop_.now())) {
    patience.hold(loop_.now());
    return false;
  }
  patience.received(bytes);
  return true;
}

void Pacer::forget(CURL* easy) {
  budget_.forget(easy);
  running_.erase(easy);
}

void Pacer::turn() {
  const Instant now = loop_.now();
  budget_.set_rate(channel_.byte_rate(), now);
  while (const auto next = budget_.next(now)) {
    CURL* const easy = *next;
    running_.at(easy).go_on(now);
    // Hands over what was refused, through take(), and more if there is.
    const CURLcode code = curl_easy_pause(easy, CURLPAUSE_CONT);
    if (code != CURLE_OK) end_(easy, code, "");
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
  std::vector<std::pair<CURL*, Patience::Verdict>> ended;
  for (auto& [easy, patience] : running_) {
    const auto verdict = patience.judge(judged_at_);
    if (verdict != Patience::Verdict::go_on) ended.emplace_back(easy, verdict);
  }
  for (const auto& [easy, verdict] : ended) {
    end_(easy, CURLE_OPERATION_TIMEDOUT,
         verdict == Patience::Verdict::stall
             ? "it was slower than --min-speed for the time of --stall-timeout"
             : "it took longer than --timeout, not counting the time that --limit-rate held it");
  }
}

}  // namespace fanfetch
