#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

struct sqlite3;
struct sqlite3_stmt;

namespace fanfetch {

/// Why a call to a database failed.
struct DatabaseError {
  enum class Kind {
    damaged,  ///< The file is no database, or its content is not sound.
    full,     ///< No room on its disk.
    other,    ///< It cannot be opened, read or written.
  };
  Kind kind = Kind::other;
  std::string message;  ///< SQLite's message, and the operating system's reason.
};

/// `SQLite 3.40.1`
[[nodiscard]] std::string sqlite_version();

/// A SQLite connection. Errors stick: after the first one, every call does nothing and yields
/// nothing until take_error(). So a sequence of calls is checked once, at its end.
/// Thread: one at a time.
class Database {
 public:
  enum class Access {
    read_write,  ///< Creates the file if it is missing.
    read_only,
    immutable,  ///< Read-only while nobody writes it: needs no -wal and -shm file.
    memory,     ///< A new one, in memory; `path` is only a name.
  };
  /// Does not follow a symbolic link at `path` itself; its folders may be links.
  [[nodiscard]] static tl::expected<std::unique_ptr<Database>, DatabaseError> open(
      const std::string& path, Access access);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  /// Calls `moved` each time that statements have come some way: not while they wait for a disk or
  /// a lock. Empty: no more.
  void report_moves(std::function<void()> moved);

  /// Runs statements that yield nothing.
  void exec(const char* sql);
  /// A statement that yields one number; 0 if there is none.
  [[nodiscard]] std::int64_t query_number(const char* sql);

  /// Pages in the write-ahead log after the last commit of this connection.
  [[nodiscard]] int log_pages() const { return log_pages_; }
  /// Copies the log into the database and lets the next commit write it from the beginning. Waits
  /// up to 50 ms for readers. False: a reader still needs the log, which keeps growing. REQUIRES:
  /// no transaction is open.
  bool checkpoint();

  /// The number of the row inserted last.
  [[nodiscard]] std::int64_t last_row() const;
  [[nodiscard]] bool ok() const { return !error_; }
  /// The first error since the last call of this function; clears it.
  [[nodiscard]] std::optional<DatabaseError> take_error();
  /// Sets the error, unless there is one.
  void fail(DatabaseError error);

 private:
  friend class Statement;
  explicit Database(sqlite3* connection);
  void note_error(int code);

  sqlite3* connection_;
  std::function<void()> moved_;
  int log_pages_ = 0;
  std::optional<DatabaseError> error_;
};

/// A prepared statement: bind its parameters in order, step, read the columns in order. `database`
/// is lent and must outlive it.
class Statement {
 public:
  Statement(Database& database, const char* sql);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  /// Binds the next parameter. Texts and blobs are lent until the next reset().
  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view text);
  Statement& bind(std::span<const std::uint8_t> blob);
  Statement& bind_null();
  template <class T>
  Statement& bind(const std::optional<T>& value) {
    return value ? bind(*value) : bind_null();
  }

  /// True: there is a row to read. False: there are no more rows, or the database has an error.
  bool step();
  /// For statements that yield nothing: steps once and resets.
  void run();
  /// The same; returns the number of rows that it changed.
  std::int64_t run_and_count();
  void reset();

  /// The next column of the row, valid until the next step() or reset().
  [[nodiscard]] std::int64_t number();
  [[nodiscard]] std::string_view text();
  [[nodiscard]] std::span<const std::uint8_t> blob();
  [[nodiscard]] std::optional<std::int64_t> optional_number();
  /// A number below 0, which only a damaged file has, counts as 0.
  [[nodiscard]] std::optional<std::uint64_t> optional_count();
  [[nodiscard]] std::optional<std::string> optional_text();

 private:
  [[nodiscard]] bool next_is_null();

  Database& database_;
  sqlite3_stmt* statement_ = nullptr;
  int parameter_ = 0;
  int column_ = 0;
};

}  // namespace fanfetch
