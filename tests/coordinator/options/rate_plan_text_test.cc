#include "coordinator/options/rate_plan_text.h"

#include <gtest/gtest.h>

#include "coordinator/options/option_numbers.h"

namespace fanfetch {
namespace {

TEST(RatePlanText, IsARateOrATimetable) {
  const struct {
    std::string_view text, again;
  } kCases[] = {
      {"2M/s", "2M"},
      {"off", "none"},
      {"2010", "2010"},
      {"2.01KB", "2010"},
      {"8230K/s", "8230K"},
      {"32.3MB", "32.3MB"},
      {"08:00,512K 18:00,off", "08:00,512K 18:00,off"},
      {"  18:00,0   8:00,512KiB/s\t", "08:00,512K 18:00,off"},
      {"23:00,off 08:00,pause", "08:00,pause 23:00,off"},
      {"00:00,1M 23:59,PAUSE", "00:00,1M 23:59,pause"},
      {"12:30,2MB", "12:30,2MB"},
      {"12:30,8.03MB", "12:30,8.03MB"},
  };
  for (const auto& one : kCases) {
    const auto plan = parse_rate_plan(one.text);
    ASSERT_TRUE(plan) << one.text << ": " << plan.error().message;
    EXPECT_EQ(rate_plan_text(*plan), one.again);
    EXPECT_EQ(parse_rate_plan(one.again), *plan);
  }
}

TEST(RatePlanText, SaysWhatIsWrong) {
  const struct {
    std::string_view text, why;
  } kCases[] = {
      {"25:00,1M", "'25:00' is not a time of the day from 00:00 to 23:59"},
      {"24:00,1M", "'24:00' is not a time of the day from 00:00 to 23:59"},
      {"08:60,1M", "'08:60' is not a time of the day from 00:00 to 23:59"},
      {"8:0,1M", "'8:0' is not a time of the day from 00:00 to 23:59"},
      {"008:00,1M", "'008:00' is not a time of the day from 00:00 to 23:59"},
      {"Mon-08:00,1M", "'Mon-08:00' is not a time of the day from 00:00 to 23:59"},
      {",1M", "'' is not a time of the day from 00:00 to 23:59"},
      {"08:00,1M 18:00,off 8:00,2M", "08:00 is there twice"},
      {"08:00,fast", "'fast' of 08:00 is neither a rate such as 512K or 2MB/s, nor off, nor pause"},
      {"08:00, 1M", "'' of 08:00 is neither a rate such as 512K or 2MB/s, nor off, nor pause"},
      {"08:00,1M;18:00,off", "'1M;18:00,off' is not a size such as 500, 64K, 1.5MiB, 2G or 2GB"},
      {"08:00,2Mbit", "'2Mbit' counts bits; in bytes that is 250KB"},
      {"08:00",
       "'08:00' is no time and rate with a comma between them, as in "
       "'08:00,512K 18:00,off'"},
      {"512K 18:00,off",
       "'512K' is no time and rate with a comma between them, as in "
       "'08:00,512K 18:00,off'"},
      {"pause",
       "'pause' is no time and rate with a comma between them, as in "
       "'08:00,512K 18:00,off'"},
      {"08:00,pause 9:00,pause",
       "it only pauses, so that nothing would ever begin: add a time that ends the pause, as in "
       "'08:00,pause 18:00,off'"},
      {"", "'' is not a size such as 500, 64K, 1.5MiB, 2G or 2GB"},
  };
  for (const auto& one : kCases) {
    const auto plan = parse_rate_plan(one.text);
    ASSERT_FALSE(plan) << one.text;
    EXPECT_EQ(plan.error().message, one.why);
  }
}

}  // namespace
}  // namespace fanfetch
