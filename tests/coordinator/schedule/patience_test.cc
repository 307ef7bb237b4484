#include "coordinator/schedule/patience.h"

#include <gtest/gtest.h>

#include "tests/coordinator/schedule/moments.h"

namespace fanfetch {
namespace {

using std::chrono::milliseconds;

TEST(PatienceTest, AWaitEnds) {
  Patience patience(milliseconds(100));
  EXPECT_TRUE(patience.lasts(kStart));
  EXPECT_EQ(patience.ends(), kStart + milliseconds(100));
  EXPECT_TRUE(patience.lasts(kStart + milliseconds(99)));
  EXPECT_FALSE(patience.lasts(kStart + milliseconds(100)));
  EXPECT_FALSE(patience.lasts(kStart + milliseconds(500)));
}

TEST(PatienceTest, WaitsOneSoonAfterTheOtherCountTogether) {
  Patience patience(milliseconds(100));
  EXPECT_TRUE(patience.lasts(kStart));
  patience.rest(kStart + milliseconds(60));
  EXPECT_TRUE(patience.lasts(kStart + milliseconds(150)));
  EXPECT_EQ(patience.ends(), kStart + milliseconds(190));
  EXPECT_FALSE(patience.lasts(kStart + milliseconds(190)));
}

TEST(PatienceTest, ATimeWithoutAWaitRenewsIt) {
  Patience patience(milliseconds(100));
  EXPECT_TRUE(patience.lasts(kStart));
  EXPECT_FALSE(patience.lasts(kStart + milliseconds(100)));
  patience.rest(kStart + milliseconds(100));
  EXPECT_FALSE(patience.lasts(kStart + milliseconds(199)));
  patience.rest(kStart + milliseconds(199));
  EXPECT_FALSE(patience.lasts(kStart + milliseconds(298))) << "to ask for it counts as a wait";
  patience.rest(kStart + milliseconds(298));
  patience.rest(kStart + milliseconds(350));  // no wait
  EXPECT_TRUE(patience.lasts(kStart + milliseconds(398)));
  EXPECT_EQ(patience.ends(), kStart + milliseconds(498));
}

}  // namespace
}  // namespace fanfetch
