#include "common/human_text.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

TEST(HumanBytes, RoundsIntoTheRightUnit) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(1023), "1023 B");
  EXPECT_EQ(human_bytes(1024), "1.0 KiB");
  EXPECT_EQ(human_bytes(13002342), "12.4 MiB");
  EXPECT_EQ(human_bytes((1 << 20) - 1), "1.0 MiB") << "not 1024.0 KiB";
  EXPECT_EQ(human_bytes(~0ull), "16.0 EiB");
}

TEST(HumanDuration, RoundsIntoTheRightUnit) {
  EXPECT_EQ(human_duration(0s), "0.0s");
  EXPECT_EQ(human_duration(-5s), "0.0s");
  EXPECT_EQ(human_duration(1940ms), "1.9s");
  EXPECT_EQ(human_duration(59940ms), "59.9s");
  EXPECT_EQ(human_duration(59960ms), "1m00s") << "not 60.0s";
  EXPECT_EQ(human_duration(245s), "4m05s");
  EXPECT_EQ(human_duration(3599900ms), "1h00m");
  EXPECT_EQ(human_duration(2h + 3min + 59s), "2h03m");
  EXPECT_EQ(human_duration(100h), "100h00m");
}

TEST(HumanTime, HasNoPartsThatAreNothing) {
  const std::pair<std::chrono::nanoseconds, const char*> kRows[] = {
      {0s, "0 s"},      {-1s, "0 s"},      {1ms, "0.001 s"}, {1500ms, "1.5 s"},  {30s, "30 s"},
      {59s, "59 s"},    {1min, "1m"},      {90s, "1m30s"},   {90600ms, "1m31s"}, {1h, "1h"},
      {72min, "1h12m"}, {1h + 5s, "1h5s"}, {24h, "1d"},      {60h, "2d12h"},     {30 * 24h, "30d"},
  };
  for (const auto& [time, text] : kRows) EXPECT_EQ(text, human_time(time));
}

TEST(HumanCount, HasAMarkAtEachThousand) {
  const std::pair<std::uint64_t, const char*> kRows[] = {
      {0, "0"},
      {999, "999"},
      {1000, "1,000"},
      {12345, "12,345"},
      {123456, "123,456"},
      {1234567, "1,234,567"},
      {~std::uint64_t{0}, "18,446,744,073,709,551,615"},
  };
  for (const auto& [count, text] : kRows) EXPECT_EQ(text, human_count(count));
}

TEST(HumanBytes, EachOneWhereItMatters) {
  EXPECT_EQ("0 bytes", human_exact_bytes(0));
  EXPECT_EQ("1 byte", human_exact_bytes(1));
  EXPECT_EQ("1,023 bytes", human_exact_bytes(1023));
  EXPECT_EQ("1,234,567 bytes (1.2 MiB)", human_exact_bytes(1234567));
  EXPECT_EQ("3 of 5 bytes", human_part(3, 5));
  EXPECT_EQ("1,000 of 1,234,567 bytes (1.2 MiB)", human_part(1000, 1234567));
  EXPECT_EQ("2.0 MiB/s", human_byte_rate(2 << 20));
  EXPECT_EQ("11.2/s", human_rate(11.2));
  EXPECT_EQ("112/s", human_rate(112.4));
  EXPECT_EQ("4s", human_time_left(4400ms));
  EXPECT_EQ("4m05s", human_time_left(245s));
}

TEST(OptionSize, IsWhatAPersonHasGiven) {
  const std::pair<std::uint64_t, const char*> kRows[] = {
      {0, "0"},
      {500, "500"},
      {1023, "1023"},
      {1024, "1K"},
      {100 << 10, "100K"},
      {1536, "1.5K"},
      {3ull << 29, "1.5G"},
      {10ull << 30, "10G"},
      {1ull << 40, "1T"},
      {2'000'000, "2MB"},
      {1'500'000'000, "1.5GB"},
      {12345, "12345"},
      {(10ull << 30) + 1, "10737418241"},
      {(1ull << 53) - 1, "9007199254740991"},
  };
  for (const auto& [bytes, text] : kRows) EXPECT_EQ(text, option_size(bytes));
}

}  // namespace
}  // namespace fanfetch
