#include "worker/worker.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/crash_point.h"
#include "common/human_text.h"
#include "common/worker_start.h"

namespace fanfetch {
namespace {

/// The coordinator takes us for hung after 30 of its own seconds without a beat.
constexpr auto kBeatInterval = std::chrono::seconds(1);

/// As many as descriptors allow: a transfer needs two.
std::size_t connections_to_keep(std::size_t transfers) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  const std::size_t spare = files.rlim_cur > 3 * transfers ? files.rlim_cur - 3 * transfers : 0;
  // Each of two engines keeps that many.
  return std::max(transfers, std::min(transfers * kConnectionsPerTransfer, spare / 2));
}

/// REQUIRES: it is not in time.
std::string why_late(TransferDeadlines::Verdict verdict, const TransferDeadlines& deadlines,
                     const Transfer& transfer) {
  const Job& job = transfer.job();
  if (verdict == TransferDeadlines::Verdict::timeout) {
    return fmt::format(
        "not done within {} (--timeout){}", human_time(job.timeout),
        deadlines.was_held() ? ", not counting the time that --limit-rate held it back" : "");
  }
  const std::string time = human_time(job.stall_timeout);
  if (deadlines.is_silent()) {
    return fmt::format("{} for {} (--stall-timeout)",
                       transfer.has_head() ? "nothing came" : "no answer", time);
  }
  return fmt::format("slower than {} for {} (--min-speed, --stall-timeout)",
                     human_byte_rate(job.min_speed), time);
}

}  // namespace

Worker::Worker(WorkerChannel channel, FileStore& store, const TlsBytes& tls)
    : channel_(std::move(channel)),
      store_(store),
      transports_(loop_, tls, connections_to_keep(channel_.slots())),
      pacer_(loop_, channel_, [this](Pacer::Id id) { resume(*static_cast<Transfer*>(id)); }) {
  loop_.watch(channel_.submitted_fd(), EPOLLIN,
              [this](std::uint32_t) { drain_eventfd(channel_.submitted_fd()); });
}

void Worker::run() {
  // From within the loop: who is ready has been through a turn of it, in the sandbox too.
  loop_.call_at(loop_.now(), [this] { beat(); });
  loop_.run([this] { after_batch(); });
}

void Worker::beat() {
  channel_.beat();
  for (const auto& [transfer, running] : running_) transfer->checkpoint_in_time(loop_.now());
  judge();
  loop_.call_at(loop_.now() + kBeatInterval, [this] { beat(); });
}

void Worker::after_batch() {
  transports_.collect([this](ResponseTaker& taker, const ExchangeEnd& end) {
    finish(static_cast<Transfer&>(taker), end);
  });
  if (channel_.stopping() == Stopping::cut) return leave();
  take_jobs();
  check_parts();
  pacer_.turn();
  transports_.limit_pieces(pacer_.largest_piece());
  if (const std::uint64_t bytes = publish_progress(); bytes > 0) channel_.add_bytes(bytes);
  channel_.wake_coordinator();
  if (running_.empty() && channel_.stopping() == Stopping::finish) loop_.stop();
}

/// Writes what counts first: if the disk is slow, SIGKILL comes in mid-way, and the next run can
/// use what is written by then.
void Worker::leave() {
  for (const auto& [transfer, running] : running_) transfer->leave_part_at_stop();
  channel_.wake_coordinator();
  for (const auto& [transfer, running] : running_) pacer_.forget(transfer);
  running_.clear();
  loop_.stop();
}

/// Returns the body bytes that came since the last call, of all that runs.
std::uint64_t Worker::publish_progress() {
  std::uint64_t bytes = 0;
  for (auto& [transfer, running] : running_) {
    const std::uint64_t more = transfer->take_new_bytes();
    bytes += more;
    running.progress.bytes += more;
    if (running.progress == running.published) continue;
    channel_.set_progress(running.use, running.progress,
                          transfer->bytes_to_come().value_or(kUnknownBytes));
    running.published = running.progress;
  }
  return bytes;
}

void Worker::take_jobs() {
  while (auto taken = channel_.take()) {
    Transfer::Supervisor& supervisor = *this;
    auto owned = std::make_unique<Transfer>(std::move(taken->job), store_, transports_, supervisor);
    Transfer& transfer = *owned;
    // Until its old part is checked, it waits for others that are checked first.
    running_.emplace(&transfer, Running{taken->use, std::move(owned), std::nullopt,
                                        JobProgress{.paused = true}, JobProgress{}});
    begin(transfer);
  }
}

void Worker::begin(Transfer& transfer) {
  switch (transfer.prepare()) {
    case Transfer::Ready::yes: return start(transfer);
    case Transfer::Ready::no: return checking_.push_back(&transfer);
    case Transfer::Ready::failed: return finish(transfer, {.cause = EndCause::stopped});
  }
}

