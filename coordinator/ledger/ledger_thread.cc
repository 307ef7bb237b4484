#include "coordinator/ledger/ledger_thread.h"

#include <utility>

#include "common/event_loop.h"

namespace fanfetch {
namespace {

std::optional<std::string> if_sent(const std::string& value) {
  if (value.empty()) return std::nullopt;
  return value;
}

void add_response(Record& record, const Response& response) {
  if (response.http_status != 0) record.http_status = response.http_status;
  record.content_type = if_sent(response.content_type);
  record.etag = if_sent(response.etag);
  record.last_modified = if_sent(response.last_modified);
}

void add_failure(Record& record, const Failed& failed) {
  record.status = Status::failed;
  record.error = failed.error;
  record.retryable = failed.retry == Retry::yes;
  record.message = failed.message;
  record.refused_address = failed.refused_address;
}

Record base_record(const Settlement& settlement) {
  Record record;
  record.index = settlement.link.index;
  record.url = settlement.link.listed;
  record.attempts = settlement.attempts;
  if (settlement.attempts > 0) {
    record.final_url = if_sent(settlement.final_url);
    record.started_at = settlement.started_at;
    record.duration = settlement.duration;
  }
  return record;
}

}  // namespace

LedgerThread::LedgerThread(Placer placer, LedgerHooks hooks)
    : placer_(placer),
      hooks_(std::move(hooks)),
      progress_(make_eventfd()),
      thread_([this] { run(); }) {}

LedgerThread::~LedgerThread() { finish(); }

void LedgerThread::settle(Settlement settlement) { push(std::move(settlement)); }
void LedgerThread::record(Record record) { push(std::move(record)); }
void LedgerThread::post(std::function<void()> task) { push(std::move(task)); }

void LedgerThread::push(Work work) {
  backlog_.fetch_add(1, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  inbox_.push_back(std::move(work));
  if (inbox_.size() == 1) arrived_.notify_one();
}

std::optional<std::string> LedgerThread::output_error() const {
  const std::lock_guard lock(mutex_);
  return output_error_;
}

void LedgerThread::note_output_error(const std::string& message) {
  const std::lock_guard lock(mutex_);
  if (!output_error_) output_error_ = message;
}

void LedgerThread::finish() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    arrived_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void LedgerThread::run() {
  for (;;) {
    std::vector<Work> batch;
    {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [this] { return !inbox_.empty() || closed_; });
      if (inbox_.empty()) return;
      batch.swap(inbox_);
    }
    for (auto& work : batch) {
      if (auto* settlement = std::get_if<Settlement>(&work)) {
        handle(*settlement);
      } else if (auto* record = std::get_if<Record>(&work)) {
        hooks_.on_record(*record);
      } else {
        std::get<std::function<void()>>(work)();
      }
    }
    hooks_.on_idle();
    backlog_.fetch_sub(batch.size(), std::memory_order_relaxed);
    post_eventfd(progress_.get());
  }
}

void LedgerThread::handle(Settlement& settlement) {
  Record record = base_record(settlement);
  if (const auto* failed = std::get_if<Failed>(&settlement.outcome)) {
    add_response(record, failed->response);
    add_failure(record, *failed);
    if (settlement.attempts > 0) placer_.discard(to_hex(settlement.link.hash));
    hooks_.on_record(record);
    return;
  }
  if (const auto* kept = std::get_if<Kept>(&settlement.outcome)) {
    add_response(record, kept->response);
    record.status = Status::kept;
    hooks_.on_record(record);
    return;
  }
  const auto& saved = std::get<Saved>(settlement.outcome);
  const Link& link = settlement.link;
  add_response(record, saved.response);
  auto placed = placer_.place(
      to_hex(link.hash), link.name,
      [&](const std::string& name, unsigned n) { return hooks_.other_name(link, name, n); });
  if (placed) {
    record.status = Status::saved;
    record.file_name = std::move(*placed);
    record.bytes = saved.bytes;
    if (saved.sha256) record.sha256 = to_hex(*saved.sha256);
    if (!saved.length_verified) {
      record.message = "the server gave no length: the file ends where the connection did";
    }
  } else {
    if (placed.error().reach == Placer::PlaceError::Reach::output) {
      note_output_error(placed.error().message);
    }
    add_failure(record, {.error = ErrorClass::disk, .message = placed.error().message});
  }
  hooks_.on_record(record);
}

}  // namespace fanfetch
