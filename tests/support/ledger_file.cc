#include "tests/support/ledger_file.h"

#include <sqlite3.h>

#include <memory>
#include <span>
#include <stdexcept>

#include "common/sha256.h"
#include "tests/support/temp_dir.h"

namespace fanfetch::support {
namespace {

namespace fs = std::filesystem;

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

/// Steps through the rows of one query.
class Query {
 public:
  Query(sqlite3* database, const char* text) : database_(database) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(database, text, -1, &statement, nullptr) != SQLITE_OK) fail(text);
    statement_.reset(statement);
  }

  [[nodiscard]] bool next() {
    const int code = sqlite3_step(statement_.get());
    if (code != SQLITE_ROW && code != SQLITE_DONE) fail(sqlite3_sql(statement_.get()));
    return code == SQLITE_ROW;
  }
  [[nodiscard]] std::optional<std::int64_t> number(int column) const {
    if (is_null(column)) return std::nullopt;
    return sqlite3_column_int64(statement_.get(), column);
  }
  [[nodiscard]] std::optional<std::string> text(int column) const {
    if (is_null(column)) return std::nullopt;
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
    return std::string(bytes == nullptr ? "" : bytes, size);
  }

 private:
  [[nodiscard]] bool is_null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
  }
  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error("the ledger: " + what + ": " + sqlite3_errmsg(database_));
  }

  sqlite3* database_;
  std::unique_ptr<sqlite3_stmt, FinalizeStatement> statement_;
};

Database open(const fs::path& path) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE, nullptr);
  Database database(handle);
  if (code != SQLITE_OK)
    throw std::runtime_error("the ledger: " + std::string(sqlite3_errstr(code)));
  return database;
}

std::string integrity_of(sqlite3* database) {
  Query query(database, "PRAGMA integrity_check");
  std::string found;
  while (query.next()) found += (found.empty() ? "" : "; ") + query.text(0).value_or("");
  return found;
}

std::size_t count_of(sqlite3* database, const char* text) {
  Query query(database, text);
  return query.next() ? static_cast<std::size_t>(query.number(0).value_or(0)) : 0;
}

std::optional<std::string> in_hex(const std::optional<std::string>& blob) {
  if (!blob) return std::nullopt;
  return to_hex(std::span(reinterpret_cast<const std::uint8_t*>(blob->data()), blob->size()));
}

}  // namespace

std::optional<LedgerContents> read_ledger(const fs::path& output) {
  const fs::path folder = output / ".fanfetch";
  if (!fs::exists(folder / "ledger.sqlite")) return std::nullopt;
  const TempDir copy;
  // Not ledger.sqlite-shm: it may be torn, and SQLite rebuilds it from the log.
  for (const char* name : {"ledger.sqlite", "ledger.sqlite-wal"}) {
    if (fs::exists(folder / name)) fs::copy_file(folder / name, copy.path() / name);
  }
  const Database database = open(copy.path() / "ledger.sqlite");
  if (count_of(database.get(), "SELECT count(*) FROM sqlite_schema") == 0) return std::nullopt;
  LedgerContents contents;
  contents.integrity = integrity_of(database.get());
  contents.placing = count_of(database.get(), "SELECT count(*) FROM placing");
  contents.runs = count_of(database.get(), "SELECT count(*) FROM runs");
  Query rows(database.get(),
             "SELECT url, status, file_name, bytes, sha256, run, part "
             "FROM links LEFT JOIN placing USING(row)");
  while (rows.next()) {
    contents.rows.push_back({.url = rows.text(0).value_or(""),
                             .status = rows.text(1).value_or(""),
                             .file_name = rows.text(2),
                             .bytes = rows.number(3),
                             .sha256 = in_hex(rows.text(4)),
                             .run = rows.number(5).value_or(0),
                             .part = rows.text(6)});
  }
  return contents;
}

bool restart_ledger_log(const fs::path& output) {
  const Database database = open(output / ".fanfetch/ledger.sqlite");
  sqlite3_busy_timeout(database.get(), 1000);
  Query checkpoint(database.get(), "PRAGMA wal_checkpoint(RESTART)");
  return checkpoint.next() && checkpoint.number(0) == 0;  // column 0: 1 if it was blocked
}

}  // namespace fanfetch::support
