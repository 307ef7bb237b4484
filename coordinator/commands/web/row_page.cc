#include "coordinator/commands/web/row_page.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "coordinator/ledger/schema.h"
#include "coordinator/report/json_text.h"

namespace fanfetch {
namespace {

/// Rows of a query: a read transaction lasts some milliseconds, and holds no writer up.
constexpr std::int64_t kStep = 5000;
/// Where the next kStep rows below `row` begin; no row if there are none. Numbers may have gaps of
/// any size.
constexpr const char* kFirstOfStep =
    "SELECT min(row) FROM (SELECT row FROM links WHERE row>=1 AND row<? ORDER BY row DESC LIMIT ?)";
constexpr const char* kRows =
    "SELECT row, url, status, file_name, bytes, http_status, content_type, attempts, error, "
    "message, started_at, duration_ms, node FROM links "
    "WHERE row>=? AND row<? AND (?3 IS NULL OR status=?3) ORDER BY row DESC";

struct Row {
  std::int64_t number = 0;
  Record record;
};

Row read_row(Statement& from) {
  Row row{.number = from.number()};
  Record& record = row.record;
  record.url = from.text();
  record.status = from.text() == name(Status::saved) ? Status::saved : Status::failed;
  record.file_name = from.optional_text();
  if (const auto bytes = from.optional_number()) record.bytes = static_cast<std::uint64_t>(*bytes);
  if (const auto status = from.optional_number()) record.http_status = static_cast<int>(*status);
  record.content_type = from.optional_text();
  record.attempts = static_cast<int>(from.number());
  if (const auto error = from.optional_text()) record.error = error_class(*error);
  record.message = from.optional_text();
  if (const auto started = from.optional_number()) record.started_at = ledger_time(*started);
  if (const auto took = from.optional_number()) {
    record.times.duration = std::chrono::milliseconds(*took);
  }
  record.node = from.optional_text();
  return row;
}

void put(JsonText& json, const Row& row) {
  const Record& record = row.record;
  json.begin();
  json.key("row").number(row.number);
  json.key("url").any_text(record.url);
  json.key("status").text(name(record.status));
  json.key("file_name").any_text(record.file_name);
  json.key("bytes").number(record.bytes);
  json.key("http_status").number(record.http_status);
  json.key("content_type").any_text(record.content_type);
  json.key("attempts").number(record.attempts);
  json.key("error").any_text(record.error ? std::optional(std::string(name(*record.error)))
                                          : std::nullopt);
  json.key("message").any_text(record.message);
  json.key("started_at")
      .any_text(record.started_at ? std::optional(format_rfc3339(*record.started_at))
                                  : std::nullopt);
  json.key("duration_ms")
      .number(record.times.duration ? std::optional(record.times.duration->count()) : std::nullopt);
  json.key("node").any_text(record.node);
  json.end();
}

/// The one status that rows must have to be taken; nullopt: either may do.
std::optional<std::string_view> only_status(const RowQuery& query) {
  const ExportFilter& filter = query.filter;
  if (filter.failed_only || filter.classes.any()) return name(Status::failed);
  if (query.pictures) return name(Status::saved);
  if (filter.statuses.size() == 1 && filter.http_statuses.none()) {
    return name(*filter.statuses.begin());
  }
  return std::nullopt;
}

}  // namespace

Result<std::string> row_page(History& history, const RowQuery& query,
                             std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  Database& database = history.database();
  // A damaged ledger may have any number.
  const auto last = std::clamp<std::int64_t>(database.query_number("SELECT max(row) FROM links"), 0,
                                             std::numeric_limits<std::int64_t>::max() - 1);
  std::int64_t before = std::clamp<std::int64_t>(query.before, 1, last + 1);
  const auto status = only_status(query);
  JsonText json;
  json.begin();
  json.key("last").number(last);
  json.key("rows").begin_list();
  std::size_t taken = 0;
  Statement find_first(database, kFirstOfStep);
  Statement select(database, kRows);
  while (before > 1 && taken < query.most) {
    std::optional<std::int64_t> found;
    if (find_first.bind(before).bind(kStep).step()) found = find_first.optional_number();
    find_first.reset();
    const std::int64_t first = found.value_or(1);
    select.bind(first).bind(before).bind(status);
    before = first;
    while (select.step()) {
      const Row row = read_row(select);
      if (!query.takes(row.record)) continue;
      put(json, row);
      if (++taken < query.most) continue;
      before = row.number;
      break;
    }
    select.reset();
    if (!database.ok() || std::chrono::steady_clock::now() >= deadline) break;
  }
  json.end_list();
  json.key("next").number(before > 1 ? std::optional(before) : std::nullopt);
  json.end();
  if (auto error = history.error()) return tl::unexpected(std::move(*error));
  return json.take();
}

std::optional<std::string> file_of_row(History& history, std::int64_t row) {
  Statement select(history.database(),
                   "SELECT file_name FROM links WHERE row=? AND status='saved'");
  if (!select.bind(row).step()) return std::nullopt;
  return select.optional_text();
}

}  // namespace fanfetch
