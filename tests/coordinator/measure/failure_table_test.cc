#include "coordinator/measure/failure_table.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace fanfetch {
namespace {

Record failure(ErrorClass error, std::optional<int> status) {
  return {.url = "http://a.test/",
          .status = Status::failed,
          .http_status = status,
          .attempts = 1,
          .error = error};
}

TEST(FailureTable, CountsByClassAndStatus) {
  FailureTable table;
  EXPECT_TRUE(table.kinds().empty());
  for (const int status : {400, 404, 404, 599}) {
    table.add(failure(ErrorClass::http_4xx, status));
  }
  table.add(failure(ErrorClass::truncated, 200));  // no reason
  table.add(failure(ErrorClass::timeout, {}));
  Record old = failure(ErrorClass::http_4xx, 404);
  old.stood = true;
  old.attempts = 0;
  table.add(old);  // not of this run
  table.add({.url = "http://a.test/", .status = Status::saved, .http_status = 404, .attempts = 1});
  std::vector<FailureKind> kinds = table.kinds();
  EXPECT_EQ(kinds.size(), 5u);
  const auto has = [&](ErrorClass error, int status, std::uint64_t count) {
    return std::ranges::find(kinds, FailureKind{error, status, count}) != kinds.end();
  };
  EXPECT_TRUE(has(ErrorClass::http_4xx, 400, 1));
  EXPECT_TRUE(has(ErrorClass::http_4xx, 404, 2));
  EXPECT_TRUE(has(ErrorClass::http_4xx, 599, 1));
  EXPECT_TRUE(has(ErrorClass::truncated, 0, 1));
  EXPECT_TRUE(has(ErrorClass::timeout, 0, 1));
}

}  // namespace
}  // namespace fanfetch
