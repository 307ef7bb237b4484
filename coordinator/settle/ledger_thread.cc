#include "coordinator/settle/ledger_thread.h"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "common/event_loop.h"

namespace fanfetch {

LedgerThread::LedgerThread(BatchSettler settler, std::function<void()> on_idle)
    : settler_(std::move(settler)),
      on_idle_(std::move(on_idle)),
      progress_(make_eventfd()),
      thread_([this] { run(); }) {}

LedgerThread::~LedgerThread() { finish(); }

void LedgerThread::settle(Settled settled) { push(std::move(settled), 1); }
void LedgerThread::post(std::function<void()> task, std::size_t weight) {
  push(Task{std::move(task), weight}, weight);
}

void LedgerThread::push(Work work, std::size_t weight) {
  backlog_.fetch_add(weight, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  has_task_ = has_task_ || std::holds_alternative<Task>(work);
  inbox_.push_back(std::move(work));
  if (has_what_it_awaits()) arrived_.notify_one();
}

std::optional<std::string> LedgerThread::output_error() const {
  const std::lock_guard lock(mutex_);
  return output_error_;
}

void LedgerThread::note_output_error(std::optional<std::string> error) {
  const std::lock_guard lock(mutex_);
  if (!output_error_) output_error_ = std::move(error);
}

void LedgerThread::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  arrived_.notify_one();
}

void LedgerThread::finish() {
  close();
  if (thread_.joinable()) thread_.join();
}

/// Waits for a task, for the open batch to be full or due, or for the end; `work` becomes what has
/// come. A wake-up for each link would cost more than to settle it.
void LedgerThread::wait_for_work(std::vector<Work>& work, bool& ending) {
  std::unique_lock lock(mutex_);
  const auto awaited = [this] { return has_what_it_awaits(); };
  awaited_ = BatchPolicy::awaited(batch_.size());
  if (batch_.empty()) {
    arrived_.wait(lock, awaited);
  } else {
    arrived_.wait_until(lock, policy_.close_at(batch_since_, batch_.size()), awaited);
  }
  has_task_ = false;
  ending = closed_;
  work.clear();
  work.swap(inbox_);
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
  std::vector<Work> work;  // swapped with the inbox
  for (bool ending = false; !ending;) {
    wait_for_work(work, ending);
    std::size_t done = 0;
    for (Work& one : work) {
      if (auto* settled = std::get_if<Settled>(&one)) {
        if (batch_.empty()) batch_since_ = std::chrono::steady_clock::now();
        batch_.push_back(std::move(*settled));
      } else {
        const Task& task = std::get<Task>(one);
        task.run();
        done += task.weight;
      }
    }
    if (!batch_.empty() && (ending || batch_is_due())) {
      done += batch_.size();
      close_batch();
    }
    if (done == 0) continue;
    on_idle_();
    backlog_.fetch_sub(done, std::memory_order_relaxed);
    post_eventfd(progress_.get());
  }
  settler_.finish();
}

bool LedgerThread::batch_is_due() const {
  return std::chrono::steady_clock::now() >= policy_.close_at(batch_since_, batch_.size());
}

void LedgerThread::close_batch() {
  const Duration took = settler_.settle(std::exchange(batch_, {}));
  policy_.note_sync(took, std::chrono::steady_clock::now());
  note_output_error(settler_.output_error());
}

}  // namespace fanfetch
