#include "coordinator/report/tally.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

Record settled(Status status) {
  Record record;
  record.status = status;
  return record;
}

Record failed(ErrorClass error, std::string address = "") {
  Record record = settled(Status::failed);
  record.error = error;
  record.refused_address = std::move(address);
  return record;
}

TEST(Tally, CountsByStatusAndClass) {
  Tally tally;
  Record saved = settled(Status::saved);
  saved.bytes = 5;
  tally.add(saved);
  tally.add(saved);
  Record kept = settled(Status::kept);
  kept.bytes = 100;
  tally.add(kept);
  Record skipped = settled(Status::skipped);
  skipped.error = ErrorClass::duplicate;
  tally.add(skipped);
  tally.add(failed(ErrorClass::dns));
  tally.add(failed(ErrorClass::crashed_worker));
  EXPECT_EQ(tally.count(Status::saved), 2u);
  EXPECT_EQ(tally.count(Status::kept), 1u);
  EXPECT_EQ(tally.count(Status::skipped), 1u);
  EXPECT_EQ(tally.count(Status::failed), 2u);
  EXPECT_EQ(tally.total(), 6u);
  EXPECT_EQ(tally.bytes(), 10u) << "of saved files only";
  EXPECT_EQ(tally.failed_as(ErrorClass::dns), 1u);
  EXPECT_EQ(tally.failed_as(ErrorClass::crashed_worker), 1u);
  EXPECT_EQ(tally.failed_as(ErrorClass::duplicate), 0u) << "a duplicate is no failure";
}

TEST(Tally, RefusedAddressesAreBounded) {
  Tally tally;
  for (int i = 0; i < 500; ++i) {
    tally.add(failed(ErrorClass::refused, "10.0.0." + std::to_string(i)));
  }
  tally.add(failed(ErrorClass::refused, "10.0.0.7"));
  tally.add(failed(ErrorClass::refused));
  EXPECT_EQ(tally.refused().size(), 100u);
  EXPECT_EQ(tally.refused().at("10.0.0.7"), 2u);
  EXPECT_EQ(tally.failed_as(ErrorClass::refused), 502u);
}

TEST(MaxFailed, ByNumber) {
  Tally tally;
  EXPECT_FALSE(MaxFailed{}.exceeded_by(tally));
  tally.add(failed(ErrorClass::dns));
  EXPECT_TRUE(MaxFailed{}.exceeded_by(tally));
  EXPECT_FALSE((MaxFailed{1, -1}).exceeded_by(tally));
  tally.add(failed(ErrorClass::dns));
  EXPECT_TRUE((MaxFailed{1, -1}).exceeded_by(tally));
}

TEST(MaxFailed, ByShare) {
  Tally tally;
  EXPECT_FALSE((MaxFailed{0, 0}).exceeded_by(tally)) << "an empty list is a success";
  tally.add(failed(ErrorClass::dns));
  for (int i = 0; i < 9; ++i) tally.add(settled(Status::saved));
  EXPECT_FALSE((MaxFailed{0, 10}).exceeded_by(tally)) << "exactly a tenth";
  EXPECT_TRUE((MaxFailed{0, 9.9}).exceeded_by(tally));
  EXPECT_TRUE((MaxFailed{0, 0}).exceeded_by(tally));
  EXPECT_FALSE((MaxFailed{0, 100}).exceeded_by(tally));
}

Record stood(ErrorClass error, int attempts = 0) {
  Record record = failed(error);
  record.stood = true;
  record.attempts = attempts;
  return record;
}

TEST(Tally, TellsNewFailuresFromOldOnes) {
  Tally tally;
  Record gone = stood(ErrorClass::http_4xx);
  gone.http_status = 404;
  tally.add(gone);
  tally.add(stood(ErrorClass::timeout, 5));
  Record refused = failed(ErrorClass::http_4xx);
  refused.http_status = 403;
  tally.add(refused);
  Record odd = failed(ErrorClass::http_4xx);
  odd.http_status = 70000;
  tally.add(odd);
  EXPECT_EQ(tally.count(Status::failed), 4u);
  EXPECT_EQ(tally.new_failures().all, 2u);
  EXPECT_EQ(tally.old_failures().all, 2u);
  EXPECT_EQ(tally.untried_failures(), 1u);
  EXPECT_EQ(tally.failed_as(ErrorClass::http_4xx), 3u);
  using Statuses = std::map<std::pair<ErrorClass, int>, std::uint64_t>;
  EXPECT_EQ(tally.old_failures().by_status, (Statuses{{{ErrorClass::http_4xx, 404}, 1}}));
  EXPECT_EQ(tally.new_failures().by_status, (Statuses{{{ErrorClass::http_4xx, 403}, 1}}));
}

TEST(MaxFailed, OnlyNewOnes) {
  Tally tally;
  const MaxFailed none{.only_new = true};
  for (int i = 0; i < 5; ++i) tally.add(stood(ErrorClass::http_4xx));
  tally.add(stood(ErrorClass::timeout, 2));
  EXPECT_FALSE(none.exceeded_by(tally)) << "tried again or not";
  EXPECT_TRUE(MaxFailed{}.exceeded_by(tally));
  tally.add(failed(ErrorClass::bad_url));
  EXPECT_TRUE(none.exceeded_by(tally));
  EXPECT_TRUE(none.exceeded_for_good_by(tally));
  EXPECT_FALSE((MaxFailed{.count = 1, .only_new = true}).exceeded_by(tally));
}

TEST(MaxFailed, ShareOfTheLinksThatWereTried) {
  Tally tally;
  const MaxFailed tenth{.percent = 10, .only_new = true};
  EXPECT_FALSE(tenth.exceeded_by(tally));
  for (int i = 0; i < 1000; ++i) tally.add(settled(Status::kept));
  for (int i = 0; i < 1000; ++i) tally.add(stood(ErrorClass::http_4xx));
  Record saved = settled(Status::saved);
  saved.attempts = 1;
  for (int i = 0; i < 8; ++i) tally.add(saved);
  Record broken = failed(ErrorClass::http_5xx);
  broken.attempts = 5;
  tally.add(broken);
  EXPECT_EQ(tally.tried(), 9u);
  EXPECT_TRUE(tenth.exceeded_by(tally)) << "a ninth";
  EXPECT_FALSE(tenth.exceeded_for_good_by(tally)) << "more may be saved";
  tally.add(stood(ErrorClass::timeout, 1));
  EXPECT_FALSE(tenth.exceeded_by(tally)) << "a tenth, with the old one that was tried again";
}

TEST(Tally, CountsWhatWasSkippedByReason) {
  Tally tally;
  tally.add({.index = 1, .status = Status::skipped, .error = ErrorClass::filtered});
  tally.add({.index = 2, .status = Status::skipped, .error = ErrorClass::duplicate});
  tally.add({.index = 3, .status = Status::skipped, .error = ErrorClass::filtered});
  EXPECT_EQ(tally.skipped_as(ErrorClass::filtered), 2u);
  EXPECT_EQ(tally.skipped_as(ErrorClass::duplicate), 1u);
  EXPECT_EQ(tally.failed_as(ErrorClass::filtered), 0u);
}

}  // namespace
}  // namespace fanfetch
