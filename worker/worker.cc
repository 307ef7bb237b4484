#include "worker/worker.h"

#include <sys/epoll.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "common/crash_point.h"
#include "common/worker_start.h"

namespace fanfetch {
namespace {

/// The coordinator takes us for hung after 30 of its own seconds without a beat.
constexpr auto kBeatInterval = std::chrono::seconds(1);

/// As many as descriptors allow: a transfer needs two.
unsigned connections_to_keep(std::size_t transfers) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  const std::size_t spare = files.rlim_cur > 3 * transfers ? files.rlim_cur - 3 * transfers : 0;
  return static_cast<unsigned>(std::max(transfers, std::min(transfers * kConnectionsPerTransfer,
                                                            spare / (CurlMultis::kMostOld + 1))));
}

}  // namespace

Worker::Worker(WorkerChannel channel, FileStore& store, TlsFiles tls_files)
    : channel_(std::move(channel)),
      store_(store),
      handles_(std::move(tls_files)),
      multi_(loop_, connections_to_keep(channel_.slots())),
      pacer_(loop_, channel_,
             {.resume = [this](Pacer::Id id) { resume(*static_cast<Transfer*>(id)); },
              .time_out =
                  [this](Pacer::Id id, const std::string& why) {
                    finish(*static_cast<Transfer*>(id), {.cause = EndCause::timeout, .text = why});
                  }}) {
  loop_.watch(channel_.submitted_fd(), EPOLLIN,
              [this](std::uint32_t) { drain_eventfd(channel_.submitted_fd()); });
}

void Worker::run() {
  beat();
  loop_.run([this] { after_batch(); });
}

void Worker::beat() {
  channel_.beat();
  for (const auto& [transfer, running] : running_) transfer->checkpoint_in_time(loop_.now());
  loop_.call_at(loop_.now() + kBeatInterval, [this] { beat(); });
}

void Worker::after_batch() {
  multi_.collect([this](void* owner, ExchangeEnd end) {
    finish(*static_cast<Transfer*>(owner), std::move(end));
  });
  if (channel_.stopping() == Stopping::cut) return leave();
  take_jobs();
  check_parts();
  if (pacer_.limits()) pacer_.turn();
  if (const std::uint64_t bytes = publish_progress(); bytes > 0) channel_.add_bytes(bytes);
  channel_.wake_coordinator();
  if (running_.empty() && channel_.stopping() == Stopping::finish) loop_.stop();
}

/// Writes what counts first: if the disk is slow, SIGKILL comes in mid-way, and the next run can
/// use what is written by then.
void Worker::leave() {
  for (const auto& [transfer, running] : running_) transfer->leave_part_at_stop();
  channel_.wake_coordinator();
  for (const auto& [transfer, running] : running_) {
    multi_.remove(transfer->easy());
    pacer_.forget(transfer);
  }
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
    channel_.set_progress(running.use, running.progress);
    running.published = running.progress;
  }
  return bytes;
}

void Worker::take_jobs() {
  while (auto taken = channel_.take()) {
    auto owned = std::make_unique<Transfer>(std::move(taken->job), handles_.take(), store_, hosts_);
    Transfer& transfer = *owned;
    if (transfer.job().http2 == Http2::yes) multi_.share_connections();
    if (pacer_.limits()) {
      transfer.set_pace(
          {.largest_piece = pacer_.largest_piece(),
           .take = [this, &transfer](std::size_t n) { return may_take(transfer, n); }});
    }
    // Until its old part is checked, it waits for others that are checked first.
    running_.emplace(&transfer, Running{taken->use, std::move(owned), JobProgress{.paused = true},
                                        JobProgress{}});
    begin(transfer);
  }
}

bool Worker::may_take(Transfer& transfer, std::size_t bytes) {
  JobProgress& progress = running_.at(&transfer).progress;
  progress.paused = !pacer_.take(&transfer, bytes);
  if (progress.paused) ++progress.holds;
  return !progress.paused;
}

void Worker::begin(Transfer& transfer) {
  switch (transfer.prepare()) {
    case Transfer::Ready::yes: return start(transfer);
    case Transfer::Ready::no: return checking_.push_back(&transfer);
    case Transfer::Ready::failed: return finish(transfer, {.cause = EndCause::stopped});
  }
}

void Worker::start(Transfer& transfer) {
  JobProgress& progress = running_.at(&transfer).progress;
  ++progress.requests;
  progress.paused = false;
  const Job& job = transfer.job();
  if (pacer_.limits()) pacer_.begin(&transfer, {job.timeout, job.stall_timeout, job.min_speed});
  multi_.add(transfer.easy());
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

void Worker::resume(Transfer& transfer) {
  if (auto end = transfer.easy().resume()) finish(transfer, std::move(*end));
}

void Worker::finish(Transfer& transfer, ExchangeEnd end) {
  auto outcome = transfer.finish(std::move(end));
  multi_.remove(transfer.easy());
  pacer_.forget(&transfer);
  if (!outcome) return start(transfer);  // for the whole
  const auto it = running_.find(&transfer);
  Running running = std::move(it->second);
  running_.erase(it);
  channel_.add_bytes(running.transfer->take_new_bytes());
  handles_.give_back(running.transfer->release());
  // A part that is not wanted goes before its outcome is known: another worker may create it again.
  running.transfer.reset();
  crash_point("before_outcome");
  channel_.finish(running.use, std::move(*outcome), running.progress.requests);
}

}  // namespace fanfetch
