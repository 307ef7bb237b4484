#include "coordinator/link/finished_link.h"

namespace fanfetch {
namespace {

/// nullopt for an empty text.
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

struct AddOutcome {
  const FinishedLink& finished;
  Record& record;

  void operator()(const Saved& saved) const {
    add_response(record, saved.response);
    record.status = Status::saved;
    record.bytes = saved.bytes;
    if (saved.sha256) record.sha256 = to_hex(*saved.sha256);
    record.message = if_sent(saved.note);
  }
  /// The file is from an earlier run, and so are its size, hash and validators.
  void operator()(const Kept&) const {
    Record kept = finished.link.earlier->record;
    kept.index = record.index;
    kept.url = record.url;
    kept.status = Status::kept;
    kept.attempts = record.attempts;
    kept.started_at = record.started_at;
    kept.times = record.times;
    kept.requests = record.requests;
    if (record.columns) kept.columns = std::move(record.columns);
    record = std::move(kept);
  }
  void operator()(const Failed& failed) const {
    add_response(record, failed.response);
    record.status = Status::failed;
    record.error = failed.error;
    record.retryable = failed.retry == Retry::yes;
    record.stood = finished.link.failed_before;
    record.message = failed.message;
    add_earlier_file();
    record.refused_address = failed.refused_address;
  }
  void operator()(const Skipped& skipped) const {
    add_response(record, skipped.response);
    record.status = Status::skipped;
    record.error = skipped.reason;
    record.message = skipped.message;
    add_earlier_file();
  }
  void operator()(const Redirected&) const {}  // never settles: it became a new job

 private:
  void add_earlier_file() const {
    if (!finished.link.earlier) return;
    *record.message += "; the file of the earlier run stays: " + finished.link.name;
  }
};

}  // namespace

Record record_of(const FinishedLink& finished) {
  Record record;
  record.index = finished.link.index;
  record.url = finished.link.listed;
  record.attempts = finished.attempts;
  record.columns = finished.link.columns;
  record.times.waited = finished.waited;
  record.requests = finished.requests;
  if (finished.attempts > 0) {
    record.final_url = if_sent(finished.final_url);
    record.started_at = finished.started_at;
    record.times.duration = finished.duration;
    record.times.dns = finished.dns;
    record.times.connect = finished.timings.connect;
    record.times.tls = finished.timings.tls;
    record.times.first_byte = finished.timings.first_byte;
  }
  std::visit(AddOutcome{finished, record}, finished.outcome);
  return record;
}

}  // namespace fanfetch
