#include "coordinator/settle/batch_settler.h"

#include <algorithm>

#include "coordinator/names/path_text.h"
#include "coordinator/settle/batch_policy.h"
#include "tests/coordinator/settle/settler_fixture.h"

// In which order a batch is settled, and what of.

namespace fanfetch {
namespace {

class BatchSettlerTest : public SettlerFixture {};

TEST_F(BatchSettlerTest, SyncsThenWritesThenRenamesThenReports) {
  on_sync_ = [this] {
    EXPECT_TRUE(ledger_.rows.empty()) << "no row before its part is on the disk";
    EXPECT_TRUE(has_part(1) && has_part(2));
  };
  on_ledger_ = [this](const std::string&) {
    EXPECT_FALSE(exists("a.jpg") || exists("b.jpg")) << "no name before the ledger has noted it";
    EXPECT_TRUE(records_.empty());
  };
  settle(saved(1, "a.jpg"), saved(2, "b.jpg"));
  EXPECT_EQ(take_log(), (Log{"sync", "write", "record 1", "settled", "record 2", "settled"}));
  EXPECT_EQ(read("a.jpg"), "body");
  EXPECT_FALSE(has_part(1));
  EXPECT_EQ(records_.at(0).status, Status::saved);
  EXPECT_EQ(records_[0].file_name, "a.jpg");
  EXPECT_EQ(settled_, (std::vector{link_of(1), link_of(2)}));
  EXPECT_FALSE(settler_.output_error());
}

TEST_F(BatchSettlerTest, SaysOfEachLinkWhetherItLasts) {
  using Done = std::vector<std::pair<std::uint64_t, bool>>;
  settle(saved(1, "a.jpg"), finished(2, "b.jpg", Failed{.error = ErrorClass::dns}),
         finished(3, "c.jpg", Skipped{.reason = ErrorClass::filtered}));
  EXPECT_EQ(done_, (Done{{1, true}, {2, true}, {3, true}}));
  done_.clear();
  sync_error_ = EIO;
  settle(saved(4, "d.jpg"), finished(5, "e.jpg", Skipped{.reason = ErrorClass::filtered}));
  EXPECT_EQ(done_, (Done{{4, false}, {5, false}}));
}

/// Another machine has the file: only the row is written, and no sync is waited for.
TEST_F(BatchSettlerTest, ALinkThatWasFetchedElsewhereIsARow) {
  const auto elsewhere = [](unsigned number, const std::string& planned, Record record) {
    record.index = number;
    return FetchedElsewhere{.link = finished(number, planned, Saved{}).link,
                            .record = std::move(record)};
  };
  files_are_elsewhere_ = true;
  settle(elsewhere(1, "a.jpg", {.status = Status::saved, .file_name = "a.jpg", .bytes = 7}),
         elsewhere(2, "b", {.status = Status::saved, .file_name = "b.png", .bytes = 8}),
         elsewhere(3, "c.jpg", {.status = Status::failed, .error = ErrorClass::http_4xx}),
         elsewhere(4, "d.jpg", {.status = Status::skipped, .error = ErrorClass::filtered}));
  EXPECT_EQ(take_log(), (Log{"write", "record 1", "settled", "record 2", "settled", "record 3",
                             "settled", "record 4", "settled"}));
  ASSERT_EQ(ledger_.rows.size(), 3u);
  EXPECT_TRUE(ledger_.placing.empty());
  EXPECT_EQ(ledger_.rows.at(1).file, std::nullopt);
  EXPECT_EQ(ledger_.rows.at(1).link, link_of(1));
  EXPECT_EQ(ledger_.rows.at(2).name_key, name_key("b.png"));
  EXPECT_EQ(ledger_.rows.at(3).planned_name, "c.jpg");
  EXPECT_EQ(settled_names_.at(1), (std::pair{key_of("b"), name_key("b.png")}));
  EXPECT_EQ(other_names_, std::vector{name_key("b.png")});
}

/// Another node fetches it, and says what became of it.
TEST_F(BatchSettlerTest, NobodyIsToldOfALinkThatIsHandedOver) {
  FinishedLink handed_over = finished(1, "a.jpg", Skipped{.reason = ErrorClass::filtered});
  handed_over.handed_over = true;
  settle(std::move(handed_over), finished(2, "b.jpg", Skipped{.reason = ErrorClass::filtered}));
  EXPECT_EQ(take_log(), (Log{"settled", "record 2", "settled"}));
  EXPECT_EQ(done_, (decltype(done_){{1, true}, {2, true}}));
}

TEST_F(BatchSettlerTest, NotesWhatIsNeededToFinishTheRenames) {
  write_part(1, "body");
  struct stat status {};
  ASSERT_EQ(::fstatat(part_fd_.get(), part_of(1).c_str(), &status, 0), 0);
  settle(finished(1, "a.jpg", Saved{.bytes = 4}));
  const PendingRename& rename = ledger_.placing.at(1);
  EXPECT_EQ(rename.part, part_of(1));
  EXPECT_EQ(rename.inode, status.st_ino);
  EXPECT_EQ(rename.replaces, std::nullopt);
  const LedgerRow& row = ledger_.rows.at(1);
  EXPECT_EQ(row.link, link_of(1));
  EXPECT_EQ(row.file, stamp_of(status));
  EXPECT_EQ(row.file, stamp("a.jpg"));
  EXPECT_EQ(row.name_key, key_of("a.jpg"));
  EXPECT_EQ(row.record.file_name, "a.jpg");
}

/// (e): only what lies on the disk counts as placed.
TEST_F(BatchSettlerTest, PlacedIsForgottenOnlyBehindAnotherSync) {
  settle(saved(1, "a.jpg"));
  (void)take_log();
  settler_.finish();
  EXPECT_EQ(take_log(), (Log{"sync", "clear_renames"}));
  settler_.finish();
  EXPECT_EQ(take_log(), Log{}) << "once is enough";
}

TEST_F(BatchSettlerTest, TheBatchAfterRenamesSyncsEvenWithoutParts) {
  settle(saved(1, "a.jpg"));
  (void)take_log();
  settle(failed_row(2));
  EXPECT_EQ(take_log(), (Log{"sync", "write", "record 2", "settled"}));
  settle(failed_row(3));
  EXPECT_EQ(take_log(), (Log{"write", "record 3", "settled"})) << "those are on the disk";
  settler_.finish();
  EXPECT_EQ(take_log(), Log{}) << "nothing is to be placed";
}

/// As they come where a ledger cannot keep up with a server that refuses all.
TEST_F(BatchSettlerTest, ManyLinksWithoutPartsAreSettledInSlices) {
  constexpr auto kLinks = static_cast<unsigned>(2 * BatchPolicy::kFull + 1);
  std::vector<Settled> batch;
  for (unsigned i = 1; i <= kLinks; ++i) batch.emplace_back(failed_row(i));
  settler_.settle(batch);
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ(std::ranges::count(take_log(), "write"), 3);
  ASSERT_EQ(records_.size(), kLinks);
  EXPECT_EQ(records_.back().index, kLinks);
  EXPECT_EQ(ledger_.rows.size(), kLinks);
}

TEST_F(BatchSettlerTest, ManyLinksWithAPartShareOneSync) {
  std::vector<Settled> batch;
  for (unsigned i = 2; i <= BatchPolicy::kFull + 2; ++i) batch.emplace_back(failed_row(i));
  batch.emplace_back(saved(1, "a.jpg"));
  settler_.settle(batch);
  const auto log = take_log();
  EXPECT_EQ(std::ranges::count(log, "write"), 1);
  EXPECT_EQ(std::ranges::count(log, "sync"), 1);
}

TEST_F(BatchSettlerTest, ABatchWithoutRowsTouchesNothing) {
  FinishedLink kept = finished(1, "a.jpg", Kept{});
  with_earlier(kept, "old");
  settle(kept);
  EXPECT_EQ(take_log(), (Log{"record 1", "settled"}));
  settle();
  EXPECT_EQ(take_log(), Log{});
}

TEST_F(BatchSettlerTest, AKeptFileIsReportedAndItsRowStays) {
  FinishedLink kept = finished(7, "a.jpg", Kept{.response = {.http_status = 304}});
  with_earlier(kept, "old");
  settle(kept, saved(2, "b.jpg"));
  EXPECT_EQ(ledger_.rows.size(), 1u);
  ASSERT_EQ(records_.size(), 2u);
  EXPECT_EQ(records_[0].index, 7u);
  EXPECT_EQ(records_[0].status, Status::kept);
  EXPECT_EQ(records_[0].file_name, "a.jpg");
  EXPECT_EQ(records_[0].etag, "\"old\"");
  EXPECT_EQ(records_[1].file_name, "b.jpg") << "each record is of its own link";
  EXPECT_EQ(read("a.jpg"), "old");
}

TEST_F(BatchSettlerTest, AFailureIsARowWithoutAFile) {
  settle(finished(1, "a.jpg", Failed{.error = ErrorClass::tls, .message = "no"}));
  EXPECT_EQ(take_log(), (Log{"write", "record 1", "settled"})) << "no part, no sync";
  const LedgerRow& row = ledger_.rows.at(1);
  EXPECT_EQ(row.link, link_of(1));
  EXPECT_EQ(row.record.error, ErrorClass::tls);
  EXPECT_FALSE(row.record.file_name || row.file);
  EXPECT_TRUE(ledger_.placing.empty());
}

TEST_F(BatchSettlerTest, TheBodyMayChangeTheNameAndNothingElse) {
  content_names_["a.png"] = "a.jpg";
  on_ledger_ = [this](const std::string&) { EXPECT_FALSE(exists("a.jpg") || exists("a.png")); };
  settle(saved(1, "a.png"), saved(2, "b.jpg"));
  EXPECT_EQ(take_log(), (Log{"sync", "write", "record 1", "settled", "record 2", "settled"}));
  EXPECT_EQ(read("a.jpg"), "body");
  EXPECT_FALSE(exists("a.png"));
  EXPECT_EQ(records_.at(0).file_name, "a.jpg");
  const LedgerRow& row = ledger_.rows.at(1);
  EXPECT_EQ(row.record.file_name, "a.jpg");
  EXPECT_EQ(row.name_key, key_of("a.jpg"));
  EXPECT_EQ(settled_names_,
            (std::vector<std::pair<std::uint64_t, std::uint64_t>>{
                {key_of("a.png"), key_of("a.jpg")}, {key_of("b.jpg"), key_of("b.jpg")}}))
      << "both are free again";
}

TEST_F(BatchSettlerTest, AChangedNameThatTurnsOutToBeTakenGetsASuffix) {
  content_names_["a.png"] = "a.jpg";
  write("a.jpg", "foreign");
  settle(saved(1, "a.png"));
  EXPECT_EQ(read("a.jpg"), "foreign");
  EXPECT_EQ(records_.at(0).file_name, other("a.jpg", 1));
  EXPECT_EQ(read(other("a.jpg", 1)), "body");
}

TEST_F(BatchSettlerTest, WhatIsNotWantedIsReportedAndLeavesNoRow) {
  write_part(1, "half");
  settle(finished(1, "a.jpg", Skipped{.message = "too small"}));
  EXPECT_EQ(take_log(), (Log{"record 1", "settled"}));
  EXPECT_TRUE(ledger_.rows.empty()) << "the next run may want it";
  EXPECT_FALSE(has_part(1));
  EXPECT_EQ(records_.at(0).status, Status::skipped);
}

TEST_F(BatchSettlerTest, AFailureLeavesTheEarlierFileAndItsRow) {
  FinishedLink failed = finished(1, "a.jpg", Failed{.error = ErrorClass::tls, .message = "no"});
  with_earlier(failed, "old");
  settle(failed);
  EXPECT_TRUE(ledger_.rows.empty());
  EXPECT_EQ(records_.at(0).status, Status::failed);
  EXPECT_EQ(read("a.jpg"), "old");
}

TEST_F(BatchSettlerTest, ItIsNotedWhetherTheLinkOfAnEarlierFileFails) {
  const auto ask_again = [this](Outcome outcome, bool failed_before) {
    FinishedLink asked = finished(1, "a.jpg", std::move(outcome));
    with_earlier(asked, "old");
    asked.link.failed_before = failed_before;
    settle(asked, saved(2, "b.jpg"));
    for (const auto& [number, row] : ledger_.rows) EXPECT_NE(row.link, link_of(1));
    EXPECT_EQ(records_.at(0).index, 1u);
    EXPECT_EQ(records_.at(0).stood, failed_before && records_[0].status == Status::failed);
    records_.clear();
    return std::exchange(ledger_.failing, {});
  };
  const Failed gone{.error = ErrorClass::http_4xx, .message = "404"};
  using Failing = std::map<LinkId, bool>;
  EXPECT_EQ(ask_again(gone, false), (Failing{{link_of(1), true}}));
  EXPECT_EQ(ask_again(gone, true), Failing()) << "noted already";
  EXPECT_EQ(ask_again(Kept{}, true), (Failing{{link_of(1), false}}));
  EXPECT_EQ(ask_again(Kept{}, false), Failing());
  EXPECT_EQ(ask_again(Skipped{.message = "small"}, true), Failing()) << "it is not known";
  EXPECT_EQ(ask_again(Saved{.bytes = 9}, false), (Failing{{link_of(1), true}})) << "no such part";
  EXPECT_EQ(ask_again(Saved{.bytes = 9}, true), Failing());
}

TEST_F(BatchSettlerTest, ANewFileReplacesTheEarlierOne) {
  FinishedLink newer = saved(1, "a.jpg");
  with_earlier(newer, "old");
  settle(newer);
  EXPECT_EQ(read("a.jpg"), "body");
  EXPECT_EQ(ledger_.placing.at(1).replaces, newer.link.earlier->file);
}

TEST_F(BatchSettlerTest, AnEarlierFileThatWasChangedMeanwhileIsNotReplaced) {
  FinishedLink newer = saved(1, "a.jpg");
  with_earlier(newer, "old");
  write("a.jpg", "changed by the user");
  settle(newer);
  EXPECT_EQ(read("a.jpg"), "changed by the user");
  EXPECT_EQ(read(other("a.jpg", 1)), "body");
  EXPECT_EQ(records_.at(0).file_name, other("a.jpg", 1));
}

TEST_F(BatchSettlerTest, RowsOfThePlanAreWrittenAsTheyAre) {
  LedgerRow adopted = saved_row(1, "a.jpg");
  write("a.jpg", "was there");
  settle(adopted, saved(2, "b.jpg"));
  EXPECT_EQ(ledger_.rows.at(1).record.file_name, "a.jpg");
  EXPECT_EQ(ledger_.rows.at(1).file, adopted.file);
  EXPECT_EQ(ledger_.placing.size(), 1u);
  EXPECT_EQ(records_.at(0).file_name, "a.jpg");
  EXPECT_EQ(records_.at(1).file_name, "b.jpg");
  EXPECT_EQ(read("b.jpg"), "body");
}

TEST_F(BatchSettlerTest, TheNameThatItGotIsTheOneReported) {
  write("a.jpg", "foreign");
  settle(saved(1, "a.jpg"));
  EXPECT_EQ(take_log(), (Log{"sync", "write", "rename", "record 1", "settled"}));
  EXPECT_EQ(records_.at(0).file_name, other("a.jpg", 1));
  EXPECT_EQ(ledger_.rows.at(1).record.file_name, other("a.jpg", 1));
  ASSERT_EQ(other_names_.size(), 1u) << "which was not claimed";
  EXPECT_EQ(other_names_[0], name_key(*records_.back().file_name));
}

TEST_F(BatchSettlerTest, WhatFailedIsRemovedUnlessItCanBeGoneOnWith) {
  const Failed hopeless{.error = ErrorClass::http_4xx, .retry = Retry::no};
  const Failed curable{.error = ErrorClass::truncated, .retry = Retry::yes};
  const Failed full{.error = ErrorClass::disk, .retry = Retry::no};
  for (unsigned i : {1u, 2u, 3u, 4u, 5u}) write_part(i, "bo");
  for (unsigned i : {1u, 2u, 3u}) write_sidecar(i);
  FinishedLink never_asked = finished(5, "e", hopeless);
  never_asked.attempts = 0;  // an earlier run's part, still of use
  settle(finished(1, "a", hopeless), finished(2, "b", curable), finished(3, "c", full),
         finished(4, "d", curable), never_asked);
  EXPECT_FALSE(has_part(1));
  EXPECT_TRUE(has_part(2));
  EXPECT_TRUE(has_part(3));
  EXPECT_FALSE(has_part(4)) << "without a sidecar nobody can";
  EXPECT_TRUE(has_part(5));
  EXPECT_EQ(support::files_in(parts_).size(), 5u);
}

}  // namespace
}  // namespace fanfetch
