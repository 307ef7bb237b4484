#include "tests/coordinator/reading/planner_fixture.h"

// One link a name, one name a link; and files that are there already.

namespace fanfetch {
namespace {

namespace fs = std::filesystem;

class PlannerNamesTest : public EitherPlannerFixture {
 protected:
  [[nodiscard]] static std::string suffix_of(const std::string& url) {
    return "-" + to_hex(sha256(url)).substr(0, 8);
  }
  void expect_duplicate(const std::string& url, std::uint64_t first) {
    const Record duplicate = record(url);
    EXPECT_EQ(duplicate.status, Status::skipped);
    EXPECT_EQ(duplicate.error, ErrorClass::duplicate);
    EXPECT_EQ(duplicate.duplicate_of, first);
    EXPECT_EQ(duplicate.index, index_);
  }
};

INSTANTIATE_TEST_SUITE_P(All, PlannerNamesTest, kEitherKept, name_of_kept);

TEST_P(PlannerNamesTest, TheSameLinkOnItsWayIsADuplicate) {
  index_ = 4;
  EXPECT_EQ(link(kUrl).index, 5u);
  expect_duplicate("HTTP://H:80/x/../a.jpg#f", 5);
  expect_duplicate(kUrl, 5);
}

/// What is asked for is what the first one of them says.
TEST_P(PlannerNamesTest, LinksAreKnownByTheirNormalFormHoweverTheyAreWritten) {
  const Link first = link("http://h/%7Ea/caf%c3%a9.jpg?");
  EXPECT_EQ(first.url.request, "http://h/%7Ea/caf%c3%a9.jpg?");
  EXPECT_EQ(first.hash, sha256("http://h/~a/caf%C3%A9.jpg"));
  EXPECT_EQ(first.name, "caf\xc3\xa9.jpg");
  expect_duplicate("http://h/~a/caf%C3%A9.jpg", 1);
  expect_duplicate("http://h/~%61/caf\xc3\xa9.jpg#x y", 1);
}

/// Rows of ledgers that exist were written under these.
TEST_P(PlannerNamesTest, TheIdentityOfALinkNeverChanges) {
  const auto identity = [this](const std::string& url) { return to_hex(link_id(link(url).hash)); };
  EXPECT_EQ(identity("HTTP://Example.ORG:80/Path/A.jpg#x"), "2308cba08c28627d22ff6ef15edd2e3e");
  EXPECT_EQ(identity("http://example.org/%41%7e%2d.jpg?"), "01b9ff9dc346d19f5d1e44990ab44f6b");
  EXPECT_EQ(identity("http://me:p%40ss@example.org/a.jpg"), "0b440c720fae78fd183be30d660d8c89");
  EXPECT_EQ(identity("http://me@example.org/a.jpg"), "2dc6365b7805804eefe99d8daee2551f");
}

TEST_P(PlannerNamesTest, TheSameLinkSettledInThisRunIsADuplicate) {
  const Link first = link(kUrl);
  saved(kUrl, first.name);  // as index 1
  leave_flight(kUrl, first);
  expect_duplicate(kUrl, 1);
}

TEST_P(PlannerNamesTest, TheSameLinkKeptIsADuplicate) {
  saved(kUrl, "a.jpg");
  failed("http://h/gone.jpg", ErrorClass::http_4xx, 410);
  index_ = 9;
  EXPECT_EQ(record(kUrl).status, Status::kept);
  EXPECT_EQ(record("http://h/gone.jpg").status, Status::failed);
  expect_duplicate(kUrl, 10);
  expect_duplicate("http://h/gone.jpg", 11);
  expect_duplicate(kUrl, 10);
}

TEST_P(PlannerNamesTest, TheSameLinkRefreshedIsADuplicateAlsoWhenItsRowStayed) {
  saved(kUrl, "a.jpg");
  resume_.refresh = true;
  index_ = 2;
  const Link first = link(kUrl);
  expect_duplicate(kUrl, 3);
  leave_flight(kUrl, first);  // 304: the row is the earlier run's
  expect_duplicate(kUrl, 3);
}

TEST_P(PlannerNamesTest, TheFirstLinkGetsThePlainName) {
  const std::string second = "http://h/y/a.jpg", third = "http://h/z/A.JPG";
  EXPECT_EQ(link(kUrl).name, "a.jpg");
  EXPECT_EQ(link(second).name, "a" + suffix_of(second) + ".jpg");
  EXPECT_EQ(link(third).name, "A" + suffix_of(third) + ".JPG") << "some file systems fold case";
}

TEST_P(PlannerNamesTest, NamesOfTheLedgerAreTaken) {
  saved("http://other/x.jpg", "a.JPG");
  fs::remove(out_ / "a.JPG");  // it may come back
  EXPECT_EQ(link(kUrl).name, "a" + suffix_of(kUrl) + ".jpg");
}

TEST_P(PlannerNamesTest, NamesThatAreSettledMeanwhileStayTaken) {
  const Link first = link("http://h/x/a.jpg");
  LedgerRow row;
  row.record.status = Status::saved;
  row.record.file_name = "A.jpg";  // as the ledger has it; no such file is there
  settle("http://h/x/a.jpg", row);
  leave_flight("http://h/x/a.jpg", first);
  EXPECT_EQ(link(kUrl).name, "a" + suffix_of(kUrl) + ".jpg");
}

TEST_P(PlannerNamesTest, ForeignFilesKeepTheirNames) {
  write("a.jpg", "foreign");
  fs::create_directory(out_ / "b.jpg");
  fs::create_symlink("nowhere", out_ / "c.jpg");
  for (const char* name : {"a", "b", "c"}) {
    const std::string url = fmt::format("http://h/{}.jpg", name);
    EXPECT_EQ(link(url).name, name + suffix_of(url) + ".jpg");
  }
}

TEST_P(PlannerNamesTest, OtherNamesMayBeTakenToo) {
  write("a.jpg", "foreign");
  const std::string other = "a" + suffix_of(kUrl);
  write(other + ".jpg", "foreign");
  EXPECT_EQ(link(kUrl).name, other + "-2.jpg");
}

TEST_P(PlannerNamesTest, ANameThatWasOnlyTriedIsFree) {
  write("a.jpg", "foreign");
  (void)link(kUrl);
  fs::remove(out_ / "a.jpg");
  EXPECT_EQ(link("http://h/x/a.jpg").name, "a.jpg");
}

TEST_P(PlannerNamesTest, AdoptsAFileUnderThePlainName) {
  resume_.adopt = true;
  write("a.jpg", "was there");
  const auto row = plan_as<LedgerRow>(kUrl);
  EXPECT_EQ(row.link, id_of(kUrl));
  EXPECT_EQ(row.name_key, name_key("a.jpg"));
  EXPECT_EQ(row.file, stamp("a.jpg"));
  EXPECT_EQ(row.record.status, Status::saved);
  EXPECT_EQ(row.record.index, 1u);
  EXPECT_EQ(row.record.file_name, "a.jpg");
  EXPECT_EQ(row.record.bytes, 9u);
  EXPECT_EQ(row.record.sha256, sha256("was there"));
  expect_duplicate(kUrl, 1);
  EXPECT_EQ(link("http://h/x/a.jpg").name, "a" + suffix_of("http://h/x/a.jpg") + ".jpg")
      << "it is adopted once";
}

TEST_P(PlannerNamesTest, AdoptsAfterAFailureToo) {
  failed(kUrl, ErrorClass::timeout);
  write("a.jpg", "was there");
  resume_.adopt = true;
  EXPECT_EQ(plan_as<LedgerRow>(kUrl).record.status, Status::saved);
}

TEST_P(PlannerNamesTest, AdoptsWhatIsGoneForGoodElsewhere) {
  failed(kUrl, ErrorClass::http_4xx, 404);
  write("a.jpg", "was there");
  resume_.adopt = true;
  EXPECT_EQ(plan_as<LedgerRow>(kUrl).record.status, Status::saved);
}

TEST_P(PlannerNamesTest, AdoptsWithoutReadingIfNoHashIsWanted) {
  resume_.adopt = true;
  resume_.hash_content = HashContent::no;
  write("a.jpg", "was there");
  EXPECT_EQ(plan_as<LedgerRow>(kUrl).record.sha256, std::nullopt);
}

TEST_P(PlannerNamesTest, AdoptsFilesOnly) {
  resume_.adopt = true;
  write("real.jpg", "was there");
  fs::create_symlink("real.jpg", out_ / "a.jpg");
  fs::create_directory(out_ / "b.jpg");
  EXPECT_EQ(link(kUrl).name, "a" + suffix_of(kUrl) + ".jpg");
  EXPECT_NE(link("http://h/b.jpg").name, "b.jpg");
  EXPECT_EQ(link("http://h/c.jpg").name, "c.jpg");
}

TEST_P(PlannerNamesTest, AdoptsNoOtherLinksFile) {
  resume_.adopt = true;
  saved("http://other/x.jpg", "a.jpg");
  EXPECT_EQ(link(kUrl).name, "a" + suffix_of(kUrl) + ".jpg");
}

TEST_P(PlannerNamesTest, AdoptsNothingUnasked) {
  write("a.jpg", "was there");
  EXPECT_NE(link(kUrl).name, "a.jpg");
}

}  // namespace
}  // namespace fanfetch
