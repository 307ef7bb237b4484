#include "coordinator/settle/ledger_thread.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "common/event_loop.h"

namespace fanfetch {

LedgerThread::LedgerThread(BatchSettler settler, std::function<void()> on_idle)
    : settler_(std::move(settler)), on_idle_(std::move(on_idle)), progress_(make_eventfd()) {
  batch_.reserve(BatchPolicy::kFull);
  thread_ = std::thread([this] { run(); });
}

LedgerThread::~LedgerThread() { finish(); }

void LedgerThread::settle(Settled settled) {
  backlog_.fetch_add(1, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  if (batch_.empty()) batch_since_ = std::chrono::steady_clock::now();
  batch_.push_back(std::move(settled));
  if (BatchPolicy::wakes(batch_.size())) arrived_.notify_one();
}

void LedgerThread::settle_early() {
  const std::lock_guard lock(mutex_);
  if (batch_.empty() || std::exchange(closes_early_, true)) return;
  arrived_.notify_one();
}

void LedgerThread::post(std::function<void()> task, std::size_t weight) {
  backlog_.fetch_add(weight, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  tasks_.push_back({std::move(task), weight});
  arrived_.notify_one();
}

std::optional<std::string> LedgerThread::output_error() const {
  const std::lock_guard lock(mutex_);
  return output_error_;
}

void LedgerThread::note_output_error(std::optional<std::string> error) {
  const std::lock_guard lock(mutex_);
  if (!output_error_) output_error_ = std::move(error);
}

void LedgerThread::settle_rest() {
  const std::lock_guard lock(mutex_);
  no_more_links_ = true;
  arrived_.notify_one();
}

void LedgerThread::close() {
  const std::lock_guard lock(mutex_);
  no_more_links_ = closed_ = true;
  arrived_.notify_one();
}

void LedgerThread::finish() {
  close();
  if (thread_.joinable()) thread_.join();
}

/// Waits for a task, for the open batch to be due, or for the end.
void LedgerThread::wait_for_work(Work& work) {
  std::unique_lock lock(mutex_);
  for (;;) {
    std::optional<Instant> due;  // of the open batch
    if (!batch_.empty()) due = policy_.close_at(batch_since_, batch_.size());
    if (due && closes_early_) due = std::min(*due, policy_.close_early_at());
    const bool is_due = due && (no_more_links_ || std::chrono::steady_clock::now() >= *due);
    if (is_due) {
      work.batch.swap(batch_);
      closes_early_ = false;
    }
    if (is_due || closed_ || !tasks_.empty()) break;
    if (due) {
      arrived_.wait_until(lock, *due);
    } else {
      arrived_.wait(lock);
    }
  }
  work.tasks.swap(tasks_);
  work.ending = closed_;
}

void LedgerThread::settle_batch(std::vector<Settled>& batch) {
  const bool is_usual = batch.size() <= BatchPolicy::kFull;
  const Instant began = std::chrono::steady_clock::now();
  const Duration synced = settler_.settle(batch);
  const Instant now = std::chrono::steady_clock::now();
  policy_.note_sync(synced, now);
  policy_.note_batch(now - began, now);
  note_output_error(settler_.output_error());
  // The disk has caught up: what came while it was slow needs no memory any more.
  if (is_usual && batch.capacity() > 4 * BatchPolicy::kFull) {
    batch = {};
    batch.reserve(BatchPolicy::kFull);
  }
}

void LedgerThread::run() {
  try {
    do_all_work();
    note_output_error(settler_.output_error());
  } catch (const std::exception& error) {  // a lack of memory, say
    note_output_error(fmt::format("what is done cannot be written down: {}", error.what()));
  }
  finished_ = true;
  post_eventfd(progress_.get());
}

void LedgerThread::do_all_work() {
  Work work;  // its memory goes to and fro between the two threads
  work.batch.reserve(BatchPolicy::kFull);
  while (!work.ending) {
    wait_for_work(work);
    std::size_t done = work.batch.size();
    for (const Task& task : work.tasks) {
      task.run();
      moves_.fetch_add(1, std::memory_order_relaxed);
      done += task.weight;
    }
    work.tasks.clear();
    if (!work.batch.empty()) settle_batch(work.batch);
    moves_.fetch_add(1, std::memory_order_relaxed);
    if (done == 0) continue;
    on_idle_();
    backlog_.fetch_sub(done, std::memory_order_relaxed);
    post_eventfd(progress_.get());
  }
  settler_.finish();
}

}  // namespace fanfetch
