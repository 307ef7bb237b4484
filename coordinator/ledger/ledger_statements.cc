#include "coordinator/ledger/ledger_statements.h"

#include <optional>
#include <string_view>

namespace fanfetch {
namespace {

// Nearly all links are new, and this is the cheapest for them: an upsert with RETURNING took 1.5
// times as long.
constexpr const char* kInsert = R"sql(
INSERT INTO links(link, run, place, url, status, file_name, name_key, bytes, mtime_ns, sha256,
                  http_status, content_type, final_url, etag, last_modified, attempts, error,
                  retryable, message, started_at, duration_ms, columns, waited_ms, dns_ms,
                  connect_ms, tls_ms, first_byte_ms, requests, planned_name,
                  named_by_list, had_headers, node)
VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
ON CONFLICT(link) DO NOTHING)sql";

// A run that keeps no columns leaves those of earlier runs in place. A failed row with a file is a
// repair's (mark_for_refetch()): no run has failed.
constexpr const char* kUpdate = R"sql(
UPDATE links SET (link, run, place, url, status, file_name, name_key, bytes, mtime_ns, sha256,
                  http_status, content_type, final_url, etag, last_modified, attempts, error,
                  retryable, message, started_at, duration_ms, columns, waited_ms, dns_ms,
                  connect_ms, tls_ms, first_byte_ms, requests, planned_name,
                  named_by_list, had_headers, node, failed_since)
  = (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,
     coalesce(?22,columns),?23,?24,?25,?26,?27,?28,?29,?30,?31,?32,
     CASE WHEN ?5='failed' THEN
       coalesce(failed_since, CASE WHEN status='failed' AND file_name IS NULL THEN run END) END)
WHERE link=?1 RETURNING row)sql";

template <class T>
std::optional<std::int64_t> as_number(const std::optional<T>& value) {
  if (!value) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

std::optional<std::string_view> as_text(const std::optional<std::string>& value) {
  if (!value) return std::nullopt;
  return *value;
}

std::optional<std::int64_t> as_number(const RecordTimes::Time& time) {
  if (!time) return std::nullopt;
  return time->count();
}

std::string place_sql(std::size_t rows) {
  std::string sql =
      "INSERT OR REPLACE INTO placing(row, part, inode, replaces_bytes, replaces_mtime_ns) "
      "VALUES(?,?,?,?,?)";
  for (std::size_t row = 1; row < rows; ++row) sql += ",(?,?,?,?,?)";
  return sql;
}

}  // namespace

LedgerStatements::LedgerStatements(Database& database)
    : insert(database, kInsert),
      update(database, kUpdate),
      place(database, place_sql(1).c_str()),
      place_many(database, place_sql(kPlacedAtOnce).c_str()),
      clear(database, "DELETE FROM placing"),
      rename(database, "UPDATE links SET file_name=?, name_key=? WHERE row=?"),
      give_up(database,
              "UPDATE links SET status='failed', error='disk', retryable=1, message=?, "
              "planned_name=file_name, file_name=NULL, name_key=NULL, bytes=NULL, mtime_ns=NULL, "
              "sha256=NULL "
              "WHERE row=?"),
      no_place(database, "DELETE FROM placing WHERE row=?"),
      mark(database,
           "UPDATE links SET status='failed', error='disk', retryable=1, message=? WHERE row=?"),
      confirm(database,
              "UPDATE links SET status='saved', error=NULL, retryable=NULL, mtime_ns=?, "
              "message=CASE status WHEN 'saved' THEN message END WHERE row=?"),
      note_failing(database, "UPDATE links SET failed_since=? WHERE link=?"),
      name_taken(database, "SELECT 1 FROM links WHERE name_key=? AND link<>? LIMIT 1") {}

std::int64_t milliseconds(WallTime time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

void bind_row(Statement& to, const LedgerRow& row) {
  const Record& record = row.record;
  const auto key = record.file_name ? std::optional(row.name_key) : std::nullopt;
  const auto mtime = row.file ? std::optional(row.file->mtime_ns) : std::nullopt;
  const auto started =
      record.started_at ? std::optional(milliseconds(*record.started_at)) : std::nullopt;
  const std::string_view url = record.url ? std::string_view(*record.url) : "";
  auto final_url = as_text(record.final_url);
  if (final_url == url) final_url = "";

  to.bind(row.link).bind(row.run).bind(static_cast<std::int64_t>(record.index)).bind(url);
  to.bind(name(record.status)).bind(as_text(record.file_name)).bind(as_number(key));
  to.bind(as_number(record.bytes)).bind(mtime).bind(record.sha256);
  to.bind(as_number(record.http_status)).bind(as_text(record.content_type)).bind(final_url);
  to.bind(as_text(record.etag)).bind(as_text(record.last_modified)).bind(record.attempts);
  to.bind(record.error ? std::optional(name(*record.error)) : std::nullopt);
  to.bind(as_number(record.retryable)).bind(as_text(record.message));
  to.bind(started).bind(as_number(record.times.duration));
  to.bind(record.columns ? std::optional<std::string_view>(*record.columns) : std::nullopt);
  for (const auto& time : {record.times.waited, record.times.dns, record.times.connect,
                           record.times.tls, record.times.first_byte}) {
    to.bind(as_number(time));
  }
  to.bind(as_number(record.requests));
  to.bind(row.planned_name.empty() ? std::nullopt
                                   : std::optional<std::string_view>(row.planned_name));
  for (const bool given : {row.named_by_list, row.had_headers}) {
    to.bind(given ? std::optional<std::int64_t>(1) : std::nullopt);
  }
  to.bind(as_text(record.node));
}

void bind_rename(Statement& to, const LedgerEntry& entry) {
  const PendingRename& rename = *entry.rename;
  const auto& replaces = rename.replaces;
  to.bind(entry.row.row).bind(rename.part).bind(static_cast<std::int64_t>(rename.inode));
  to.bind(replaces ? std::optional(static_cast<std::int64_t>(replaces->size)) : std::nullopt);
  to.bind(replaces ? std::optional(replaces->mtime_ns) : std::nullopt);
}

}  // namespace fanfetch
