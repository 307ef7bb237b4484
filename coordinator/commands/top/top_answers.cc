#include "coordinator/commands/top/top_answers.h"

#include <algorithm>

#include "common/utf8.h"
#include "coordinator/control/fleet_json.h"
#include "coordinator/control/json_members.h"

namespace fanfetch {
namespace {

using Json = rapidjson::Value;
using std::chrono::milliseconds;

constexpr std::size_t kMostBytes = 1000;  // of a text: wider than any terminal

std::string in_ascii(std::string_view text) {
  std::string ascii;
  while (!text.empty()) {
    const Utf8Character character = decode_utf8(text);
    const bool is_plain = character.valid && character.code >= 0x20 && character.code < 0x7f;
    ascii += is_plain ? static_cast<char>(character.code) : '?';
    text.remove_prefix(character.bytes);
  }
  return ascii;
}

std::string text(const Json& object, const char* key) {
  const Json* value = member_of(object, key);
  if (value == nullptr || !value->IsString()) return "";
  return in_ascii(
      std::string_view(value->GetString(), value->GetStringLength()).substr(0, kMostBytes));
}

std::uint64_t number(const Json& object, const char* key) {
  return number_if_any(object, key).value_or(0);
}

double real(const Json& object, const char* key) {
  const Json* value = member_of(object, key);
  return value != nullptr && value->IsNumber() ? value->GetDouble() : 0;
}

std::optional<milliseconds> time_if_any(const Json& object, const char* key) {
  constexpr std::uint64_t kMost = 1'000'000'000'000'000;  // 30,000 years; times are added up
  const auto value = number_if_any(object, key);
  if (!value) return std::nullopt;
  return milliseconds(std::min(*value, kMost));
}

/// Error: it is no answer, or says that nothing was done, and why.
Result<> parse(rapidjson::Document& document, std::string_view line) {
  document.Parse<rapidjson::kParseIterativeFlag>(line.data(), line.size());
  if (document.HasParseError() || !document.IsObject()) {
    return fail("what the run says is not understood");
  }
  const Json* ok = member_of(document, "ok");
  if (ok != nullptr && ok->IsTrue()) return {};
  const std::string why = text(document, "message");
  return fail("the run says: {}", why.empty() ? "no" : why);
}

template <class Row>
Result<std::vector<Row>> read_list(std::string_view line, const char* key,
                                   Row (*read)(const Json&)) {
  rapidjson::Document document;
  if (auto parsed = parse(document, line); !parsed) return tl::unexpected(parsed.error());
  std::vector<Row> rows;
  const Json* list = member_of(document, key);
  if (list == nullptr || !list->IsArray()) return rows;
  for (const Json& one : list->GetArray()) {
    if (one.IsObject()) rows.push_back(read(one));
  }
  return rows;
}

TopHost read_host(const Json& one) {
  return {.host = text(one, "host"),
          .in_flight = number(one, "in_flight"),
          .limit = number(one, "limit"),
          .waiting = number(one, "waiting"),
          .done = number(one, "done"),
          .failed = number(one, "failed"),
          .bytes = number(one, "bytes"),
          .state = text(one, "state"),
          .paused_for = time_if_any(one, "paused_ms")};
}

TopWorker read_worker(const Json& one) {
  return {.number = number(one, "worker"),
          .pid = number(one, "pid"),
          .in_flight = number(one, "in_flight"),
          .limit = number(one, "limit"),
          .done = number(one, "done"),
          .bytes = number(one, "bytes"),
          .state = text(one, "state")};
}

TopFailure read_failure(const Json& one) {
  return {.error = text(one, "error"),
          .host = text(one, "host"),
          .url = text(one, "url"),
          .message = text(one, "message"),
          .http_status = number_if_any(one, "http_status")};
}

}  // namespace

Result<TopStatus> read_top_status(std::string_view line) {
  rapidjson::Document document;
  if (auto parsed = parse(document, line); !parsed) return tl::unexpected(parsed.error());
  return TopStatus{
      .run = number(document, "run"),
      .pid = number(document, "pid"),
      .started_at = text(document, "started_at"),
      .state = text(document, "state"),
      .paused_for = time_if_any(document, "paused_ms"),
      .rate = text(document, "limit_rate_holds"),
      .saved = number(document, "saved"),
      .kept = number(document, "kept"),
      .skipped = number(document, "skipped"),
      .failed = number(document, "failed"),
      .saved_bytes = number(document, "saved_bytes"),
      .received_bytes = number(document, "received_bytes"),
      .links_per_second = real(document, "links_per_second"),
      .bytes_per_second = real(document, "bytes_per_second"),
      .total = number_if_any(document, "total"),
      .total_bytes = number_if_any(document, "total_bytes"),
      .time_left = time_if_any(document, "time_left_ms"),
      .in_flight = number(document, "in_flight"),
      .held = number(document, "held"),
      .hosts_waiting = number(document, "hosts_waiting"),
      .longest_wait = time_if_any(document, "longest_wait_ms").value_or(milliseconds(0)),
      .fleet = read_seen_fleet(line)};
}

Result<std::vector<TopHost>> read_top_hosts(std::string_view line) {
  return read_list<TopHost>(line, "hosts", &read_host);
}

Result<std::vector<TopWorker>> read_top_workers(std::string_view line) {
  return read_list<TopWorker>(line, "workers", &read_worker);
}

Result<std::vector<TopFailure>> read_top_failures(std::string_view line) {
  return read_list<TopFailure>(line, "failures", &read_failure);
}

}  // namespace fanfetch
