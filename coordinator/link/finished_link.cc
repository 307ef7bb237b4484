#include "coordinator/link/finished_link.h"

#include <utility>

namespace fanfetch {
namespace {

/// nullopt for an empty text.
std::optional<std::string> if_sent(std::string&& value) {
  if (value.empty()) return std::nullopt;
  return std::move(value);
}

void add_response(Record& record, Response&& response) {
  if (response.http_status != 0) record.http_status = response.http_status;
  record.content_type = if_sent(std::move(response.content_type));
  record.etag = if_sent(std::move(response.etag));
  record.last_modified = if_sent(std::move(response.last_modified));
}

struct AddOutcome {
  const Link& link;
  Record& record;

  void operator()(Saved&& saved) const {
    add_response(record, std::move(saved.response));
    record.status = Status::saved;
    record.bytes = saved.bytes;
    record.sha256 = saved.sha256;
    record.message = if_sent(std::move(saved.note));
  }
  /// The file is from an earlier run, and so are its size, hash and validators.
  void operator()(Kept&&) const {
    Record kept = link.earlier->record;
    kept.index = record.index;
    kept.url = std::move(record.url);
    kept.status = Status::kept;
    kept.attempts = record.attempts;
    kept.started_at = record.started_at;
    kept.times = record.times;
    kept.requests = record.requests;
    if (record.columns) kept.columns = std::move(record.columns);
    record = std::move(kept);
  }
  void operator()(Failed&& failed) const {
    add_response(record, std::move(failed.response));
    record.status = Status::failed;
    record.error = failed.error;
    record.retryable = failed.retry == Retry::yes;
    record.stood = link.failed_before;
    record.message = std::move(failed.message);
    add_earlier_file();
    record.refused_address = std::move(failed.refused_address);
  }
  void operator()(Skipped&& skipped) const {
    add_response(record, std::move(skipped.response));
    record.status = Status::skipped;
    record.error = skipped.reason;
    record.message = std::move(skipped.message);
    add_earlier_file();
  }
  // Neither settles: it became a new job.
  void operator()(Redirected&&) const {}
  void operator()(GivenUp&&) const {}

 private:
  void add_earlier_file() const {
    if (!link.earlier) return;
    *record.message += "; the file of the earlier run stays: " + link.name;
  }
};

}  // namespace

Record record_of(FinishedLink&& finished) {
  Record record;
  record.index = finished.link.index;
  record.url = std::move(finished.link.listed);
  record.attempts = finished.attempts;
  record.columns = finished.link.columns;
  record.times.waited = finished.waited;
  record.requests = finished.requests;
  record.handed_over = finished.handed_over;
  if (finished.attempts > 0) {
    record.final_url = if_sent(std::move(finished.final_url));
    record.started_at = finished.started_at;
    record.times.duration = finished.duration;
    record.times.dns = finished.dns;
    record.times.connect = finished.timings.connect;
    record.times.tls = finished.timings.tls;
    record.times.first_byte = finished.timings.first_byte;
  }
  std::visit(AddOutcome{finished.link, record}, std::move(finished.outcome));
  return record;
}

}  // namespace fanfetch
