#include "coordinator/ledger/database.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/as_nobody.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

namespace fs = std::filesystem;
using Access = Database::Access;
using Kind = DatabaseError::Kind;

class DatabaseTest : public ::testing::Test {
 protected:
  [[nodiscard]] static std::unique_ptr<Database> open(const std::string& path,
                                                      Access access = Access::read_write) {
    auto opened = Database::open(path, access);
    if (opened) return std::move(*opened);
    ADD_FAILURE() << path << ": " << opened.error().message;
    return nullptr;
  }
  /// A database with one number in it.
  [[nodiscard]] static bool make(const std::string& path) {
    const auto database = open(path);
    if (!database) return false;
    database->exec("CREATE TABLE t(a); INSERT INTO t VALUES(7)");
    return database->ok();
  }

  support::TempDir temp_;
  const std::string path_ = temp_.at("a.sqlite");
};

TEST_F(DatabaseTest, ValuesComeBackAsTheyWent) {
  const auto database = open(path_);
  database->exec("CREATE TABLE t(a INTEGER, b TEXT, c BLOB, d TEXT, e INTEGER, f TEXT) STRICT");
  const std::string text("a\0b ä", 6);
  const std::vector<std::uint8_t> blob{0, 255, 0, 7};
  Statement insert(*database, "INSERT INTO t VALUES(?,?,?,?,?,?)");
  insert.bind(std::int64_t{-1} << 62).bind(text).bind(std::span(blob)).bind("").bind_null();
  insert.bind(std::optional<std::string_view>()).run();
  // The same statement again, without what it was given before.
  insert.bind(2).bind("b").bind_null().bind_null().bind(std::optional<std::int64_t>(5)).bind("f");
  insert.run();
  ASSERT_TRUE(database->ok()) << database->take_error()->message;

  Statement select(*database, "SELECT a, b, c, d, e, f FROM t ORDER BY a");
  ASSERT_TRUE(select.step());
  EXPECT_EQ(select.number(), std::int64_t{-1} << 62);
  EXPECT_EQ(select.text(), text);
  const auto read = select.blob();
  EXPECT_EQ(std::vector(read.begin(), read.end()), blob);
  EXPECT_EQ(select.optional_text(), "") << "empty is not NULL";
  EXPECT_EQ(select.optional_number(), std::nullopt);
  EXPECT_EQ(select.optional_text(), std::nullopt);
  ASSERT_TRUE(select.step());
  EXPECT_EQ(select.optional_number(), 2) << "columns begin anew";
  EXPECT_EQ(select.optional_text(), "b");
  EXPECT_TRUE(select.blob().empty());
  EXPECT_EQ(select.text(), "") << "of NULL";
  EXPECT_EQ(select.optional_number(), 5);
  EXPECT_FALSE(select.step());
  EXPECT_TRUE(database->ok());
}

TEST_F(DatabaseTest, ACountIsNeverBelowNothing) {
  const auto database = open(path_);
  Statement select(*database, "SELECT NULL, -5, 7");
  ASSERT_TRUE(select.step());
  EXPECT_EQ(select.optional_count(), std::nullopt);
  EXPECT_EQ(select.optional_count(), 0u) << "a damaged file's";
  EXPECT_EQ(select.optional_count(), 7u);
}

TEST_F(DatabaseTest, ErrorsStick) {
  const auto database = open(path_);
  database->exec("CREATE TABLE t(a)");
  Statement insert(*database, "INSERT INTO t VALUES(1)");
  database->exec("this is no SQL");
  EXPECT_FALSE(database->ok());
  insert.run();
  database->exec("INSERT INTO t VALUES(2)");
  EXPECT_EQ(database->query_number("SELECT 5"), 0);
  Statement late(*database, "SELECT 5");
  EXPECT_FALSE(late.step());
  database->fail({.message = "later"});

  const auto error = database->take_error();
  ASSERT_TRUE(error);
  EXPECT_NE(error->message.find("this"), std::string::npos) << "the first: " << error->message;
  EXPECT_EQ(error->kind, Kind::other);
  EXPECT_EQ(database->take_error(), std::nullopt);
  EXPECT_EQ(database->query_number("SELECT count(*) FROM t"), 0) << "nothing was done meanwhile";
  insert.run();
  EXPECT_EQ(database->query_number("SELECT count(*) FROM t"), 1) << "and now it works again";
}

TEST_F(DatabaseTest, AStatementThatFailsIsAnError) {
  const auto database = open(path_);
  database->exec("CREATE TABLE t(a UNIQUE); INSERT INTO t VALUES(1)");
  Statement insert(*database, "INSERT INTO t VALUES(?)");
  EXPECT_FALSE(insert.bind(1).step());
  ASSERT_FALSE(database->ok());
  (void)database->take_error();
  insert.bind(2).run();
  EXPECT_TRUE(database->ok()) << "it begins anew";
}

