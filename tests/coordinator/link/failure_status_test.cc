#include "coordinator/link/failure_status.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

TEST(FailureStatus, IsOneFrom400To599) {
  for (const std::int64_t status : {400, 404, 499, 500, 599}) {
    EXPECT_EQ(failure_status(status), status);
  }
  for (const std::int64_t status : {-1, 0, 200, 399, 600, 999}) {
    EXPECT_FALSE(failure_status(status)) << status;
  }
  EXPECT_FALSE(failure_status(std::int64_t{1} << 32 | 404));
  EXPECT_FALSE(failure_status({}));
}

}  // namespace
}  // namespace fanfetch
