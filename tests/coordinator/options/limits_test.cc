// How sizes, times and rates are written, in every option that has one.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "common/human_text.h"
#include "coordinator/options/option_table.h"
#include "coordinator/options/option_values.h"

namespace fanfetch {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// --- Every limit of the table ---

/// What the values of limits are called in the table, with a value that switches nothing off, and
/// one that is no good. A new option of such a value is checked with the others.
struct LimitKind {
  std::string_view value, good, bad;
};
constexpr LimitKind kKinds[] = {
    {"BYTES", "64M", "2Mbit"}, {"BYTES/s", "64M", "2Mbit"}, {"TIME", "1h30m", "30m1h"},
    {"RATE", "100/m", "100"},  {"N|auto[:MAX]", "8", "x"},
};

/// Numbers that limit nothing, or of which 0 says something else than "no limit".
constexpr std::string_view kNoLimits[] = {"--url-column", "--pages",   "--jobs",
                                          "--workers",    "--retries", "--max-failed"};

const LimitKind* kind_of(const OptionRow& row) {
  const auto* found = std::ranges::find(kKinds, row.value, &LimitKind::value);
  return found == std::end(kKinds) ? nullptr : found;
}

Result<> apply(const OptionRow& row, Options& options, std::string_view value) {
  const std::string text(value);
  return row.apply(options, {&text, 1});
}

/// What limits come to, one after the other.
std::vector<double> limits_of(const Options& o) {
  return {static_cast<double>(o.job.min_size),
          static_cast<double>(o.job.max_size),
          static_cast<double>(o.limit_rate.bytes()),
          static_cast<double>(o.job.min_speed),
          static_cast<double>(o.worker_memory),
          static_cast<double>(o.job.timeout.count()),
          static_cast<double>(o.job.connect_timeout.count()),
          static_cast<double>(o.route.lookup_timeout.count()),
          static_cast<double>(o.job.stall_timeout.count()),
          static_cast<double>(o.max_wait.count()),
          static_cast<double>(o.fleet.wait.count()),
          static_cast<double>(o.limits.max_duration.count()),
          static_cast<double>(o.limits.max_transfer),
          static_cast<double>(o.limits.min_free),
          o.rate,
          static_cast<double>(o.per_host.limit.value_or(0))};
}

TEST(Limits, NoneOffAnd0SwitchOffEachOne) {
  std::size_t limits = 0;
  for (const OptionRow& row : option_table()) {
    const LimitKind* kind = kind_of(row);
    if (kind == nullptr) continue;
    ++limits;
    SCOPED_TRACE(std::string(row.names));
    EXPECT_FALSE(apply(row, *std::make_unique<Options>(), kind->bad));
    std::vector<double> switched_off;
    for (const std::string_view word : {"none", "off", "0", "None", "OFF"}) {
      Options options;
      ASSERT_TRUE(apply(row, options, kind->good)) << kind->good;
      ASSERT_TRUE(apply(row, options, word)) << word;
      const auto got = limits_of(options);
      EXPECT_TRUE(switched_off.empty() || got == switched_off) << word;
      switched_off = got;
    }
    Options set;
    ASSERT_TRUE(apply(row, set, kind->good));
    EXPECT_NE(switched_off, limits_of(set)) << "or limits_of() does not know it";
  }
  EXPECT_GE(limits, 11u);
}

TEST(Limits, ANumberIsALimitOrIsKnownAsNone) {
  for (const OptionRow& row : option_table()) {
    const bool is_number = row.value.starts_with("N") && !row.value.starts_with("NAME ");
    if (!is_number || row.value == "NAME" || kind_of(row) != nullptr) continue;
    EXPECT_NE(std::ranges::find(kNoLimits, row.main_name()), std::end(kNoLimits))
        << row.names << " is a new number: does `none` switch it off?";
  }
}

// --- Values ---

TEST(Sizes, AreWrittenAsPeopleWriteThem) {
  const std::pair<const char*, std::uint64_t> kRows[] = {
      {"512", 512},
      {"512B", 512},
      {"2k", 2048},
      {"2K", 2048},
      {"2KiB", 2048},
      {"2kib", 2048},
      {"2KB", 2000},
      {"2kb", 2000},
      {"2MB/s", 2'000'000},
      {"2M/s", 2 << 20},
      {"500/s", 500},
      {"1.5GiB", 3ull << 29},
      {"1.5G", 3ull << 29},
      {"1T", 1ull << 40},
      {"1TB", 1'000'000'000'000},
      {"10 MiB", 10 << 20},
      {"1.5 GiB/s", 3ull << 29},
      {"0.1", 1},
      {"0K", 0},
  };
  for (const auto& [text, bytes] : kRows) {
    EXPECT_EQ(bytes, parse_size(text).value_or(~0ull)) << text;
    EXPECT_EQ(bytes, parse_size(option_size(bytes)).value_or(~0ull)) << "as messages have it";
  }
}

TEST(Sizes, OfBitsAreRefusedWithWhatTheyAreInBytes) {
  const std::pair<const char*, const char*> kRows[] = {
      {"2Mbit", "'2Mbit' counts bits; in bytes that is 250KB"},
      {"2mbit/s", "'2mbit/s' counts bits; in bytes that is 250KB"},
      {"100Mbps", "'100Mbps' counts bits; in bytes that is 12.5MB"},
      {"8bits", "'8bits' counts bits; in bytes that is 1"},
      {"8 Gbit", "'8 Gbit' counts bits; in bytes that is 1GB"},
      {"8Kibit", "'8Kibit' counts bits; in bytes that is 1K"},
  };
  for (const auto& [text, message] : kRows) {
    const auto size = parse_size(text);
    ASSERT_FALSE(size) << text;
    EXPECT_EQ(message, size.error().message);
  }
  EXPECT_EQ("'2Xbit' is not a size such as 500, 64K, 1.5MiB, 2G or 2GB",
            parse_size("2Xbit").error().message);
}

TEST(Times, AreWrittenAsPeopleWriteThem) {
  const std::pair<const char*, milliseconds> kRows[] = {
      {"90", seconds(90)},
      {"90s", seconds(90)},
      {"90 s", seconds(90)},
      {"1h30m", minutes(90)},
      {"1H30M", minutes(90)},
      {"1h 30m", minutes(90)},
      {"2d", hours(48)},
      {"1d12h30m5s", seconds(131405)},
      {"1.5h", minutes(90)},
      {"0.00001", milliseconds(1)},
      {"30d", hours(720)},
      {"0s", milliseconds(0)},
      {"1m0.5s", milliseconds(60'500)},
  };
  for (const auto& [text, time] : kRows) {
    EXPECT_EQ(time, parse_time(text).value_or(milliseconds(-1))) << text;
  }
}

}  // namespace
}  // namespace fanfetch
