#include "coordinator/reading/retry_failed.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using Which = RetryFailed::Which;

Record failed(ErrorClass error, std::optional<int> status = {}, bool retryable = true) {
  Record record;
  record.error = error;
  record.http_status = status;
  record.retryable = retryable;
  return record;
}

TEST(RetryFailedTest, WhatIsGoneForGood) {
  EXPECT_TRUE(gone_for_good(failed(ErrorClass::http_4xx, 404)));
  EXPECT_TRUE(gone_for_good(failed(ErrorClass::http_4xx, 410)));
  EXPECT_TRUE(gone_for_good(failed(ErrorClass::bad_url)));
  EXPECT_TRUE(gone_for_good(failed(ErrorClass::wrong_type, 200, false)));
  EXPECT_TRUE(gone_for_good(failed(ErrorClass::placeholder, 200, false)));
  EXPECT_TRUE(gone_for_good(failed(ErrorClass::dns, {}, false))) << "no such name";
}

TEST(RetryFailedTest, WhatMayComeRight) {
  EXPECT_FALSE(gone_for_good(failed(ErrorClass::http_4xx, 403)));
  EXPECT_FALSE(gone_for_good(failed(ErrorClass::http_4xx)));
  EXPECT_FALSE(gone_for_good(failed(ErrorClass::dns))) << "the resolver did not answer";
  EXPECT_FALSE(gone_for_good(failed(ErrorClass::http_5xx, 404, false)));
  EXPECT_FALSE(gone_for_good(failed(ErrorClass::wrong_type, 200, true))) << "an empty body";
  EXPECT_FALSE(gone_for_good(Record{})) << "nobody knows why";
  for (const auto error : {ErrorClass::refused, ErrorClass::timeout, ErrorClass::too_large,
                           ErrorClass::disk, ErrorClass::crashed_worker, ErrorClass::tls}) {
    EXPECT_FALSE(gone_for_good(failed(error, {}, false))) << name(error);
  }
}

TEST(RetryFailedTest, EachChoice) {
  const Record gone = failed(ErrorClass::http_4xx, 404), curable = failed(ErrorClass::timeout);
  const auto takes = [&](const RetryFailed& retry) {
    return std::pair(retry.includes(gone), retry.includes(curable));
  };
  EXPECT_EQ(takes({}), std::pair(false, true)) << "the default";
  EXPECT_EQ(takes({.which = Which::all, .classes = {}}), std::pair(true, true));
  EXPECT_EQ(takes({.which = Which::none, .classes = {}}), std::pair(false, false));
  RetryFailed some{.which = Which::classes, .classes = {}};
  EXPECT_EQ(takes(some), std::pair(false, false));
  some.classes.set(static_cast<std::size_t>(ErrorClass::http_4xx));
  EXPECT_EQ(takes(some), std::pair(true, false)) << "gone for good or not";
  EXPECT_FALSE(some.includes(Record{})) << "without a class";
  RetryFailed by_status{.which = Which::classes, .classes = {}};
  by_status.statuses.set(404);
  EXPECT_EQ(takes(by_status), std::pair(true, false));
  EXPECT_FALSE(by_status.includes(failed(ErrorClass::http_4xx, 403)));
  EXPECT_FALSE(by_status.includes(failed(ErrorClass::http_4xx, -404)));
  EXPECT_FALSE(by_status.includes(failed(ErrorClass::http_4xx, 1 << 30)));
}

}  // namespace
}  // namespace fanfetch
