#include "coordinator/reading/plan_records.h"

#include <fmt/format.h>

#include <utility>

namespace fanfetch {
namespace {

/// The record of an earlier run, of which nothing has happened in this one.
Record without_work(Record record) {
  record.attempts = 0;
  record.started_at.reset();
  record.times = {};
  record.requests = 0;
  return record;
}

/// The record of an earlier run, for a line of this run's list.
Record recalled(const Link& link, Record record) {
  record = without_work(std::move(record));
  record.index = link.index;
  record.url = link.listed;
  if (link.columns) record.columns = link.columns;
  return record;
}

}  // namespace

Record skipped(Record record, ErrorClass reason, std::string message) {
  record.status = Status::skipped;
  record.error = reason;
  record.message = std::move(message);
  return record;
}

Record duplicate(const Link& link, std::uint64_t first) {
  Record record{.index = link.index, .url = link.listed, .duplicate_of = first};
  record.columns = link.columns;
  return skipped(std::move(record), ErrorClass::duplicate,
                 fmt::format("the same link as number {} of the list", first));
}

Record without_request(Record record, const ListedItem& item) {
  if (item.problem_class == ErrorClass::filtered || item.problem_class == ErrorClass::no_link) {
    return skipped(std::move(record), item.problem_class, item.problem);
  }
  // No row: the next run has the source look again.
  record.status = Status::failed;
  record.error = item.problem_class;
  record.retryable = true;
  record.message = item.problem;
  return record;
}

Record left_out(Record record, const LinkFilter& filter) {
  record = without_work(std::move(record));
  const auto url = parse_url(record.url.value_or(""));
  if (auto why = url ? filter.why_dropped(*url) : std::nullopt) {
    return skipped(std::move(record), ErrorClass::filtered, std::move(*why));
  }
  record.stood = record.left_out = true;
  return record;
}

Record kept(const Link& link, Record record, bool named_otherwise) {
  record = recalled(link, std::move(record));
  record.status = Status::kept;
  record.named_otherwise = named_otherwise;
  return record;
}

Record still_failed(const Link& link, Record record) {
  record = recalled(link, std::move(record));
  record.stood = true;
  record.message =
      fmt::format("failed in an earlier run, and is not tried again without --retry-failed {}: {}",
                  record.error ? name(*record.error) : "all", record.message.value_or(""));
  return record;
}

}  // namespace fanfetch