TEST_F(DatabaseTest, PathsHoldAnyCharacter) {
  const std::vector<std::string> names{"a?mode=ro", "a#b", "a%20b", "a b", "%", "ä&c=d", "a\nb"};
  for (const std::string& name : names) {
    EXPECT_TRUE(make(temp_.at(name))) << name;
    EXPECT_TRUE(fs::exists(temp_.at(name))) << name;
    for (const Access access : {Access::read_only, Access::immutable}) {
      const auto again = open(temp_.at(name), access);
      ASSERT_TRUE(again) << name;
      EXPECT_EQ(again->query_number("SELECT a FROM t"), 7) << name;
    }
  }
  EXPECT_EQ(static_cast<std::size_t>(
                std::distance(fs::directory_iterator(temp_.path()), fs::directory_iterator())),
            names.size())
      << "and nothing else was made";
}

/// As with `--output $ROOT/pictures` where ROOT is `/`.
TEST_F(DatabaseTest, PathsMayBeginWithTwoSlashes) {
  EXPECT_TRUE(make("/" + path_));
  EXPECT_TRUE(fs::exists(path_));
}

/// As with an output folder that lies on another disk.
TEST_F(DatabaseTest, FoldersOnTheWayMayBeLinks) {
  fs::create_directory(temp_.at("real"));
  fs::create_directory_symlink(temp_.at("real"), temp_.at("link"));
  EXPECT_TRUE(make(temp_.at("link/a.sqlite")));
  EXPECT_TRUE(fs::exists(temp_.at("real/a.sqlite")));
}

TEST_F(DatabaseTest, ALinkInItsPlaceIsRefused) {
  ASSERT_TRUE(make(path_));
  fs::create_symlink(path_, temp_.at("link"));
  fs::create_symlink(temp_.at("nothing"), temp_.at("dangling"));
  for (const Access access : {Access::read_write, Access::read_only, Access::immutable}) {
    EXPECT_FALSE(Database::open(temp_.at("link"), access));
    EXPECT_FALSE(Database::open(temp_.at("dangling"), access));
  }
  EXPECT_FALSE(fs::exists(temp_.at("nothing")));
}

TEST_F(DatabaseTest, ReadOnlyChangesNothing) {
  EXPECT_FALSE(Database::open(path_, Access::read_only));
  EXPECT_FALSE(fs::exists(path_)) << "nor does it make a file";
  ASSERT_TRUE(make(path_));
  for (const Access access : {Access::read_only, Access::immutable}) {
    const auto database = open(path_, access);
    database->exec("DELETE FROM t");
    EXPECT_TRUE(database->take_error());
    EXPECT_EQ(database->query_number("SELECT a FROM t"), 7);
  }
}

TEST_F(DatabaseTest, ImmutableNeedsNoFileBesideIt) {
  {
    const auto database = open(path_);
    database->exec("PRAGMA journal_mode = WAL");
  }
  ASSERT_TRUE(make(path_));
  const AsNobody nobody({}, temp_.path());
  const auto database = open(path_, Access::immutable);
  EXPECT_EQ(database->query_number("SELECT a FROM t"), 7);
  EXPECT_TRUE(database->ok());
}

TEST_F(DatabaseTest, ErrorsHaveAKind) {
  const std::string garbage = temp_.write("garbage", std::string(5000, 'g'));
  const auto damaged = open(garbage);
  (void)damaged->query_number("SELECT count(*) FROM sqlite_schema");
  EXPECT_EQ(damaged->take_error()->kind, Kind::damaged);

  ASSERT_TRUE(make(path_));
  const auto full = open(path_);
  full->exec("PRAGMA max_page_count = 2");
  full->exec("INSERT INTO t VALUES(randomblob(20000))");
  EXPECT_EQ(full->take_error()->kind, Kind::full);

  const auto folder = Database::open(temp_.path(), Access::read_write);
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().kind, Kind::other);
  EXPECT_FALSE(folder.error().message.empty());
}

/// A conversion of a big ledger is one of these.
TEST_F(DatabaseTest, StatementsThatTakeLongSayThatTheyMove) {
  const auto database = open(path_);
  int moves = 0;
  database->report_moves([&moves] { ++moves; });
  database->exec("CREATE TABLE t(a)");
  EXPECT_EQ(moves, 0);
  const char* many =
      "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<100000) "
      "SELECT i FROM n";
  database->exec(many);
  EXPECT_GE(moves, 5);
  EXPECT_LE(moves, 1000);
  moves = 0;
  database->report_moves({});
  database->exec(many);
  EXPECT_EQ(moves, 0);
  EXPECT_TRUE(database->ok());
}

}  // namespace
}  // namespace fanfetch
