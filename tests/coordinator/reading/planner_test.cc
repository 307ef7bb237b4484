#include "coordinator/reading/planner.h"

#include <fstream>

#include "tests/coordinator/reading/planner_fixture.h"

// What becomes of links that earlier runs settled.

namespace fanfetch {
namespace {

namespace fs = std::filesystem;

class PlannerTest : public EitherPlannerFixture {
 protected:
  void expect_fetched(const std::string& name) {
    const Link fetched = link(kUrl);
    EXPECT_EQ(fetched.name, name);
    EXPECT_EQ(fetched.name_key, name_key(name));
    EXPECT_EQ(fetched.earlier, nullptr);
  }
};

INSTANTIATE_TEST_SUITE_P(All, PlannerTest, kEitherKept, name_of_kept);

TEST_P(PlannerTest, ANewLinkIsFetched) {
  const Link fetched = link("http://me:hidden@h/x/a.jpg#f");
  EXPECT_EQ(fetched.index, 1u);
  EXPECT_EQ(fetched.listed, "http://user:***@h/x/a.jpg#f");
  EXPECT_EQ(fetched.url.normal, "http://h/x/a.jpg");
  EXPECT_EQ(fetched.name, "a.jpg");
  EXPECT_EQ(fetched.earlier, nullptr);
  EXPECT_NE(link("http://h/x/a.jpg").hash, fetched.hash) << "another user's is another link";
}

/// The ledger is not asked about a link that this run has not planned before, and about any other.
TEST_P(PlannerTest, ARunThatBeganEmptyKnowsItsOwnLinks) {
  PlanContext began_empty = context();
  began_empty.began_empty = BeganEmpty::yes;
  planner_.emplace(std::move(began_empty));
  const Link fetched = link(kUrl);
  EXPECT_EQ(record(kUrl).duplicate_of, 1u) << "in flight";
  saved(kUrl, "a.jpg");
  leave_flight(kUrl, fetched);
  EXPECT_EQ(record(kUrl).duplicate_of, 1u) << "in the ledger";
  EXPECT_EQ(link("http://h/b.jpg").name, "b.jpg");
  saved("http://h/c.jpg", "c.jpg");
  EXPECT_EQ(link("http://h/c.jpg").name, other_name("c.jpg", sha256("http://h/c.jpg"), 1))
      << "was not asked about";
}

/// As a node of a fleet gets it: it has its name, and comes again where the answer was lost.
TEST_P(PlannerTest, ALinkThatAnotherRunHasPlannedIsAnsweredAgain) {
  start_run();
  ListedItem item(kUrl);
  item.place = 77;
  item.planned = std::make_shared<const Link>(Link{
      .name = "x/named.jpg", .open_name = "x/named", .name_given = true, .failed_before = true});
  const Plan first = planner_->plan(item, filter_, 1);
  const Link& fetched = std::get<Link>(first);
  EXPECT_EQ(fetched.index, 77u);
  EXPECT_EQ(fetched.name, "x/named.jpg");
  EXPECT_EQ(fetched.open_name, "x/named");
  EXPECT_TRUE(fetched.name_given);
  EXPECT_TRUE(fetched.failed_before);
  saved(kUrl, "x-named.jpg");
  leave_flight(kUrl, fetched);
  for (int again = 0; again < 2; ++again) {
    const Plan answer = planner_->plan(item, filter_, 2);
    EXPECT_EQ(std::get<Record>(answer).status, Status::kept) << "by this very run";
    EXPECT_EQ(std::get<Record>(answer).file_name, "x-named.jpg");
  }
  std::filesystem::remove(out_ / "x-named.jpg");
  EXPECT_TRUE(std::holds_alternative<Link>(planner_->plan(item, filter_, 3))) << "it is gone";
}

TEST_P(PlannerTest, WhatIsNoLinkIsARow) {
  const auto first = plan_as<LedgerRow>("nonsense");
  EXPECT_EQ(first.record.error, ErrorClass::bad_url);
  EXPECT_EQ(first.record.retryable, false);
  EXPECT_EQ(first.record.url, "nonsense");
  EXPECT_NE(plan_as<LedgerRow>("other nonsense").link, first.link);
}

TEST_P(PlannerTest, ALinkWhosePasswordWasMaskedIsARow) {
  for (const char* url : {"http://***@h/a.jpg", "http://user:***@h/a.jpg"}) {
    const auto row = plan_as<LedgerRow>(url);
    EXPECT_EQ(row.record.error, ErrorClass::bad_url);
    EXPECT_EQ(row.record.url, "http://user:***@h/a.jpg");
    EXPECT_NE(row.record.message->find("masked"), std::string::npos);
  }
  EXPECT_EQ(link("http://user:%2A%2A%2A@h/a.jpg").url.userinfo, "user:***");
}

TEST_P(PlannerTest, WhatIsFilteredIsARecord) {
  filter_ = LinkFilter::make({.reject_extensions = {"jpg"}}).value();
  EXPECT_EQ(record(kUrl).error, ErrorClass::filtered);
  start_run();
  ListedItem item;
  item.problem = "no link";
  const Plan nothing = planner_->plan(item, filter_, 9);
  EXPECT_EQ(std::get<Record>(nothing).status, Status::skipped);
  EXPECT_EQ(std::get<Record>(nothing).error, ErrorClass::no_link) << "no filter was asked";
  EXPECT_EQ(std::get<Record>(nothing).message, "no link");
  EXPECT_EQ(std::get<Record>(nothing).index, 9u);
}

TEST_P(PlannerTest, WhatItsSourceRulesOutIsARecord) {
  start_run();
  ListedItem item(kUrl, "why");
  item.problem_class = ErrorClass::filtered;
  const Record skipped = std::get<Record>(planner_->plan(item, filter_, 1));
  EXPECT_EQ(skipped.status, Status::skipped);
  EXPECT_EQ(skipped.url, kUrl);
  EXPECT_EQ(skipped.message, "why");
  item.problem_class = ErrorClass::http_4xx;
  const Record failed = std::get<Record>(planner_->plan(item, filter_, 2));
  EXPECT_EQ(failed.status, Status::failed);
  EXPECT_EQ(failed.error, ErrorClass::http_4xx);
  EXPECT_EQ(failed.retryable, true);
}

TEST_P(PlannerTest, TheListsOwnColumnsGoWithWhateverBecomesOfALink) {
  saved("http://h/saved.jpg", "saved.jpg");
  failed("http://h/gone.jpg", ErrorClass::http_4xx, 404);
  filter_ = LinkFilter::make({.reject_extensions = {"gif"}}).value();
  start_run();
  const auto columns = std::make_shared<const std::string>("{}");
  const auto plan_with = [&](const std::string& url) {
    ListedItem item(url);
    item.columns = columns;
    return planner_->plan(item, filter_, ++index_);
  };
  EXPECT_EQ(std::get<Link>(plan_with("http://h/new.jpg")).columns, columns);
  EXPECT_EQ(std::get<LedgerRow>(plan_with("nonsense")).record.columns, columns);
  for (const char* recorded : {"http://h/new.jpg", "http://h/x.gif", "http://h/saved.jpg",
                               "http://h/saved.jpg", "http://h/gone.jpg"}) {
    EXPECT_EQ(std::get<Record>(plan_with(recorded)).columns, columns) << recorded;
  }
  resume_.adopt = true;
  write("here.jpg", "there already");
  start_run();
  EXPECT_EQ(std::get<LedgerRow>(plan_with("http://h/here.jpg")).record.columns, columns);
}

TEST_P(PlannerTest, AKeptFileHasItsEarlierColumnsIfThisListHasNone) {
  write("a.jpg", "saved");
  LedgerRow row;
  row.record.status = Status::saved;
  row.record.file_name = "a.jpg";
  row.record.columns = std::make_shared<const std::string>("{\"a\":1}");
  row.file = stamp("a.jpg");
  row.record.bytes = row.file->size;
  settle(kUrl, std::move(row));
  const Record kept = record(kUrl);
  EXPECT_EQ(kept.status, Status::kept);
  if (GetParam() == KeptRecords::counted) return;
  ASSERT_TRUE(kept.columns);
  EXPECT_EQ(*kept.columns, "{\"a\":1}");
}

TEST_P(PlannerTest, NamesComeFromTheListsOwnColumns) {
  name_template_ = "{col:set}/{name}";
  start_run();
  ListedItem item(kUrl);
  item.named = {"red"};
  EXPECT_EQ(std::get<Link>(planner_->plan(item, filter_, 1)).name, "red/a.jpg");
}

TEST_P(PlannerTest, AListMayNameTheFile) {
  start_run();
  const auto plan_out = [&](const std::string& out) {
    ListedItem item("http://h/x/a" + std::to_string(++index_) + ".jpg");
    item.out = out;
    return std::get<Link>(planner_->plan(item, filter_, index_));
  };
  EXPECT_EQ(plan_out("sub/one.jpg").name, "sub/one.jpg");
  EXPECT_EQ(plan_out("d/").name, "d/a2.jpg") << "a folder alone";
  EXPECT_FALSE(plan_out("d/").name_given) << "a server may suggest the name in it";
  EXPECT_EQ(plan_out("../../etc/passwd").name, "etc/passwd");
  EXPECT_EQ(plan_out("/data/x/./../y.jpg").name, "data/x/y.jpg");
  EXPECT_EQ(plan_out(".fanfetch/ledger.sqlite").name, "_fanfetch/ledger.sqlite");
  EXPECT_EQ(plan_out("..\\x\t.jpg").name, "___x_.jpg");
  EXPECT_TRUE(plan_out("z.jpg").name_given);
  EXPECT_FALSE(plan_out("").name_given);
  EXPECT_NE(plan_out("sub/one.jpg").name, "sub/one.jpg") << "that name is claimed";
}

TEST_P(PlannerTest, ItsHeadersGoAlong) {
  start_run();
  ListedItem item(kUrl);
  item.headers = {"A: 1"};
  const auto link = std::get<Link>(planner_->plan(item, filter_, 1));
  EXPECT_EQ(link.headers, std::vector<std::string>{"A: 1"});
  EXPECT_FALSE(link.name_given);
}

/// The planner reads a long list's rows ahead, which changes nothing of what it says.
TEST_P(PlannerTest, EachOfManySavedLinksIsPlannedAsIfItWereAlone) {
  const auto url = [](int number) { return fmt::format("http://h/{}.jpg", number); };
  for (int number = 1; number <= 100; ++number) saved(url(number), fmt::format("{}.jpg", number));
  std::filesystem::remove(out_ / "50.jpg");
  write("60.jpg", "another file");
  for (int number = 1; number <= 100; ++number) {
    if (number == 50 || number == 60) {
      EXPECT_EQ(link(url(number)).index, number) << "its file is not what was saved";
      continue;
    }
    const Record kept = record(url(number));
    EXPECT_EQ(kept.status, Status::kept) << number;
    EXPECT_EQ(kept.index, number);
    EXPECT_EQ(kept.url, url(number));
    EXPECT_EQ(kept.file_name, fmt::format("{}.jpg", number));
    EXPECT_EQ(kept.bytes, 5u);
    if (GetParam() == KeptRecords::whole) {
      EXPECT_EQ(kept.etag, "\"e\"");
    }
  }
  for (int number = 1; number <= 100; ++number) {
    EXPECT_EQ(record(url(number)).duplicate_of, number) << "once more";
  }
}

TEST_P(PlannerTest, ASavedFileIsKept) {
  saved(kUrl, "other.jpg");
  index_ = 6;
  const Record kept = record(kUrl);
  EXPECT_EQ(kept.status, Status::kept);
  EXPECT_EQ(kept.index, 7u);
  EXPECT_EQ(kept.file_name, "other.jpg") << "whatever it would be called today";
  EXPECT_EQ(kept.bytes, 5u);
  if (GetParam() == KeptRecords::whole) {
    EXPECT_EQ(kept.etag, "\"e\"");
  }
  EXPECT_EQ(kept.attempts, 0);
  std::uint64_t generation = 0;
  EXPECT_FALSE(links_in_flight_.find(id_of(kUrl), generation));
}

TEST_P(PlannerTest, ARemovedFileIsFetchedAgainUnderItsName) {
  saved(kUrl, "a.jpg");
  fs::remove(out_ / "a.jpg");
  expect_fetched("a.jpg");
}

TEST_P(PlannerTest, AChangedFileStaysAndTheLinkIsFetchedBesideIt) {
  saved(kUrl, "a.jpg");
  write("a.jpg", "changed by the user");
  expect_fetched("a-" + to_hex(sha256(kUrl)).substr(0, 8) + ".jpg");
}

TEST_P(PlannerTest, AFileOfTheSameSizeAndAnotherTimeIsAChangedOne) {
  saved(kUrl, "a.jpg");
  fs::last_write_time(out_ / "a.jpg", fs::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_NE(link(kUrl).name, "a.jpg");
}

TEST_P(PlannerTest, ALinkInTheFilesPlaceIsNotTheFile) {
  saved(kUrl, "a.jpg");
  fs::rename(out_ / "a.jpg", out_ / "moved.jpg");
  fs::create_symlink("moved.jpg", out_ / "a.jpg");
  EXPECT_NE(link(kUrl).name, "a.jpg");
}

TEST_P(PlannerTest, ATrustedLedgerIsNotCompared) {
  saved(kUrl, "a.jpg");
  fs::remove(out_ / "a.jpg");
  resume_.trust_ledger = true;
  EXPECT_EQ(record(kUrl).status, Status::kept);
}

TEST_P(PlannerTest, RefreshAsksAboutSavedFiles) {
  saved(kUrl, "other.jpg");
  resume_.refresh = true;
  resume_.trust_ledger = true;  // changes nothing: a file that is not there cannot be kept
  const Link asked = link(kUrl);
  EXPECT_EQ(asked.name, "other.jpg");
  EXPECT_EQ(asked.name_key, name_key("other.jpg"));
  ASSERT_NE(asked.earlier, nullptr);
  EXPECT_EQ(asked.earlier->file, stamp("other.jpg"));
  EXPECT_EQ(asked.earlier->record.status, Status::saved);
  EXPECT_EQ(asked.earlier->record.etag, "\"e\"");
  EXPECT_EQ(link("http://h/other.jpg").name.substr(0, 6), "other-") << "that name is in use";
}

TEST_P(PlannerTest, RefreshFetchesWhatIsGone) {
  saved(kUrl, "a.jpg");
  fs::remove(out_ / "a.jpg");
  resume_.refresh = true;
  expect_fetched("a.jpg");
}

/// As a repair leaves it: to be fetched again, in place of the file that is there.
TEST_P(PlannerTest, AFailedRowWithItsFileReplacesIt) {
  saved(kUrl, "a.jpg", Status::failed);
  const Link again = link(kUrl);
  EXPECT_EQ(again.name, "a.jpg");
  ASSERT_NE(again.earlier, nullptr);
  EXPECT_EQ(again.earlier->record.status, Status::failed);
  EXPECT_EQ(again.earlier->file, stamp("a.jpg"));
}

TEST_P(PlannerTest, AFailureIsTriedAgain) {
  failed(kUrl, ErrorClass::timeout);
  expect_fetched("a.jpg");
}

TEST_P(PlannerTest, WhatIsGoneForGoodStands) {
  failed(kUrl, ErrorClass::http_4xx, 404);
  const Record still = record(kUrl);
  EXPECT_EQ(still.status, Status::failed);
  EXPECT_EQ(still.error, ErrorClass::http_4xx);
  EXPECT_EQ(still.http_status, 404);
  EXPECT_EQ(still.attempts, 0);
  EXPECT_EQ(still.index, 1u);
  EXPECT_TRUE(still.message.value_or("").ends_with("--retry-failed http_4xx: no"))
      << *still.message;
}

TEST_P(PlannerTest, FailuresOfEarlierRunsAreToldApart) {
  failed(kUrl, ErrorClass::http_4xx, 404);
  failed("http://h/b.jpg", ErrorClass::timeout);
  saved("http://h/c.jpg", "c.jpg");
  fs::remove(out_ / "c.jpg");
  saved("http://h/d.jpg", "d.jpg", Status::failed);  // as a verification marks it
  fs::remove(out_ / "d.jpg");
  EXPECT_TRUE(record(kUrl).stood);
  EXPECT_TRUE(link("http://h/b.jpg").failed_before) << "whatever comes of it now";
  EXPECT_FALSE(link("http://h/c.jpg").failed_before);
  EXPECT_FALSE(link("http://h/d.jpg").failed_before) << "it was saved once";
  EXPECT_FALSE(link("http://h/new.jpg").failed_before);
}

TEST_P(PlannerTest, ASavedFileWhoseLinkFailedSinceIsKnown) {
  saved(kUrl, "a.jpg");
  LedgerEntry gone{.row = {}, .rename = {}, .file_stays = true};
  gone.row.link = id_of(kUrl);
  ASSERT_TRUE(ledger_->write(std::span(&gone, 1)));
  start_run();
  EXPECT_EQ(record(kUrl).status, Status::kept) << "nobody asks";
  resume_.refresh = true;
  start_run();
  EXPECT_TRUE(link(kUrl).failed_before);
  fs::remove(out_ / "a.jpg");
  start_run();
  leave_flight(kUrl, {});
  EXPECT_FALSE(link(kUrl).failed_before) << "its file was there, and is not any more";
}

TEST_P(PlannerTest, AKeptFileThatItsListNamesOtherwiseIsKnown) {
  saved(kUrl, "x/a.jpg");
  const auto otherwise = [this](const std::string& out) {
    start_run();
    ListedItem item(kUrl);
    item.out = out;
    auto planned = planner_->plan(item, filter_, 1);
    auto* record = std::get_if<Record>(&planned);
    EXPECT_TRUE(record != nullptr && record->status == Status::kept) << out;
    return record != nullptr && record->named_otherwise;
  };
  for (const char* same : {"", "x/a.jpg", "x//a.jpg", "x/a", "x/"}) EXPECT_FALSE(otherwise(same));
  for (const char* other : {"q.jpg", "a.jpg", "x/q.jpg", "y/"}) EXPECT_TRUE(otherwise(other));
  saved(kUrl, other_name("x/a.jpg", sha256(kUrl), 2));
  EXPECT_FALSE(otherwise("x/a.jpg")) << "that one was taken";
}

TEST_P(PlannerTest, AFailureThatCannotBeTriedStands) {
  Record earlier{.index = 7, .url = "http://***@h/a.jpg", .error = ErrorClass::timeout};
  earlier.attempts = 3;
  ListedItem item;
  item.left_out = std::make_shared<const Record>(earlier);
  start_run();
  const auto plan = [&](const LinkFilter& filter) {
    return std::get<Record>(planner_->plan(item, filter, 1));
  };
  const Record record = plan(filter_);
  EXPECT_TRUE(record.stood && record.left_out);
  EXPECT_EQ(record.status, Status::failed);
  EXPECT_EQ(record.error, ErrorClass::timeout);
  EXPECT_EQ(record.index, 7u);
  EXPECT_EQ(record.attempts, 0);
  FilterRules rules;
  rules.accept_extensions = {"png"};
  EXPECT_EQ(plan(LinkFilter::make(rules).value()).error, ErrorClass::filtered);
}

TEST_P(PlannerTest, ALineThatWasNoUrlBeforeIsNoNews) {
  const auto stood = [this](const std::string& line) {
    auto row = plan_as<LedgerRow>(line);
    LedgerEntry entry{.row = std::move(row), .rename = {}};
    EXPECT_TRUE(ledger_->write(std::span(&entry, 1)));
    return entry.row.record.stood;
  };
  EXPECT_FALSE(stood("nonsense"));
  EXPECT_FALSE(stood("nonsense")) << "twice in one list, both are new";
  for (int week = 0; week < 2; ++week) {
    start_run();
    EXPECT_TRUE(stood("nonsense"));
    EXPECT_TRUE(stood("nonsense"));
  }
  EXPECT_FALSE(stood("other nonsense"));
  EXPECT_FALSE(stood("nonsense")) << "a third one";
  EXPECT_FALSE(stood("")) << "a row without a link";
  start_run();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(stood("nonsense"));
  EXPECT_TRUE(stood(""));
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(stood("")) << i;
}

TEST_P(PlannerTest, ANameFromTheLedgerStandsInForTheTemplate) {
  name_template_ = "all/{name}";
  start_run();
  ListedItem item(kUrl);
  item.planned_name = "album/a-1.jpg";
  EXPECT_EQ(std::get<Link>(planner_->plan(item, filter_, 1)).name, "album/a-1.jpg");
}

TEST_P(PlannerTest, ALinkOfTheLedgerKeepsItsPlaceAndWhoNamedIt) {
  name_template_ = "{index}.{ext}";
  start_run();
  ListedItem item("http://h/photo");
  item.planned_name = "3.html";
  item.named_by_list = true;
  item.place = 3;
  const Link link = std::get<Link>(planner_->plan(item, filter_, 1));
  EXPECT_EQ(link.index, 3u);
  EXPECT_TRUE(link.name_given);
  EXPECT_EQ(link.open_name, "") << "the template is filled in already";
}

TEST_P(PlannerTest, RetryFailedDecides) {
  failed(kUrl, ErrorClass::http_4xx, 404);
  resume_.retry_failed.which = RetryFailed::Which::all;
  expect_fetched("a.jpg");
}

TEST_P(PlannerTest, RetryFailedNoneLeavesSavedFilesAlone) {
  failed(kUrl, ErrorClass::timeout);
  saved("http://h/b.jpg", "b.jpg");
  fs::remove(out_ / "b.jpg");
  resume_.retry_failed.which = RetryFailed::Which::none;
  EXPECT_EQ(record(kUrl).error, ErrorClass::timeout);
  EXPECT_EQ(link("http://h/b.jpg").name, "b.jpg");
}

TEST_P(PlannerTest, ALedgerThatCannotBeReadEndsTheRun) {
  start_run();
  ledger_.reset();
  {
    auto database = Database::open(path_, Database::Access::read_write);
    (*database)->exec("DROP TABLE placing; DROP TABLE links");
    ASSERT_TRUE((*database)->ok());
  }
  const auto trouble = plan_as<OutputTrouble>(kUrl);
  EXPECT_NE(trouble.message.find(path_), std::string::npos) << trouble.message;
}

TEST_P(PlannerTest, WithoutALedgerEverythingIsNew) {
  planner_.emplace(PlanContext{.names = NameTemplate::parse("{name}").value(),
                               .resume = {},
                               .output = {},
                               .history = nullptr,
                               .seen = {},
                               .links_in_flight = &links_in_flight_,
                               .name_claims = &name_claims_});
  EXPECT_EQ(link(kUrl).name, "a.jpg");
  EXPECT_EQ(record(kUrl).duplicate_of, 1u);
}

}  // namespace
}  // namespace fanfetch
