#include "coordinator/net/dns_cache.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

const Resolution kFound{{"192.0.2.1"}, std::nullopt};
const Instant kNow = Instant{} + 1000h;

Resolution failure(Retry retry) { return {{}, Resolution::Failure{"no", retry}}; }

TEST(DnsCache, KeepsWhatItGotForItsTtl) {
  DnsCache cache;
  EXPECT_EQ(cache.put("a", kFound, 60s, kNow).addresses, kFound.addresses);
  ASSERT_NE(cache.find("a", kNow + 59s), nullptr);
  EXPECT_EQ(cache.find("a", kNow + 59s)->addresses, kFound.addresses);
  EXPECT_EQ(cache.find("b", kNow), nullptr);
  EXPECT_EQ(cache.find("a", kNow + 60s), nullptr);
  EXPECT_EQ(cache.size(), 0u) << "what is outdated goes";
}

TEST(DnsCache, TtlsHaveAFloorAndACap) {
  DnsCache cache;
  cache.put("never", kFound, 0s, kNow);
  cache.put("week", kFound, 168h, kNow);
  EXPECT_NE(cache.find("never", kNow + 4999ms), nullptr);
  EXPECT_EQ(cache.find("never", kNow + 5s), nullptr);
  EXPECT_NE(cache.find("week", kNow + 3599s), nullptr);
  EXPECT_EQ(cache.find("week", kNow + 3600s), nullptr);
}

TEST(DnsCache, FailuresAreKeptBriefly) {
  DnsCache cache;
  cache.put("gone", failure(Retry::no), 3600s, kNow);
  cache.put("ill", failure(Retry::yes), 3600s, kNow);
  EXPECT_NE(cache.find("ill", kNow + 999ms), nullptr);
  EXPECT_EQ(cache.find("ill", kNow + 1s), nullptr);
  EXPECT_NE(cache.find("gone", kNow + 59s), nullptr);
  EXPECT_EQ(cache.find("gone", kNow + 60s), nullptr);
}

TEST(DnsCache, ANewAnswerTakesThePlaceOfTheOldOne) {
  DnsCache cache;
  cache.put("a", failure(Retry::no), 0s, kNow);
  cache.put("a", kFound, 60s, kNow);
  EXPECT_FALSE(cache.find("a", kNow)->failure);
  EXPECT_EQ(cache.size(), 1u);
}

TEST(DnsCache, WhenFullTheOneThatWasNotUsedForLongestGoes) {
  DnsCache cache(3);
  for (const char* host : {"a", "b", "c"}) cache.put(host, kFound, 60s, kNow);
  ASSERT_NE(cache.find("a", kNow), nullptr);
  cache.put("d", kFound, 60s, kNow);
  EXPECT_EQ(cache.size(), 3u);
  EXPECT_EQ(cache.find("b", kNow), nullptr);
  for (const char* host : {"a", "c", "d"}) EXPECT_NE(cache.find(host, kNow), nullptr) << host;
  for (int i = 0; i < 10'000; ++i) cache.put(fmt::format("h{}", i), kFound, 60s, kNow);
  EXPECT_EQ(cache.size(), 3u);
}

TEST(Interleave, TakesTurnsAndIsBounded) {
  EXPECT_EQ(interleave({"6", "66", "666"}, {"4"}),
            (std::vector<std::string>{"6", "4", "66", "666"}));
  EXPECT_EQ(interleave({}, {"4", "44"}), (std::vector<std::string>{"4", "44"}));
  EXPECT_EQ(interleave(std::vector<std::string>(40, "6"), {"4"}).size(), kMaxAddressesKept);
}

}  // namespace
}  // namespace fanfetch