void Worker::start(Transfer& transfer) {
  Running& running = running_.at(&transfer);
  if (is_to_be_given_up(running)) return give_up(transfer);
  running.progress.paused = false;
  const Job& job = transfer.job();
  if (!running.deadlines) {
    running.deadlines.emplace(
        TransferDeadlines::Limits{job.timeout, job.stall_timeout, job.min_speed}, loop_.now());
  }
  judge_in_time(running);
  transfer.start();
}

/// One slice a turn of the loop; one part after the other, so that the first transfer begins soon.
void Worker::check_parts() {
  if (checking_.empty()) return;
  Transfer& transfer = *checking_.front();
  const auto ready = transfer.prepare();
  if (ready != Transfer::Ready::no) checking_.pop_front();
  if (ready == Transfer::Ready::yes) start(transfer);
  if (ready == Transfer::Ready::failed) finish(transfer, {.cause = EndCause::stopped});
  if (!checking_.empty()) loop_.call_at(loop_.now(), [] {});  // the next turn comes immediately
}

// --- Under way ---

void Worker::on_request(Transfer& transfer) noexcept {
  Running& running = running_.at(&transfer);
  ++running.progress.requests;
  running.deadlines->request(loop_.now());
}

bool Worker::may_take(Transfer& transfer, std::size_t bytes, Transfer::HeldBy held_by) noexcept {
  Running& running = running_.at(&transfer);
  running.progress.paused = held_by == Transfer::HeldBy::limit && !pacer_.take(&transfer, bytes);
  if (!running.progress.paused) {
    running.deadlines->received(bytes);
    return true;
  }
  ++running.progress.holds;
  running.deadlines->hold(loop_.now());
  return false;
}

void Worker::resume(Transfer& transfer) {
  Running& running = running_.at(&transfer);
  running.deadlines->resume(loop_.now());
  judge_in_time(running);
  transfer.resume();
}

/// Ends transfers whose time is over.
void Worker::judge() {
  std::vector<std::pair<Transfer*, std::string>> late;
  std::vector<Transfer*> unwanted;
  if (judge_timer_) loop_.cancel(*judge_timer_);
  judge_timer_.reset();
  for (auto& [transfer, running] : running_) {
    if (!running.deadlines) continue;
    if (is_to_be_given_up(running)) {
      unwanted.push_back(transfer);
      continue;
    }
    const auto verdict = running.deadlines->judge(loop_.now());
    if (verdict != TransferDeadlines::Verdict::in_time) {
      late.emplace_back(transfer, why_late(verdict, *running.deadlines, *transfer));
    } else {
      judge_in_time(running);
    }
  }
  for (const auto& [transfer, text] : late) {
    finish(*transfer, {.cause = EndCause::timeout, .text = text});
  }
  for (Transfer* transfer : unwanted) give_up(*transfer);
}

/// At once, also where the coordinator has been stopped: others count the same time.
bool Worker::is_to_be_given_up(const Running& running) const {
  const auto stop_by = channel_.stop_by(running.use);
  return stop_by && boot_now() >= *stop_by;
}

/// Sees to it that judge() is called when the transfer is due, if that is before the next beat.
void Worker::judge_in_time(const Running& running) {
  auto due = running.deadlines->due();
  if (const auto stop_by = channel_.stop_by(running.use)) {
    const Instant end = loop_.now() + (*stop_by - boot_now());
    due = std::min(due.value_or(end), end);
  }
  if (!due || *due > loop_.now() + kBeatInterval) return;
  if (judge_timer_) {
    if (judge_timer_->first <= *due) return;
    loop_.cancel(*judge_timer_);
  }
  judge_timer_ = loop_.call_at(*due, [this] { judge(); });
}

// --- The end ---

void Worker::finish(Transfer& transfer, const ExchangeEnd& end) {
  auto outcome = transfer.finish(end);
  pacer_.forget(&transfer);
  if (!outcome) return start(transfer);
  report(transfer, std::move(*outcome));
}

void Worker::give_up(Transfer& transfer) {
  transfer.leave_part_at_stop();
  pacer_.forget(&transfer);
  report(transfer, GivenUp{});
}

void Worker::report(Transfer& transfer, Outcome outcome) {
  const auto it = running_.find(&transfer);
  Running running = std::move(it->second);
  running_.erase(it);
  const std::uint64_t more = running.transfer->take_new_bytes();
  channel_.add_bytes(more);
  const Timings timings = running.transfer->timings();
  // A part that is not wanted goes before its outcome is known: another worker may create it again.
  running.transfer.reset();
  crash_point("before_outcome");
  channel_.finish(running.use, {.outcome = std::move(outcome),
                                .requests = running.progress.requests,
                                .timings = timings,
                                .bytes = running.progress.bytes + more});
}

}  // namespace fanfetch
