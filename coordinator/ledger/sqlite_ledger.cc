#include "coordinator/ledger/sqlite_ledger.h"

#include "common/crash_point.h"
#include "coordinator/ledger/ledger_statements.h"
#include "coordinator/ledger/measured_rows.h"

namespace fanfetch {

SqliteLedger::SqliteLedger(std::unique_ptr<Database> database, std::string path, int max_log_pages)
    : database_(std::move(database)),
      path_(std::move(path)),
      statements_(std::make_unique<LedgerStatements>(*database_)),
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

Ledger::Done SqliteLedger::begin_run(WallTime now, int pid, const RunNaming& naming,
                                     std::uint32_t protections, std::string_view command) {
  {
    Statement insert(*database_,
                     "INSERT INTO runs(pid, started_at, name_template, keep_columns, protections, "
                     "command, slice, stood) VALUES(?,?,?,?,?,?,?,0) RETURNING run");
    insert.bind(pid).bind(milliseconds(now));
    insert.bind(naming.name_template).bind(std::int64_t{naming.keep_columns});
    insert.bind(std::int64_t{protections}).bind(command).bind(naming.slice);
    if (insert.step()) run_ = insert.number();
  }
  return outcome();
}

Ledger::Done SqliteLedger::write_measures(const RunSamples& samples, const HostTable& hosts) {
  database_->exec("BEGIN IMMEDIATE");
  remove_measures(*database_, run_, run_ - kMeasuredRuns);
  write_samples(*database_, run_, samples);
  write_hosts(*database_, run_, hosts);
  return commit();
}

Ledger::Done SqliteLedger::note_told(WallTime now, std::string_view line) {
  Statement update(*database_,
                   "UPDATE runs SET told = coalesce(told, '') || ? || ' ' || ? || char(10) "
                   "WHERE run=? AND length(coalesce(told, '')) < 65536");
  update.bind(format_rfc3339(now)).bind(line).bind(run_).run();
  return outcome();
}

Ledger::Done SqliteLedger::end_run(const RunSummary& summary, WallTime now) {
  Statement update(*database_,
                   "UPDATE runs SET ended_at=?, ending=?, saved=?, kept=?, skipped=?, failed=?, "
                   "bytes=?, stood=?, protections=?, exit_status=?, signal=? WHERE run=?");
  update.bind(milliseconds(now)).bind(summary.ending);
  for (const auto count : {summary.saved, summary.kept, summary.skipped, summary.failed,
                           summary.bytes, summary.stood}) {
    update.bind(static_cast<std::int64_t>(count));
  }
  update.bind(std::optional<std::int64_t>(summary.protections));
  update.bind(std::optional<std::int64_t>(summary.exit_status));
  update.bind(std::optional<std::int64_t>(summary.signal));
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
}

/// Notes the renames of `batch`, whose rows have their numbers.
void SqliteLedger::note_renames(std::span<const LedgerEntry> batch) {
  std::vector<const LedgerEntry*> parts;
  for (const LedgerEntry& entry : batch) {
    if (entry.rename) parts.push_back(&entry);
  }
  const std::span all(parts);
  constexpr std::size_t kPlacedAtOnce = LedgerStatements::kPlacedAtOnce;
  std::size_t next = 0;
  for (; all.size() - next >= kPlacedAtOnce; next += kPlacedAtOnce) {
    for (const LedgerEntry* part : all.subspan(next, kPlacedAtOnce)) {
      bind_rename(statements_->place_many, *part);
    }
    statements_->place_many.run();
  }
  for (const LedgerEntry* part : all.subspan(next)) {
    bind_rename(statements_->place, *part);
    statements_->place.run();
  }
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
  note_renames(batch);
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
