#include "coordinator/ledger/sqlite_ledger.h"

#include "common/crash_point.h"

namespace fanfetch {
namespace {

// Nearly all links are new, and this is the cheapest for them: an upsert with RETURNING took 1.5
// times as long.
constexpr const char* kInsert = R"sql(
INSERT INTO links(link, run, place, url, status, file_name, name_key, bytes, mtime_ns, sha256,
                  http_status, content_type, final_url, etag, last_modified, attempts, error,
                  retryable, message, started_at, duration_ms, columns, waited_ms, dns_ms,
                  connect_ms, tls_ms, first_byte_ms, requests, planned_name,
                  named_by_list, had_headers)
VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
ON CONFLICT(link) DO NOTHING)sql";

// A run that keeps no columns leaves those of earlier runs in place. A failed row with a file is a
// repair's (mark_for_refetch()): no run has failed.
constexpr const char* kUpdate = R"sql(
UPDATE links SET (link, run, place, url, status, file_name, name_key, bytes, mtime_ns, sha256,
                  http_status, content_type, final_url, etag, last_modified, attempts, error,
                  retryable, message, started_at, duration_ms, columns, waited_ms, dns_ms,
                  connect_ms, tls_ms, first_byte_ms, requests, planned_name,
                  named_by_list, had_headers, failed_since)
  = (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,
     coalesce(?22,columns),?23,?24,?25,?26,?27,?28,?29,?30,?31,
     CASE WHEN ?5='failed' THEN
       coalesce(failed_since, CASE WHEN status='failed' AND file_name IS NULL THEN run END) END)
WHERE link=?1 RETURNING row)sql";

std::int64_t milliseconds(WallTime time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

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

void bind_row(Statement& to, const LedgerRow& row) {
  const Record& record = row.record;
  const auto sha256 = record.sha256 ? digest_from_hex(*record.sha256) : std::nullopt;
  const auto key = record.file_name ? std::optional(row.name_key) : std::nullopt;
  const auto mtime = row.file ? std::optional(row.file->mtime_ns) : std::nullopt;
  const auto started =
      record.started_at ? std::optional(milliseconds(*record.started_at)) : std::nullopt;
  const std::string_view url = record.url ? std::string_view(*record.url) : "";
  auto final_url = as_text(record.final_url);
  if (final_url == url) final_url = "";

  to.bind(row.link).bind(row.run).bind(static_cast<std::int64_t>(record.index)).bind(url);
  to.bind(name(record.status)).bind(as_text(record.file_name)).bind(as_number(key));
  to.bind(as_number(record.bytes)).bind(mtime);
  if (sha256) {
    to.bind_copy(*sha256);
  } else {
    to.bind_null();
  }
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
}

}  // namespace

struct SqliteLedger::Statements {
  explicit Statements(Database& database)
      : insert(database, kInsert),
        update(database, kUpdate),
        place(database,
              "INSERT OR REPLACE INTO placing(row, part, inode, replaces_bytes, replaces_mtime_ns) "
              "VALUES(?,?,?,?,?)"),
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

  Statement insert, update, place, clear, rename, give_up, no_place, mark, confirm, note_failing,
      name_taken;
};

SqliteLedger::SqliteLedger(std::unique_ptr<Database> database, std::string path, int max_log_pages)
    : database_(std::move(database)),
      path_(std::move(path)),
      statements_(std::make_unique<Statements>(*database_)),
      max_log_pages_(max_log_pages),
      checkpoint_at_(max_log_pages) {}

SqliteLedger::~SqliteLedger() {
  statements_.reset();
  database_.reset();
  if (!damaged_) return;
  // SQLite removes a log by its name when its last connection closes: by then, that name may be a
  // new ledger's.
  if (lasting_reader_) {
    (void)mark_ledger_damaged(path_);
  } else {
    (void)move_ledger_aside(path_);
  }
}

/// The outcome of a transaction.
Ledger::Done SqliteLedger::outcome() {
  const auto error = database_->take_error();
  if (!error) return {};
  std::string message = fmt::format("cannot write the ledger '{}': {}", path_, error->message);
  if (error->kind == DatabaseError::Kind::damaged) {
    damaged_ = true;
    message += kMovedAside;
  }
  return tl::unexpected(
      Failure{.full = error->kind == DatabaseError::Kind::full, .message = std::move(message)});
}

Ledger::Done SqliteLedger::commit() {
  crash_point("in_transaction");
  database_->exec("COMMIT");
  Done done = outcome();
  if (!done) {
    database_->exec("ROLLBACK");
    (void)database_->take_error();  // SQLite may have rolled back by itself
  }
  return done;
}

std::string SqliteLedger::identity() {
  Statement select(*database_, "SELECT id FROM identity");
  return select.step() ? std::string(select.text()) : "";
}

bool SqliteLedger::is_new() { return database_->query_number("SELECT count(*) FROM runs") == 0; }

Ledger::Done SqliteLedger::begin_run(WallTime now, int pid, const RunNaming& naming) {
  {
    Statement insert(*database_,
                     "INSERT INTO runs(pid, started_at, name_template, keep_columns, stood) "
                     "VALUES(?,?,?,?,0) RETURNING run");
    insert.bind(pid).bind(milliseconds(now));
    insert.bind(naming.name_template).bind(std::int64_t{naming.keep_columns});
    if (insert.step()) run_ = insert.number();
  }
  return outcome();
}

