#include "coordinator/ledger/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

namespace fanfetch {
namespace {

/// "fanf": tells `file` and us whose database this is.
constexpr std::int64_t kApplicationId = 0x66616e66;

// Times are milliseconds since 1970; mtime_ns is nanoseconds. Rows are kept small: final_url is ''
// where it equals url.
constexpr const char* kSteps[] = {
    R"sql(
CREATE TABLE identity(id TEXT NOT NULL) STRICT;  -- which folder knows as its ledger
INSERT INTO identity VALUES(lower(hex(randomblob(16))));

CREATE TABLE runs(
  run INTEGER PRIMARY KEY,
  pid INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,               -- NULL: it runs, or was killed
  ending TEXT,
  saved INTEGER, kept INTEGER, skipped INTEGER, failed INTEGER, bytes INTEGER
) STRICT;

CREATE TABLE links(
  row INTEGER PRIMARY KEY,
  link BLOB NOT NULL UNIQUE,      -- the first 128 bits of SHA-256 of its normal form
  run INTEGER NOT NULL,           -- that wrote this row
  place INTEGER NOT NULL,         -- in that run's list
  url TEXT NOT NULL,              -- as listed, userinfo masked
  status TEXT NOT NULL,           -- saved or failed
  file_name TEXT,
  name_key INTEGER,               -- equal for names that differ in case alone
  bytes INTEGER,
  mtime_ns INTEGER,
  sha256 BLOB,
  http_status INTEGER,
  content_type TEXT,
  final_url TEXT,                 -- '': the same as url
  etag TEXT,
  last_modified TEXT,
  attempts INTEGER NOT NULL,
  error TEXT,
  retryable INTEGER,
  message TEXT,
  started_at INTEGER,
  duration_ms INTEGER
) STRICT;
CREATE INDEX links_by_name ON links(name_key) WHERE name_key IS NOT NULL;

CREATE TABLE placing(             -- parts on their way to their final names
  row INTEGER PRIMARY KEY REFERENCES links(row),
  part TEXT NOT NULL,             -- the link's whole hash in hexadecimal
  inode INTEGER NOT NULL,
  replaces_bytes INTEGER,         -- of the file that may lie there already
  replaces_mtime_ns INTEGER
) STRICT;
)sql",
    R"sql(
ALTER TABLE links ADD COLUMN columns TEXT;  -- the list's own, as one JSON object; NULL: not kept
)sql",
    R"sql(
-- Of the link in its run; NULL: not known, or nothing of the kind happened (see RecordTimes).
ALTER TABLE links ADD COLUMN waited_ms INTEGER;
ALTER TABLE links ADD COLUMN dns_ms INTEGER;
ALTER TABLE links ADD COLUMN connect_ms INTEGER;
ALTER TABLE links ADD COLUMN tls_ms INTEGER;
ALTER TABLE links ADD COLUMN first_byte_ms INTEGER;
ALTER TABLE links ADD COLUMN requests INTEGER;
ALTER TABLE links ADD COLUMN planned_name TEXT;   -- of a failed link: what its file was to be called
-- Of a failed link: whether its list had named the file, and had given it headers.
ALTER TABLE links ADD COLUMN named_by_list INTEGER;
ALTER TABLE links ADD COLUMN had_headers INTEGER;

ALTER TABLE runs ADD COLUMN name_template TEXT;   -- --name; NULL: not known
ALTER TABLE runs ADD COLUMN keep_columns INTEGER; -- --keep-columns
)sql",
    R"sql(
-- The run since which the link fails in each run that asks for it, also where its row is that of a
-- saved file that stays. NULL: it does not or, of a failed link, since the run of its row.
ALTER TABLE links ADD COLUMN failed_since INTEGER;

ALTER TABLE runs ADD COLUMN stood INTEGER;        -- of `failed`: earlier runs had them; NULL: not known
)sql",
    R"sql(
ALTER TABLE runs ADD COLUMN protections INTEGER;  -- of its workers, a set of bits; NULL: not known
)sql",
    R"sql(
-- What the run ended with; both NULL: it runs, was killed, or an older fanfetch's. A run that died
-- of a signal has that, and no status.
ALTER TABLE runs ADD COLUMN exit_status INTEGER;
ALTER TABLE runs ADD COLUMN signal INTEGER;

CREATE TABLE samples(             -- how far a run was; at most 2,000 of each (see RunSamples)
  run INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,         -- since it began
  files INTEGER NOT NULL,         -- saved so far
  bytes INTEGER NOT NULL,         -- of these
  failed INTEGER NOT NULL,
  in_flight INTEGER NOT NULL,     -- at that moment
  PRIMARY KEY(run, at_ms)
) STRICT, WITHOUT ROWID;

