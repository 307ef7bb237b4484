#include "worker/worker.h"

#include <sys/epoll.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>

#include "common/crash_point.h"
#include "common/worker_start.h"

namespace fanfetch {
namespace {

/// The coordinator counts 30 of its own seconds without a beat before it takes us for hung.
constexpr auto kBeatInterval = std::chrono::seconds(1);

/// As far as descriptors allow: a transfer needs two.
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
      most_at_once_(channel_.slots() / 2),
      multi_(loop_, connections_to_keep(most_at_once_)),
      pacer_(loop_, channel_, [this](CURL* easy, CURLcode code, const std::string& why) {
        finish(easy, code, why);
      }) {
  loop_.watch(channel_.submitted_fd(), EPOLLIN,
              [this](std::uint32_t) { drain_eventfd(channel_.submitted_fd()); });
}

void Worker::run() {
  beat();
  loop_.run([this] { after_batch(); });
}

void Worker::beat() {
  channel_.beat();
  for (const auto& [easy, running] : running_) running.transfer->checkpoint_in_time(loop_.now());
  loop_.call_at(loop_.now() + kBeatInterval, [this] { beat(); });
}

void Worker::after_batch() {
  multi_.collect([this](CURL* easy, CURLcode code) { finish(easy, code); });
  if (channel_.stopping() == Stopping::cut) return leave();
  take_jobs();
  check_parts();
  if (pacer_.limits()) pacer_.turn();
  std::uint64_t bytes = 0;
  for (const auto& [easy, running] : running_) bytes += running.transfer->take_new_bytes();
  if (bytes > 0) channel_.add_bytes(bytes);
  channel_.wake_coordinator();
  if (running_.empty() && channel_.stopping() == Stopping::finish) loop_.stop();
}

/// First what counts: if the disk is slow, SIGKILL comes in mid-way, and what is written by then is
/// of use to the next run.
void Worker::leave() {
  for (const auto& [easy, running] : running_) running.transfer->leave_part_at_stop();
  channel_.wake_coordinator();
  for (const auto& [easy, running] : running_) {
    multi_.remove(easy);
    pacer_.forget(easy);
  }
  running_.clear();
  loop_.stop();
}

void Worker::take_jobs() {
  while (running_.size() < most_at_once_) {
    auto taken = channel_.take();
    if (!taken) break;
    auto transfer =
        std::make_unique<Transfer>(std::move(taken->job), handles_.take(), store_, hosts_);
    CURL* easy = transfer->easy();
    if (transfer->job().http2 == Http2::yes) multi_.share_connections();
    if (pacer_.limits()) {
      transfer->set_pace({.largest_piece = pacer_.largest_piece(),
                          .take = [this, easy](std::size_t n) { return pacer_.take(easy, n); }});
    }
    running_.emplace(easy, Running{taken->use, std::move(transfer)});
    begin(easy);
  }
}

void Worker::begin(CURL* easy) {
  switch (running_.at(easy).transfer->prepare()) {
    case Transfer::Ready::yes: return start(easy);
    case Transfer::Ready::no: return checking_.push_back(easy);
    case Transfer::Ready::failed: return finish(easy, CURLE_FAILED_INIT);
  }
}

void Worker::start(CURL* easy) {
  const Job& job = running_.at(easy).transfer->job();
  if (pacer_.limits()) pacer_.begin(easy, {job.timeout, job.stall_timeout, job.min_speed});
  multi_.add(easy);
}

/// One slice a turn of the loop; in turn, so that the first one gets onto its way soon.
void Worker::check_parts() {
  if (checking_.empty()) return;
  CURL* const easy = checking_.front();
  const auto ready = running_.at(easy).transfer->prepare();
  if (ready != Transfer::Ready::no) checking_.pop_front();
  if (ready == Transfer::Ready::yes) start(easy);
  if (ready == Transfer::Ready::failed) finish(easy, CURLE_FAILED_INIT);
  if (!checking_.empty()) loop_.call_at(loop_.now(), [] {});  // the next turn comes at once
}

void Worker::finish(CURL* easy, CURLcode code, const std::string& why) {
  const auto it = running_.find(easy);
  const auto outcome = it->second.transfer->finish(code, why);
  multi_.remove(easy);
  pacer_.forget(easy);
  if (!outcome) return start(easy);  // for the whole
  Running running = std::move(it->second);
  running_.erase(it);
  channel_.add_bytes(running.transfer->take_new_bytes());
  handles_.give_back(running.transfer->release());
  // A part that is not wanted goes before its outcome is known: another worker may make it anew.
  running.transfer.reset();
  crash_point("before_outcome");
  channel_.finish(running.use, *outcome);
}

}  // namespace fanfetch