Ledger::Done SqliteLedger::end_run(const RunSummary& summary, WallTime now) {
  Statement update(*database_,
                   "UPDATE runs SET ended_at=?, ending=?, saved=?, kept=?, skipped=?, failed=?, "
                   "bytes=?, stood=? WHERE run=?");
  update.bind(milliseconds(now)).bind(summary.ending);
  for (const auto count : {summary.saved, summary.kept, summary.skipped, summary.failed,
                           summary.bytes, summary.stood}) {
    update.bind(static_cast<std::int64_t>(count));
  }
  update.bind(run_).run();
  return outcome();
}

tl::expected<std::vector<UnfinishedRename>, Ledger::Failure> SqliteLedger::pending() {
  std::vector<UnfinishedRename> all;
  Statement select(*database_,
                   "SELECT row, part, inode, replaces_bytes, replaces_mtime_ns, file_name, bytes, "
                   "mtime_ns FROM placing CROSS JOIN links USING(row) WHERE file_name IS NOT NULL");
  while (select.step()) {
    UnfinishedRename one;
    one.row = select.number();
    one.rename.part = select.text();
    one.rename.inode = static_cast<std::uint64_t>(select.number());
    const auto replaced_size = select.optional_number();
    const auto replaced_mtime = select.optional_number();
    if (replaced_size && replaced_mtime) {
      one.rename.replaces = {static_cast<std::uint64_t>(*replaced_size), *replaced_mtime};
    }
    one.name = select.text();
    one.file.size = static_cast<std::uint64_t>(select.number());
    one.file.mtime_ns = select.number();
    if (const auto hash = digest_from_hex(one.rename.part)) one.hash = *hash;
    all.push_back(std::move(one));
  }
  if (auto read = outcome(); !read) return tl::unexpected(std::move(read.error()));
  return all;
}

void SqliteLedger::put(LedgerEntry& entry) {
  LedgerRow& row = entry.row;
  if (entry.file_stays) {
    const bool failed = row.record.status == Status::failed;
    statements_->note_failing.bind(failed ? std::optional(run_) : std::nullopt)
        .bind(row.link)
        .run();
    return;
  }
  row.run = run_;
  bind_row(statements_->insert, row);
  if (statements_->insert.run_and_count() == 1) {
    row.row = database_->last_row();
  } else {
    bind_row(statements_->update, row);
    if (statements_->update.step()) row.row = statements_->update.number();
    statements_->update.reset();
  }

  if (!entry.rename) return;
  const auto& replaces = entry.rename->replaces;
  statements_->place.bind(row.row)
      .bind(entry.rename->part)
      .bind(static_cast<std::int64_t>(entry.rename->inode))
      .bind(replaces ? std::optional(static_cast<std::int64_t>(replaces->size)) : std::nullopt)
      .bind(replaces ? std::optional(replaces->mtime_ns) : std::nullopt)
      .run();
}

bool SqliteLedger::name_taken(std::uint64_t name_key, const LinkId& link) {
  Statement& statement = statements_->name_taken;
  const bool taken = statement.bind(static_cast<std::int64_t>(name_key)).bind(link).step();
  statement.reset();
  return taken;
}

Ledger::Done SqliteLedger::write(std::span<LedgerEntry> batch) {
  // Before the transaction and not after it: if this fails, nothing was written.
  if (const int pages = database_->log_pages(); pages > checkpoint_at_) {
    checkpoint_at_ = max_log_pages_ + (database_->checkpoint() ? 0 : pages);
  }
  database_->exec("BEGIN IMMEDIATE");
  statements_->clear.run();
  for (LedgerEntry& entry : batch) put(entry);
  return commit();
}

Ledger::Done SqliteLedger::rename(std::span<const NewName> names) {
  database_->exec("BEGIN IMMEDIATE");
  for (const NewName& one : names) {
    statements_->rename.bind(one.name).bind(static_cast<std::int64_t>(one.name_key)).bind(one.row);
    statements_->rename.run();
  }
  return commit();
}

Ledger::Done SqliteLedger::give_up(std::span<const Unplaced> parts) {
  database_->exec("BEGIN IMMEDIATE");
  for (const Unplaced& one : parts) {
    statements_->give_up.bind(one.message).bind(one.row).run();
    statements_->no_place.bind(one.row).run();
  }
  return commit();
}

Ledger::Done SqliteLedger::clear_renames() {
  crash_point("before_clearing");
  database_->exec("BEGIN IMMEDIATE");
  statements_->clear.run();
  Done done = commit();
  if (done) crash_point("after_clearing");
  return done;
}

Ledger::Done SqliteLedger::mark_for_refetch(std::span<const Spoilt> files) {
  database_->exec("BEGIN IMMEDIATE");
  for (const Spoilt& one : files) statements_->mark.bind(one.message).bind(one.row).run();
  return commit();
}

Ledger::Done SqliteLedger::confirm(std::span<const NewTime> files) {
  database_->exec("BEGIN IMMEDIATE");
  for (const NewTime& one : files) statements_->confirm.bind(one.mtime_ns).bind(one.row).run();
  return commit();
}

}  // namespace fanfetch
