#include "coordinator/ledger/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <mutex>

#include "common/result.h"

namespace fanfetch {
namespace {

/// Longer than another connection's checkpoint or commit takes, unless the disk hangs.
constexpr int kBusyMs = 10'000;
/// How long a checkpoint waits for readers to end their look: a run's reader takes about a
/// millisecond. A slower one is not waited for.
constexpr int kReadersMs = 50;

DatabaseError describe(sqlite3* connection, int code) {
  DatabaseError error;
  const int system_error = connection != nullptr ? sqlite3_system_errno(connection) : 0;
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: error.kind = DatabaseError::Kind::damaged; break;
    case SQLITE_FULL: error.kind = DatabaseError::Kind::full; break;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      if (system_error == ENOSPC || system_error == EDQUOT) error.kind = DatabaseError::Kind::full;
      break;
    default: break;
  }
  error.message = connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
  const int base = code & 0xff;
  if (system_error != 0 && (base == SQLITE_IOERR || base == SQLITE_CANTOPEN)) {
    error.message += ": " + errno_text(system_error);
    if (system_error == EFBIG) error.message += " (see ulimit -f)";
  }
  return error;
}

/// SQLITE_OPEN_NOFOLLOW refuses a link anywhere in the path, but only the last component must not
/// be one.
std::string with_real_folder(const std::string& path) {
  const std::filesystem::path given(path);
  std::error_code error;
  auto folder =
      std::filesystem::canonical(given.has_parent_path() ? given.parent_path() : ".", error);
  return error ? path : (folder / given.filename()).string();
}

/// The path as a URI, whatever characters it holds.
std::string uri_of(const std::string& path, Database::Access access) {
  std::string uri = path.starts_with('/') ? "file://" : "file:";  // `//x` must not become a host
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    } else {
      uri += c;
    }
  }
  if (access == Database::Access::immutable) uri += "?immutable=1";
  if (access == Database::Access::memory) uri += "?mode=memory";
  return uri;
}

}  // namespace

tl::expected<std::unique_ptr<Database>, DatabaseError> Database::open(const std::string& path,
                                                                      Access access) {
  // Nobody asks for statistics of its memory, which cost a lock for each allocation. Before its
  // first use, that is: only this file uses it.
  static std::once_flag configured;
  std::call_once(configured, [] { (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
  const bool writes = access == Access::read_write || access == Access::memory;
  const int flags = (writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY) |
                    SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
  sqlite3* connection = nullptr;
  const std::string uri = uri_of(with_real_folder(path), access);
  const int code = sqlite3_open_v2(uri.c_str(), &connection, flags, nullptr);
  if (code != SQLITE_OK) {
    auto error = describe(connection, code);
    sqlite3_close(connection);
    return tl::unexpected(std::move(error));
  }
  sqlite3_busy_timeout(connection, kBusyMs);
  sqlite3_extended_result_codes(connection, 1);
  return std::unique_ptr<Database>(new Database(connection));
}

/// The hook replaces SQLite's own checkpoints, which never restart the log while there is always
/// some reader: a log of 22 GB was seen.
Database::Database(sqlite3* connection) : connection_(connection) {
  sqlite3_wal_hook(
      connection,
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<Database*>(self)->log_pages_ = pages;
        return SQLITE_OK;
      },
      this);
}

bool Database::checkpoint() {
  if (error_) return false;
  sqlite3_busy_timeout(connection_, kReadersMs);
  const int code =
      sqlite3_wal_checkpoint_v2(connection_, nullptr, SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
  sqlite3_busy_timeout(connection_, kBusyMs);
  if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY) note_error(code);
  return code == SQLITE_OK;
}

Database::~Database() { sqlite3_close(connection_); }

void Database::note_error(int code) { fail(describe(connection_, code)); }

void Database::fail(DatabaseError error) {
  if (!error_) error_ = std::move(error);
}

std::optional<DatabaseError> Database::take_error() { return std::exchange(error_, std::nullopt); }

void Database::report_moves(std::function<void()> moved) {
  constexpr int kInstructions = 100'000;  // of SQLite's machine: some milliseconds of its work
  moved_ = std::move(moved);
  const auto call = [](void* callback) {
    (*static_cast<std::function<void()>*>(callback))();
    return 0;  // go on
  };
  sqlite3_progress_handler(connection_, moved_ ? kInstructions : 0, call, &moved_);
}

void Database::exec(const char* sql) {
  if (error_) return;
  const int code = sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) note_error(code);
}

std::int64_t Database::query_number(const char* sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.number() : 0;
}

std::int64_t Database::last_row() const { return sqlite3_last_insert_rowid(connection_); }

Statement::Statement(Database& database, const char* sql) : database_(database) {
  if (!database.ok()) return;
  const int code = sqlite3_prepare_v3(database.connection_, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                      &statement_, nullptr);
  if (code != SQLITE_OK) database.note_error(code);
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::bind(std::int64_t value) {
  sqlite3_bind_int64(statement_, ++parameter_, value);
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  // A null pointer would bind NULL.
  sqlite3_bind_text(statement_, ++parameter_, text.empty() ? "" : text.data(),
                    static_cast<int>(text.size()), SQLITE_STATIC);
  return *this;
}

Statement& Statement::bind(std::span<const std::uint8_t> blob) {
  sqlite3_bind_blob(statement_, ++parameter_, blob.data(), static_cast<int>(blob.size()),
                    SQLITE_STATIC);
  return *this;
}

Statement& Statement::bind_null() {
  sqlite3_bind_null(statement_, ++parameter_);
  return *this;
}

bool Statement::step() {
  column_ = 0;
  if (!database_.ok() || statement_ == nullptr) return false;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) database_.note_error(code);
  reset();
  return false;
}

void Statement::run() {
  step();
  reset();
}

std::int64_t Statement::run_and_count() {
  step();
  const bool ok = database_.ok();
  const int changed = ok ? sqlite3_changes(database_.connection_) : 0;
  reset();
  return changed;
}

void Statement::reset() {
  parameter_ = 0;
  if (statement_ != nullptr) sqlite3_reset(statement_);
}

std::int64_t Statement::number() { return sqlite3_column_int64(statement_, column_++); }

std::string_view Statement::text() {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column_));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column_));
  ++column_;
  return text == nullptr ? std::string_view() : std::string_view(text, size);
}

std::span<const std::uint8_t> Statement::blob() {
  const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column_));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column_));
  ++column_;
  return {bytes, size};
}

bool Statement::next_is_null() {
  if (sqlite3_column_type(statement_, column_) != SQLITE_NULL) return false;
  ++column_;
  return true;
}

std::optional<std::int64_t> Statement::optional_number() {
  if (next_is_null()) return std::nullopt;
  return number();
}

std::optional<std::uint64_t> Statement::optional_count() {
  if (next_is_null()) return std::nullopt;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(number(), 0));
}

std::optional<std::string> Statement::optional_text() {
  if (next_is_null()) return std::nullopt;
  return std::string(text());
}

std::string sqlite_version() { return fmt::format("SQLite {}", sqlite3_libversion()); }

}  // namespace fanfetch
