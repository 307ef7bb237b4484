#include "coordinator/ledger/history.h"

#include <sys/stat.h>

#include "coordinator/ledger/schema.h"

namespace fanfetch {
namespace {

#define FANFETCH_ROW_COLUMNS                                                                \
  "row, run, link, place, url, status, file_name, name_key, bytes, mtime_ns, sha256, "      \
  "http_status, content_type, final_url, etag, last_modified, attempts, error, retryable, " \
  "message, started_at, duration_ms, columns, waited_ms, dns_ms, connect_ms, tls_ms, "      \
  "first_byte_ms, requests, planned_name, named_by_list, had_headers, failed_since, node"

constexpr const char* kFind = "SELECT " FANFETCH_ROW_COLUMNS " FROM links WHERE link=?";
constexpr const char* kPageOfRows =
    "SELECT " FANFETCH_ROW_COLUMNS " FROM links WHERE row>? ORDER BY row LIMIT ?";
constexpr const char* kSavedBetween =
    "SELECT row, run, link, place, file_name, name_key, bytes, mtime_ns, failed_since FROM links "
    "WHERE row BETWEEN ? AND ? AND status='saved'";
/// Rows of a page: some hundred kilobytes.
constexpr std::int64_t kPage = 1000;

RecordTimes::Time read_time(Statement& from) {
  const auto time = from.optional_number();
  if (!time) return std::nullopt;
  return std::chrono::milliseconds(*time);
}

LinkId read_link(Statement& from) {
  LinkId id{};
  const auto link = from.blob();
  std::copy_n(link.begin(), std::min(link.size(), id.size()), id.begin());
  return id;
}

/// What both queries for rows begin with.
LedgerRow begin_row(Statement& from) {
  LedgerRow row;
  row.row = from.number();
  row.run = from.number();
  row.link = read_link(from);
  row.record.index = static_cast<std::uint64_t>(from.number());
  return row;
}

/// file_name, name_key, bytes and mtime_ns.
void read_file(Statement& from, LedgerRow& row) {
  Record& record = row.record;
  record.file_name = from.optional_text();
  row.name_key = static_cast<std::uint64_t>(from.number());
  if (const auto bytes = from.optional_number()) record.bytes = static_cast<std::uint64_t>(*bytes);
  if (const auto mtime = from.optional_number()) {
    row.file = FileStamp{.size = record.bytes.value_or(0), .mtime_ns = *mtime};
  }
}

LedgerRow read_row(Statement& from) {
  LedgerRow row = begin_row(from);
  Record& record = row.record;
  record.url = from.text();
  record.status = from.text() == name(Status::saved) ? Status::saved : Status::failed;
  read_file(from, row);
  if (const auto digest = from.blob(); digest.size() == std::tuple_size_v<Sha256Digest>) {
    std::copy(digest.begin(), digest.end(), record.sha256.emplace().begin());
  }
  if (const auto status = from.optional_number()) record.http_status = static_cast<int>(*status);
  record.content_type = from.optional_text();
  record.final_url = from.optional_text();
  if (record.final_url && record.final_url->empty()) record.final_url = record.url;
  record.etag = from.optional_text();
  record.last_modified = from.optional_text();
  record.attempts = static_cast<int>(from.number());
  if (const auto error = from.optional_text()) record.error = error_class(*error);
  if (const auto retryable = from.optional_number()) record.retryable = *retryable != 0;
  record.message = from.optional_text();
  if (const auto started = from.optional_number()) {
    record.started_at = ledger_time(*started);
  }
  record.times.duration = read_time(from);
  if (auto columns = from.optional_text()) {
    record.columns = std::make_shared<const std::string>(std::move(*columns));
  }
  record.times.waited = read_time(from);
  record.times.dns = read_time(from);
  record.times.connect = read_time(from);
  record.times.tls = read_time(from);
  record.times.first_byte = read_time(from);
  record.requests.reset();
  if (const auto requests = from.optional_number()) {
    record.requests = static_cast<std::uint64_t>(*requests);
  }
  row.planned_name = from.text();
  row.named_by_list = from.number() != 0;
  row.had_headers = from.number() != 0;
  const bool has_failed = record.status == Status::failed && !record.file_name;
  row.failed_since = from.optional_number().value_or(has_failed ? row.run : 0);
  record.node = from.optional_text();
  return row;
}

/// The same of the columns of kSavedBetween.
LedgerRow read_saved(Statement& from) {
  LedgerRow row = begin_row(from);
  row.record.status = Status::saved;
  read_file(from, row);
  row.failed_since = from.optional_number().value_or(0);
  return row;
}

/// A read-only connection to a ledger without -wal and -shm files must make them. Where it cannot,
/// the database is opened as immutable, which is right as long as there is no log.
tl::expected<std::unique_ptr<Database>, DatabaseError> open_to_read(const std::string& path) {
  auto database = Database::open(path, Database::Access::read_only);
  if (!database) return database;
  (void)(*database)->query_number("SELECT count(*) FROM sqlite_schema");
  auto error = (*database)->take_error();
  if (!error) return database;
  struct stat status {};
  if (::stat((path + "-wal").c_str(), &status) == 0) return tl::unexpected(std::move(*error));
  return Database::open(path, Database::Access::immutable);
}

}  // namespace

struct History::Statements {
  explicit Statements(Database& database)
      : find(database, kFind),
        page(database, kPageOfRows),
        saved_between(database, kSavedBetween),
        name_taken(database, "SELECT 1 FROM links WHERE name_key=? AND row<>? LIMIT 1") {}

