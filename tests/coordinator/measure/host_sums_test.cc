#include "coordinator/measure/host_sums.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

Record saved_file(std::uint64_t bytes) {
  Record record{.status = Status::saved, .bytes = bytes, .attempts = 1};
  record.requests = 1;
  return record;
}

Record failed(ErrorClass error, std::optional<int> http_status) {
  Record record{
      .status = Status::failed, .http_status = http_status, .attempts = 1, .error = error};
  record.requests = 1;
  return record;
}

TEST(HostSums, OfASavedFile) {
  Record record = saved_file(3000);
  record.attempts = 3;
  record.requests = 5;
  record.times.first_byte = 12ms;
  record.times.duration = 1500ms;
  HostSums sums;
  sums.add(record);
  EXPECT_EQ(sums.requests, 5u);
  EXPECT_EQ(sums.retries, 2u);
  EXPECT_EQ(sums.files, 1u);
  EXPECT_EQ(sums.bytes, 3000u);
  EXPECT_EQ(sums.failed, 0u);
  EXPECT_EQ(sums.first_byte.count(), 1u);
  EXPECT_DOUBLE_EQ(sums.bytes_per_second(), 2000);
  EXPECT_EQ(HostSums().bytes_per_second(), 0);
}

TEST(HostSums, FailuresByClassAndStatus) {
  HostSums sums;
  sums.add(failed(ErrorClass::http_4xx, 404));
  sums.add(failed(ErrorClass::http_4xx, 403));
  sums.add(failed(ErrorClass::http_4xx, 404));
  sums.add(failed(ErrorClass::timeout, std::nullopt));
  sums.add(failed(ErrorClass::too_large, 200));
  sums.add(failed(ErrorClass::protocol, 70'000));
  EXPECT_EQ(sums.failed, 6u);
  EXPECT_EQ(sums.failures, (std::vector<FailureKind>{{ErrorClass::http_4xx, 404, 2},
                                                     {ErrorClass::http_4xx, 403, 1},
                                                     {ErrorClass::timeout, 0, 1},
                                                     {ErrorClass::too_large, 0, 1},
                                                     {ErrorClass::protocol, 0, 1}}));
}

TEST(HostSums, AServerThatSendsEveryStatusIsBounded) {
  HostSums sums, of_two;
  for (int round = 0; round < 2; ++round) {
    for (int status = 400; status < 500; ++status) sums.add(failed(ErrorClass::http_4xx, status));
    for (int status = 500; status < 600; ++status) sums.add(failed(ErrorClass::http_5xx, status));
  }
  EXPECT_EQ(sums.failures.size(), HostSums::kMostKinds + 2);
  EXPECT_EQ(sums.failures[0], (FailureKind{ErrorClass::http_4xx, 400, 2}));
  EXPECT_EQ(sums.failures[16], (FailureKind{ErrorClass::http_4xx, 0, 2 * 84}));
  EXPECT_EQ(sums.failures[17], (FailureKind{ErrorClass::http_5xx, 0, 200}));
  of_two.add(sums);
  of_two.add(sums);
  EXPECT_EQ(of_two.failed, 800u);
  EXPECT_EQ(of_two.failures.size(), sums.failures.size());
  EXPECT_EQ(of_two.failures[16].count, 4u * 84);
}

TEST(HostSums, AddUp) {
  Record first = saved_file(10), second = failed(ErrorClass::dns, std::nullopt);
  first.times = {.duration = 20ms, .first_byte = 3ms};
  second.attempts = 2;
  second.times.first_byte = 70ms;
  HostSums one, other, both;
  one.add(first);
  other.add(second);
  both.add(first);
  both.add(second);
  one.add(other);
  EXPECT_EQ(one, both);
}

TEST(HostSums, WhatIsMeasured) {
  Record record;
  EXPECT_TRUE(is_measured(record)) << "a failure before any request";
  record.stood = true;
  EXPECT_FALSE(is_measured(record)) << "of an earlier run, not tried again";
  record.attempts = 1;
  EXPECT_TRUE(is_measured(record)) << "tried again";
  for (const Status status : {Status::kept, Status::skipped}) {
    record = {.status = status};
    EXPECT_FALSE(is_measured(record));
    record.requests = 1;
    EXPECT_TRUE(is_measured(record)) << "the server was asked";
  }
}

}  // namespace
}  // namespace fanfetch