CREATE TABLE host_sums(           -- of a run's links by host (see HostSums, HostTable)
  run INTEGER NOT NULL,
  host TEXT NOT NULL,             -- '': links without one; '*': the hosts that have no row
  requests INTEGER NOT NULL,
  files INTEGER NOT NULL,         -- saved
  bytes INTEGER NOT NULL,         -- of these
  failed INTEGER NOT NULL,
  retries INTEGER NOT NULL,
  first_byte_counts TEXT NOT NULL,  -- up to 1, 2, 5, 10, 20, 50, 100, 200, 500 ms, 1, 2, 5, 10, 30 s, more
  first_byte_ms INTEGER NOT NULL,   -- all of these times together
  transfer_ms INTEGER NOT NULL,     -- of the saved files' last attempts, all together
  PRIMARY KEY(run, host)
) STRICT, WITHOUT ROWID;

CREATE TABLE host_failures(       -- of host_sums.failed, by kind
  run INTEGER NOT NULL,
  host TEXT NOT NULL,
  class TEXT NOT NULL,
  http_status INTEGER NOT NULL,   -- 0: none, or one of too many different ones
  failed INTEGER NOT NULL,
  PRIMARY KEY(run, host, class, http_status)
) STRICT, WITHOUT ROWID;
)sql",
    R"sql(
ALTER TABLE runs ADD COLUMN command TEXT;  -- that started it, secrets as …; NULL: not known
ALTER TABLE runs ADD COLUMN told TEXT;     -- what it was told in mid-run, a line each; NULL: nothing
)sql",
    R"sql(
ALTER TABLE runs ADD COLUMN slice TEXT;    -- that it took of its list: 2/8 by origin; NULL or '': all
)sql",
    R"sql(
ALTER TABLE links ADD COLUMN node TEXT;    -- of a fleet, that has the file or has failed; NULL: none
)sql",
};

constexpr const char* kTables = "SELECT name FROM sqlite_schema WHERE type='table'";
constexpr const char* kColumns = "SELECT name FROM pragma_table_info(?)";

/// What a query for texts yields.
std::vector<std::string> texts(Database& database, const char* sql,
                               std::optional<std::string_view> parameter = {}) {
  std::vector<std::string> all;
  Statement select(database, sql);
  if (parameter) select.bind(*parameter);
  while (select.step()) all.emplace_back(select.text());
  return all;
}

/// What names a table that is not there means a view without rows.
void show_empty_table(Database& database, const std::string& table,
                      const std::vector<std::string>& columns) {
  std::string nulls;
  for (const std::string& column : columns) {
    nulls += fmt::format("{}NULL AS {}", nulls.empty() ? "" : ", ", column);
  }
  database.exec(fmt::format("CREATE TEMP VIEW {} AS SELECT {} WHERE 0", table, nulls).c_str());
}

}  // namespace

std::span<const char* const> ledger_steps() { return kSteps; }

WallTime ledger_time(std::int64_t milliseconds) {
  // WallTime counts nanoseconds, and ends in 2262.
  constexpr std::int64_t kYear2200 = 7'258'118'400'000;
  return WallTime(std::chrono::milliseconds(std::clamp<std::int64_t>(milliseconds, 0, kYear2200)));
}

Format format_of(Database& database, std::span<const char* const> steps) {
  const auto application = database.query_number("PRAGMA application_id");
  const auto version = database.query_number("PRAGMA user_version");
  const auto tables = database.query_number("SELECT count(*) FROM sqlite_schema");
  if (!database.ok()) return Format::unknown;
  if (application == 0 && version == 0 && tables == 0) return Format::older;  // empty
  if (application != kApplicationId) return Format::foreign;
  const auto known = static_cast<std::int64_t>(steps.size());
  if (version == known) return Format::current;
  return version < known ? Format::older : Format::newer;
}

void migrate(Database& database, std::span<const char* const> steps) {
  const auto version = static_cast<std::size_t>(database.query_number("PRAGMA user_version"));
  database.exec("BEGIN IMMEDIATE");
  for (const char* step : steps.subspan(std::min(version, steps.size()))) database.exec(step);
  database.exec(fmt::format("PRAGMA application_id = {}", kApplicationId).c_str());
  database.exec(fmt::format("PRAGMA user_version = {}", steps.size()).c_str());
  database.exec("COMMIT");
  if (auto error = database.take_error()) {
    database.exec("ROLLBACK");
    (void)database.take_error();  // there may have been no transaction
    database.fail(std::move(*error));
  }
}

void show_as_current(Database& database, std::span<const char* const> steps) {
  auto current = Database::open("current", Database::Access::memory);
  if (!current) return database.fail(std::move(current.error()));
  migrate(**current, steps);
  database.exec("PRAGMA temp_store = memory");
  for (const std::string& table : texts(**current, kTables)) {
    const auto there = texts(database, kColumns, table);
    if (there.empty()) {
      show_empty_table(database, table, texts(**current, kColumns, table));
      continue;
    }
    std::string missing;
    for (const std::string& column : texts(**current, kColumns, table)) {
      if (std::ranges::find(there, column) == there.end()) missing += ", NULL AS " + column;
    }
    if (missing.empty()) continue;
    // What names the table means the view, whose columns the query planner sees through.
    database.exec(
        fmt::format("CREATE TEMP VIEW {0} AS SELECT *{1} FROM main.{0}", table, missing).c_str());
  }
  if (auto error = (*current)->take_error()) database.fail(std::move(*error));
}

}  // namespace fanfetch
