#include "coordinator/link/file_stamp.h"

#include <gtest/gtest.h>

#include <limits>

namespace fanfetch {
namespace {

// A constant expression must not overflow: these would not compile if the arithmetic did.
constexpr std::int64_t kIn2286 = nanoseconds({.tv_sec = 10'000'000'000, .tv_nsec = 1});
constexpr std::int64_t kIn1653 = nanoseconds({.tv_sec = -10'000'000'000, .tv_nsec = 1});
constexpr std::int64_t kLast =
    nanoseconds({.tv_sec = std::numeric_limits<time_t>::max(), .tv_nsec = 999'999'999});

TEST(FileStamp, CountsNanosecondsOnBothSidesOf1970) {
  EXPECT_EQ(nanoseconds({.tv_sec = 0, .tv_nsec = 0}), 0);
  EXPECT_EQ(nanoseconds({.tv_sec = 1, .tv_nsec = 2}), 1'000'000'002);
  EXPECT_EQ(nanoseconds({.tv_sec = -1, .tv_nsec = 999'999'999}), -1);
  EXPECT_EQ(nanoseconds({.tv_sec = 9'223'372'036, .tv_nsec = 854'775'807}),
            std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(nanoseconds({.tv_sec = -9'223'372'037, .tv_nsec = 145'224'192}),
            std::numeric_limits<std::int64_t>::min());
}

TEST(FileStamp, TimesThatDoNotFitStillDiffer) {
  EXPECT_NE(kIn2286, kIn1653);
  EXPECT_NE(kIn2286, kLast);
  EXPECT_NE(kIn2286, nanoseconds({.tv_sec = 10'000'000'000, .tv_nsec = 2}));
  EXPECT_NE(kIn2286, nanoseconds({.tv_sec = 10'000'000'001, .tv_nsec = 1}));
}

TEST(FileStamp, OfAFileIsItsSizeAndTime) {
  struct stat status {};
  status.st_size = 7;
  status.st_mtim = {.tv_sec = 10'000'000'000, .tv_nsec = 1};
  EXPECT_EQ(stamp_of(status), (FileStamp{.size = 7, .mtime_ns = kIn2286}));
}

}  // namespace
}  // namespace fanfetch
