#include "worker/worker.h"

#include <sys/epoll.h>

#include <chrono>

namespace fanfetch {
namespace {

/// The coordinator counts 30 of its own seconds without a beat before it takes us for hung.
constexpr auto kBeatInterval = std::chrono::seconds(1);

/// Idle connections kept for each transfer at once: hosts take turns in a mixed list.
constexpr std::size_t kConnectionsPerTransfer = 4;

}  // namespace

Worker::Worker(WorkerChannel channel, FileStore& store, std::string ca_file)
    : channel_(std::move(channel)),
      store_(store),
      handles_(std::move(ca_file)),
      most_at_once_(channel_.slots() / 2),
      multi_(loop_, static_cast<unsigned>(most_at_once_ * kConnectionsPerTransfer)) {
  loop_.watch(channel_.submitted_fd(), EPOLLIN,
              [this](std::uint32_t) { drain_eventfd(channel_.submitted_fd()); });
}

void Worker::run() {
  beat();
  loop_.run([this] { after_batch(); });
}

void Worker::beat() {
  channel_.beat();
  loop_.call_at(loop_.now() + kBeatInterval, [this] { beat(); });
}

void Worker::after_batch() {
  multi_.collect([this](CURL* easy, CURLcode code) { finish(easy, code); });
  take_jobs();
  std::uint64_t bytes = 0;
  for (const auto& [easy, running] : running_) bytes += running.transfer->take_new_bytes();
  if (bytes > 0) channel_.add_bytes(bytes);
  channel_.wake_coordinator();
  if (running_.empty() && channel_.stopping()) loop_.stop();
}

void Worker::take_jobs() {
  while (running_.size() < most_at_once_) {
    auto taken = channel_.take();
    if (!taken) break;
    auto transfer = std::make_unique<Transfer>(std::move(taken->job), handles_.take(), store_);
    CURL* easy = transfer->easy();
    running_.emplace(easy, Running{taken->use, std::move(transfer)});
    multi_.add(easy);
  }
}

void Worker::finish(CURL* easy, CURLcode code) {
  const auto it = running_.find(easy);
  Running running = std::move(it->second);
  running_.erase(it);
  const Outcome outcome = running.transfer->finish(code);
  channel_.add_bytes(running.transfer->take_new_bytes());
  multi_.remove(easy);
  handles_.give_back(running.transfer->release());
  channel_.finish(running.use, outcome);
}

}  // namespace fanfetch