  Statement find, page, saved_between, name_taken;
};

History::History(std::unique_ptr<Database> database, std::string path)
    : database_(std::move(database)),
      path_(std::move(path)),
      statements_(std::make_unique<Statements>(*database_)) {}

History::~History() = default;

Result<std::unique_ptr<History>> History::open(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    return fail("there is no ledger '{}': {}", path, errno_text(errno));
  }
  // Something that is no file would be opened and waited for.
  if (!S_ISREG(status.st_mode)) return fail("the ledger '{}' is not a regular file", path);
  auto database = open_to_read(path);
  if (!database) return fail("cannot read the ledger '{}': {}", path, database.error().message);
  const auto steps = ledger_steps();
  switch (format_of(**database, steps)) {
    case Format::current: break;
    case Format::newer: return fail("the ledger '{}' was written by a later fanfetch", path);
    case Format::older:
      if ((*database)->query_number("PRAGMA user_version") == 0) {
        return fail("the ledger '{}' is empty: no run has begun there", path);
      }
      show_as_current(**database, steps);
      break;
    case Format::foreign: return fail("'{}' is not a ledger of fanfetch", path);
    case Format::unknown:
      return fail("cannot read the ledger '{}': {}", path, (*database)->take_error()->message);
  }
  (*database)->exec("PRAGMA cache_size = -4096");
  std::unique_ptr<History> history(new History(std::move(*database), path));
  if (auto error = history->error()) return tl::unexpected(std::move(*error));
  return history;
}

void History::look_again() {
  stop_looking();
  database_->exec("BEGIN");
  looking_ = true;
}

void History::stop_looking() {
  if (std::exchange(looking_, false)) database_->exec("COMMIT");
}

bool History::is_empty() {
  Statement any(*database_, "SELECT 1 FROM links LIMIT 1");
  return !any.step() && database_->ok();
}

std::optional<LedgerRow> History::find(const LinkId& link) {
  Statement& find = statements_->find;
  std::optional<LedgerRow> row;
  if (find.bind(link).step()) row = read_row(find);
  find.reset();
  return row;
}

bool History::name_taken(std::uint64_t name_key, std::int64_t row) {
  Statement& statement = statements_->name_taken;
  const bool taken = statement.bind(static_cast<std::int64_t>(name_key)).bind(row).step();
  statement.reset();
  return taken;
}

std::vector<LedgerRow> History::rows_after(std::int64_t row) {
  Statement& page = statements_->page;
  std::vector<LedgerRow> rows;
  page.bind(row).bind(kPage);
  while (page.step()) rows.push_back(read_row(page));
  page.reset();
  return rows;
}

std::vector<LedgerRow> History::saved_between(std::int64_t first, std::int64_t last) {
  Statement& statement = statements_->saved_between;
  std::vector<LedgerRow> rows;
  statement.bind(first).bind(last);
  while (statement.step()) rows.push_back(read_saved(statement));
  statement.reset();
  return rows;
}

void History::each_row(const std::function<bool(const LedgerRow&)>& visit) {
  std::vector<LedgerRow> page;
  do {
    page = rows_after(page.empty() ? 0 : page.back().row);
    for (const LedgerRow& row : page) {
      if (!visit(row)) return;
    }
  } while (!page.empty());
}

std::optional<RunNaming> History::last_naming() {
  Statement select(*database_,
                   "SELECT name_template, keep_columns, coalesce(slice, '') FROM runs "
                   "WHERE name_template IS NOT NULL ORDER BY run DESC LIMIT 1");
  if (!select.step()) return std::nullopt;
  RunNaming naming;
  naming.name_template = select.text();
  naming.keep_columns = select.number() != 0;
  naming.slice = select.text();
  return naming;
}

std::optional<std::string> History::last_command() {
  Statement select(*database_, "SELECT command FROM runs ORDER BY run DESC LIMIT 1");
  if (!select.step()) return std::nullopt;
  auto command = select.optional_text();
  if (!command || command->empty()) return std::nullopt;
  return std::string(*command);
}

std::optional<Error> History::error() {
  if (database_->ok()) return std::nullopt;
  auto error = *database_->take_error();
  database_->fail(error);
  damaged_ = error.kind == DatabaseError::Kind::damaged;
  return Error{fmt::format("cannot read the ledger '{}': {}", path_, error.message)};
}

}  // namespace fanfetch
