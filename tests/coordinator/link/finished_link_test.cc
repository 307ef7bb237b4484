#include "coordinator/link/finished_link.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

FinishedLink finished(Outcome outcome, int attempts = 2) {
  return {.link = {.index = 7, .listed = "http://x/a", .name = "a.jpg"},
          .outcome = std::move(outcome),
          .final_url = "http://y/b",
          .attempts = attempts,
          .started_at = WallTime(5s),
          .duration = 6ms,
          .waited = 50ms,
          .dns = 1ms,
          .timings = {.connect = 2ms, .tls = 3ms, .first_byte = 4ms},
          .requests = 3};
}

const Response kResponse{
    .http_status = 200, .content_type = "image/jpeg", .etag = "\"e\"", .last_modified = "then"};

FinishedLink with_earlier(FinishedLink finished) {
  Record record{.index = 99, .url = "http://old/", .status = Status::saved, .file_name = "a.jpg"};
  record.bytes = 4;
  record.sha256 = sha256("old body");
  record.http_status = 200;
  record.etag = "\"old\"";
  record.attempts = 9;
  record.started_at = WallTime(1s);
  record.times.duration = 1ms;
  finished.link.earlier = std::make_shared<Earlier>(Earlier{.file = {}, .record = record});
  return finished;
}

TEST(FinishedLinkTest, OfASavedLink) {
  const Sha256Digest digest = sha256("body");
  const Record record =
      record_of(finished(Saved{.response = kResponse, .bytes = 4, .sha256 = digest}));
  EXPECT_EQ(record.index, 7u);
  EXPECT_EQ(record.url, "http://x/a");
  EXPECT_EQ(record.status, Status::saved);
  EXPECT_EQ(record.file_name, std::nullopt) << "the ledger's to give";
  EXPECT_EQ(record.bytes, 4u);
  EXPECT_EQ(record.sha256, digest);
  EXPECT_EQ(record.http_status, 200);
  EXPECT_EQ(record.content_type, "image/jpeg");
  EXPECT_EQ(record.etag, "\"e\"");
  EXPECT_EQ(record.last_modified, "then");
  EXPECT_EQ(record.final_url, "http://y/b");
  EXPECT_EQ(record.attempts, 2);
  EXPECT_EQ(record.started_at, WallTime(5s));
  EXPECT_EQ(record.times.duration, 6ms);
  EXPECT_EQ(record.times.waited, 50ms);
  EXPECT_EQ(record.times.dns, 1ms);
  EXPECT_EQ(record.times.connect, 2ms);
  EXPECT_EQ(record.times.tls, 3ms);
  EXPECT_EQ(record.times.first_byte, 4ms);
  EXPECT_EQ(record.requests, 3u);
  EXPECT_FALSE(record.error || record.retryable || record.message || record.duplicate_of);
}

TEST(FinishedLinkTest, TheListsOwnColumnsGoAlong) {
  const auto columns = std::make_shared<const std::string>("{}");
  for (const Outcome& outcome : {Outcome(Saved{}), Outcome(Failed{}), Outcome(Kept{})}) {
    EXPECT_EQ(record_of(with_earlier(finished(outcome))).columns, nullptr);
    FinishedLink given = with_earlier(finished(outcome));
    given.link.columns = columns;
    EXPECT_EQ(record_of(std::move(given)).columns, columns);
  }
}

TEST(FinishedLinkTest, WhatWasNotSentIsUnknown) {
  const Record record = record_of(finished(Saved{}));
  EXPECT_FALSE(record.http_status || record.content_type || record.etag || record.last_modified);
  EXPECT_FALSE(record.sha256);
}

TEST(FinishedLinkTest, WhatIsToBeKnownOfASavedFileIsTold) {
  EXPECT_EQ(record_of(finished(Saved{.note = "no length"})).message, "no length");
  EXPECT_EQ(record_of(finished(Saved{})).message, std::nullopt);
}

TEST(FinishedLinkTest, OfAFailure) {
  const Record record = record_of(finished(Failed{.error = ErrorClass::refused,
                                                  .retry = Retry::yes,
                                                  .message = "no",
                                                  .response = kResponse,
                                                  .refused_address = "10.0.0.1"}));
  EXPECT_EQ(record.status, Status::failed);
  EXPECT_EQ(record.error, ErrorClass::refused);
  EXPECT_EQ(record.retryable, true);
  EXPECT_EQ(record.message, "no");
  EXPECT_EQ(record.http_status, 200);
  EXPECT_EQ(record.refused_address, "10.0.0.1");
  EXPECT_FALSE(record.file_name || record.bytes || record.sha256);
  EXPECT_EQ(record_of(finished(Failed{})).retryable, false);
}

TEST(FinishedLinkTest, OfWhatWasNotWanted) {
  Outcome skipped = Skipped{.message = "too small", .response = kResponse};
  const Record record = record_of(finished(skipped));
  EXPECT_EQ(record.status, Status::skipped);
  EXPECT_EQ(record.error, ErrorClass::filtered);
  EXPECT_EQ(record.message, "too small");
  EXPECT_EQ(record.content_type, "image/jpeg");
  EXPECT_EQ(record.retryable, std::nullopt);
  EXPECT_EQ(record.attempts, 2);
  EXPECT_EQ(record_of(with_earlier(finished(skipped))).message,
            "too small; the file of the earlier run stays: a.jpg");
}

TEST(FinishedLinkTest, AFailureSaysThatTheEarlierFileStays) {
  const Record record = record_of(with_earlier(finished(Failed{.message = "no"})));
  EXPECT_EQ(record.message, "no; the file of the earlier run stays: a.jpg");
  EXPECT_EQ(record.file_name, std::nullopt);
}

TEST(FinishedLinkTest, ALinkThatWasNeverTriedHasNoTimes) {
  const Record record = record_of(finished(Failed{}, 0));
  EXPECT_FALSE(record.final_url || record.started_at || record.times.duration);
  EXPECT_FALSE(record.times.dns || record.times.connect || record.times.first_byte);
  EXPECT_EQ(record.times.waited, 50ms) << "for a turn that never came";
  EXPECT_EQ(record.attempts, 0);
}

TEST(FinishedLinkTest, OfAKeptFileWhatTheEarlierRunKnew) {
  const Record record =
      record_of(with_earlier(finished(Kept{.response = {.http_status = 304}}, 1)));
  EXPECT_EQ(record.status, Status::kept);
  EXPECT_EQ(record.file_name, "a.jpg");
  EXPECT_EQ(record.bytes, 4u);
  EXPECT_EQ(record.sha256, sha256("old body"));
  EXPECT_EQ(record.etag, "\"old\"");
  EXPECT_EQ(record.http_status, 200) << "of the file, not of the question";
  EXPECT_EQ(record.index, 7u) << "but the line is this run's";
  EXPECT_EQ(record.url, "http://x/a");
  EXPECT_EQ(record.attempts, 1);
  EXPECT_EQ(record.started_at, WallTime(5s));
  EXPECT_EQ(record.times.duration, 6ms);
  EXPECT_EQ(record.times.first_byte, 4ms);
  EXPECT_EQ(record.requests, 3u);
}

TEST(FinishedLinkTest, AFailureThatAnEarlierRunHadIsNoNews) {
  EXPECT_FALSE(record_of(finished(Failed{})).stood);
  FinishedLink given = finished(Failed{});
  given.link.failed_before = true;
  EXPECT_TRUE(record_of(std::move(given)).stood);
}

}  // namespace
}  // namespace fanfetch
