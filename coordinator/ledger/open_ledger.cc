#include "coordinator/ledger/open_ledger.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "common/unique_fd.h"
#include "coordinator/ledger/schema.h"

namespace fanfetch {
namespace {

constexpr const char* kSettings = R"sql(
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA cache_size = -8192;
PRAGMA journal_size_limit = 67108864;
)sql";

constexpr int kMostAside = 1000;

/// The note of mark_ledger_damaged().
std::string damage_note(const std::string& path) { return path + "-damaged"; }

/// Opening a FIFO, for instance, would wait.
Result<> check_is_file(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode)) return {};
  return fail("the ledger '{}' is not a regular file; remove it, or name another with --ledger",
              path);
}

Result<> bring_up(Database& database, const std::string& path, const std::function<void()>& moved) {
  const auto steps = ledger_steps();
  switch (format_of(database, steps)) {
    case Format::newer:
      return fail(
          "the ledger '{}' was written by a later fanfetch (format {}, this one knows {}); use "
          "that "
          "one, or another folder with -o",
          path, database.query_number("PRAGMA user_version"), steps.size());
    case Format::foreign:
      return fail("'{}' is another program's database; name another file with --ledger", path);
    case Format::older:
      database.report_moves(moved);
      migrate(database, steps);
      database.report_moves({});
      break;
    case Format::current:
    case Format::unknown: break;
  }
  database.exec(kSettings);
  // Read a little of each table: damage is better found now than during the run.
  (void)database.query_number("SELECT max(row) FROM links");
  (void)database.query_number("SELECT max(run) FROM runs");
  (void)database.query_number("SELECT count(*) FROM placing");
  return {};
}

/// Whether an earlier run has left a note that the ledger is damaged. A note without its ledger
/// means nothing any more, and is removed.
bool is_marked_damaged(const std::string& path) {
  if (::access(damage_note(path).c_str(), F_OK) != 0) return false;
  if (::access(path.c_str(), F_OK) == 0) return true;
  ::unlink(damage_note(path).c_str());
  return false;
}

/// What keeps a file of that name from being opened or written beside; "" if nothing is seen.
/// SQLite does not always say: it has files of its own beside a ledger, and tries again read-only.
std::string obstacle(const std::string& path, std::string_view message) {
  if (message != "unable to open database file" &&
      message != "attempt to write a readonly database") {
    return "";
  }
  const std::string folder = path.substr(0, path.find_last_of('/') + 1);
  for (const std::string& name : {folder.empty() ? std::string("./") : folder, path}) {
    if (::access(name.c_str(), W_OK) == 0 || (errno == ENOENT && name == path)) continue;
    return fmt::format(": '{}': {}", name, errno_text(errno));
  }
  return "";
}

tl::unexpected<Error> cannot_open(const std::string& path, const DatabaseError& error) {
  return fail(
      "cannot write the ledger '{}': {}{}; {}", path, error.message, obstacle(path, error.message),
      error.kind == DatabaseError::Kind::full ? "make room there, then run the same command again"
                                              : "mend that, or name another with --ledger");
}

}  // namespace

bool may_be_ledger(const std::string& path) {
  static constexpr char kMagicBytes[] = "SQLite format 3";
  static constexpr std::string_view kMagic(kMagicBytes, sizeof kMagicBytes);  // with its NUL
  char begin[kMagic.size()] = {};
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return true;
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const ssize_t count = file.valid() ? ::read(file.get(), begin, sizeof begin) : 0;
  return count <= 0 || std::string_view(begin, sizeof begin) == kMagic;
}

std::optional<std::string> move_ledger_aside(const std::string& path) {
  for (int n = 1; n <= kMostAside; ++n) {
    const std::string aside = fmt::format("{}.damaged-{}", path, n);
    if (::renameat2(AT_FDCWD, path.c_str(), AT_FDCWD, aside.c_str(), RENAME_NOREPLACE) != 0) {
      if (errno == EEXIST) continue;
      return std::nullopt;
    }
    for (const char* beside : {"-wal", "-shm"}) {
      (void)::rename((path + beside).c_str(), (aside + beside).c_str());  // often there is none
    }
    ::unlink(damage_note(path).c_str());
    return aside;
  }
  errno = EEXIST;
  return std::nullopt;
}

int mark_ledger_damaged(const std::string& path) {
  const UniqueFd note(::open(damage_note(path).c_str(),
                             O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666));
  if (!note.valid()) return errno;
  return ::fsync(note.get()) == 0 ? 0 : errno;
}

Result<OpenedLedger> open_ledger(const std::string& path, OnDamage on_damage,
                                 const std::function<void()>& moved) {
  OpenedLedger opened;
  for (;;) {
    if (auto file = check_is_file(path); !file) return tl::unexpected(file.error());
    DatabaseError error{DatabaseError::Kind::damaged, "an earlier run could not read it"};
    if (!is_marked_damaged(path)) {
      auto database = Database::open(path, Database::Access::read_write);
      if (database) {
        if (auto up = bring_up(**database, path, moved); !up) return tl::unexpected(up.error());
        auto failure = (*database)->take_error();
        if (!failure) {
          opened.database = std::move(*database);
          return opened;
        }
        error = std::move(*failure);
        database->reset();
      } else {
        error = std::move(database.error());
      }
    }
    if (error.kind != DatabaseError::Kind::damaged || opened.notice) {
      return cannot_open(path, error);
    }
    if (on_damage == OnDamage::refuse) {
      return fail(
          "the ledger '{}' is damaged: {}; the next run moves it aside and begins a new one", path,
          error.message);
    }
    const auto aside = move_ledger_aside(path);
    if (!aside) {
      error.message += ", and it cannot be moved aside: " + errno_text(errno);
      return cannot_open(path, error);
    }
    opened.notice = fmt::format(
        "the ledger is damaged ({}): it is kept as '{}', and a new one begins; --adopt takes the "
        "files that are already there as saved",
        error.message, *aside);
  }
}

}  // namespace fanfetch
