#include "coordinator/fleet/result_entry.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <limits>

#include "common/ascii.h"
#include "common/job.h"
#include "coordinator/fleet/link_entry.h"

namespace fanfetch {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMostNodeBytes = 64;
constexpr std::size_t kMostTextBytes = 4096;
constexpr std::int64_t kYear2200 = 7'258'118'400'000;  // in milliseconds
constexpr std::int64_t kLongestTime = std::int64_t{1} << 40;
constexpr int kMostAttempts = 1'000'000;
constexpr std::uint64_t kMostRequests = std::uint64_t{1} << 32;
constexpr std::uint64_t kLastIndex = std::numeric_limits<std::int64_t>::max();

struct TextField {
  std::string_view name;
  std::optional<std::string> Record::*value;
  std::size_t most;
};
constexpr TextField kTexts[] = {
    {"u", &Record::url, kMostFieldBytes},          {"n", &Record::file_name, kMostSafeNameBytes},
    {"ct", &Record::content_type, kMostTextBytes}, {"fu", &Record::final_url, kMaxUrlBytes},
    {"et", &Record::etag, kMostTextBytes},         {"lm", &Record::last_modified, kMostTextBytes},
    {"m", &Record::message, kMostTextBytes},
};

struct TimeField {
  std::string_view name;
  RecordTimes::Time RecordTimes::*value;
};
constexpr TimeField kTimes[] = {
    {"td", &RecordTimes::duration}, {"tw", &RecordTimes::waited}, {"tn", &RecordTimes::dns},
    {"tc", &RecordTimes::connect},  {"tt", &RecordTimes::tls},    {"tf", &RecordTimes::first_byte},
};

constexpr Status kStatuses[] = {Status::saved, Status::kept, Status::skipped, Status::failed};

std::optional<LinkId> id_from_hex(std::string_view text) {
  // Digits of a digest, of which an identity is the beginning.
  const auto digest = digest_from_hex(std::string(text) + std::string(text));
  if (!digest) return std::nullopt;
  return link_id(*digest);
}

void read_status(FieldReader& in, Record& record) {
  const std::string_view status = in.needed_text("st", kMostNodeBytes);
  const auto* const found =
      std::ranges::find(kStatuses, status, [](Status one) { return name(one); });
  if (found == std::end(kStatuses)) {
    in.refuse("st");
    return;
  }
  record.status = *found;
  if (const std::string_view error = in.text("x", kMostNodeBytes); !error.empty()) {
    record.error = error_class(error);
    if (!record.error) in.refuse("x");
  }
  const bool has_file = record.status == Status::saved || record.status == Status::kept;
  if (has_file && !record.file_name) in.refuse("n");
  if (record.file_name && !is_safe_name(*record.file_name)) in.refuse("n");
  if (has_file == record.error.has_value()) in.refuse("x");
}

}  // namespace

bool is_node_name(std::string_view text) {
  return !text.empty() && text.size() <= kMostNodeBytes && text.front() != '.' &&
         std::ranges::all_of(
             text, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

FleetFields encode(const ResultEntry& entry) {
  assert(is_node_name(entry.node));
  const Record& record = entry.record;
  FieldWriter out;
  out.text("id", to_hex(entry.id));
  out.text("node", entry.node);
  out.number("i", std::optional(record.index));
  out.text("st", name(record.status));
  if (record.error) out.text("x", name(*record.error));
  for (const TextField& field : kTexts) {
    const auto& value = record.*field.value;
    if (value) out.text(field.name, std::string_view(*value).substr(0, field.most));
  }
  out.text("ra", std::string_view(record.refused_address).substr(0, kMostTextBytes));
  if (record.bytes) out.number("b", std::optional(std::min(*record.bytes, kMaxReportedBytes)));
  if (record.sha256) out.text("h", to_hex(*record.sha256));
  if (record.http_status >= 100 && record.http_status <= 999) out.number("c", record.http_status);
  out.number("a", std::optional(std::clamp(record.attempts, 0, kMostAttempts)));
  if (record.retryable) out.number("rt", std::optional(*record.retryable ? 1 : 0));
  out.number("d", record.duplicate_of);
  if (record.requests) out.number("rq", std::optional(std::min(*record.requests, kMostRequests)));
  if (record.started_at) {
    const auto time = std::chrono::floor<milliseconds>(record.started_at->time_since_epoch());
    out.number("at", std::optional(std::clamp<std::int64_t>(time.count(), 0, kYear2200)));
  }
  for (const TimeField& field : kTimes) {
    const auto& time = record.times.*field.value;
    if (!time) continue;
    out.number(field.name, std::optional(std::clamp<std::int64_t>(time->count(), 0, kLongestTime)));
  }
  return std::move(out).finish();
}

bool has_file(const FleetFields& result) {
  return std::ranges::any_of(result, [](const auto& field) {
    return field.first == "st" &&
           (field.second == name(Status::saved) || field.second == name(Status::kept));
  });
}

Result<ResultEntry> decode_result(const FleetFields& fields) {
  FieldReader in(fields, "a result");
  ResultEntry entry;
  Record& record = entry.record;
  const auto id = id_from_hex(in.needed_text("id", 2 * sizeof(LinkId)));
  if (!id) in.refuse("id");
  entry.id = id.value_or(LinkId{});
  entry.node = in.needed_text("node", kMostNodeBytes);
  if (!is_node_name(entry.node)) in.refuse("node");
  record.index = in.number<std::uint64_t>("i", 1, kLastIndex).value_or(0);
  if (record.index == 0) in.refuse("i");
  for (const TextField& field : kTexts) {
    const std::string_view value = in.text(field.name, field.most);
    if (!value.empty()) record.*field.value = std::string(value);
  }
  read_status(in, record);
  record.refused_address = in.text("ra", kMostTextBytes);
  record.bytes = in.number<std::uint64_t>("b", 0, kMaxReportedBytes);
  if (const std::string_view hash = in.text("h", 2 * sizeof(Sha256Digest)); !hash.empty()) {
    record.sha256 = digest_from_hex(hash);
    if (!record.sha256) in.refuse("h");
  }
  record.http_status = in.number<int>("c", 100, 999);
  record.attempts = in.number<int>("a", 0, kMostAttempts).value_or(0);
  if (const auto retryable = in.number<int>("rt", 0, 1)) record.retryable = *retryable == 1;
  record.duplicate_of = in.number<std::uint64_t>("d", 1, kLastIndex);
  record.requests = in.number<std::uint64_t>("rq", 0, kMostRequests);
  if (const auto time = in.number<std::int64_t>("at", 0, kYear2200)) {
    record.started_at = WallTime(milliseconds(*time));
  }
  for (const TimeField& field : kTimes) {
    const auto time = in.number<std::int64_t>(field.name, 0, kLongestTime);
    if (time) record.times.*field.value = milliseconds(*time);
  }
  if (in.error()) return tl::unexpected(*in.error());
  return entry;
}

}  // namespace fanfetch
