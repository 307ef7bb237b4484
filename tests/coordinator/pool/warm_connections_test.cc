#include "coordinator/pool/warm_connections.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

constexpr char kA[] = "https://a:443";
constexpr char kB[] = "https://b:443";
constexpr char kC[] = "https://c:443";

TEST(WarmConnections, OneIsIdleOnceItsTransferIsDone) {
  WarmConnections warm(8);
  EXPECT_FALSE(warm.has(kA));
  warm.begin(kA);
  EXPECT_FALSE(warm.has(kA)) << "busy";
  warm.end(kA, Saved{});
  EXPECT_TRUE(warm.has(kA));
  EXPECT_FALSE(warm.has(kB));
}

TEST(WarmConnections, TheNextTransferTakesIt) {
  WarmConnections warm(8);
  warm.begin(kA);
  warm.begin(kA);
  warm.end(kA, Saved{});
  warm.end(kA, Redirected{});
  EXPECT_EQ(warm.idle(), 2u);
  warm.begin(kA);
  EXPECT_TRUE(warm.has(kA)) << "the other one";
  warm.begin(kA);
  EXPECT_FALSE(warm.has(kA));
  EXPECT_EQ(warm.idle(), 0u);
}

TEST(WarmConnections, WhatIsBrokenOffTakesItsConnectionAlong) {
  for (const ErrorClass error : {ErrorClass::connect, ErrorClass::timeout, ErrorClass::truncated,
                                 ErrorClass::too_large, ErrorClass::disk}) {
    WarmConnections warm(8);
    warm.begin(kA);
    warm.end(kA, Failed{.error = error});
    EXPECT_FALSE(warm.has(kA)) << name(error);
  }
  for (const ErrorClass error : {ErrorClass::http_4xx, ErrorClass::rate_limited}) {
    WarmConnections warm(8);
    warm.begin(kA);
    warm.end(kA, Failed{.error = error});
    EXPECT_TRUE(warm.has(kA)) << name(error);
  }
}

TEST(WarmConnections, TheOneIdleForLongestGoesFirst) {
  WarmConnections warm(2);
  for (const char* host : {kA, kB}) {
    warm.begin(host);
    warm.end(host, Saved{});
  }
  warm.begin(kA);
  warm.end(kA, Saved{});  // B is the older one now
  warm.begin(kC);
  EXPECT_TRUE(warm.has(kA));
  EXPECT_FALSE(warm.has(kB)) << "a busy one needs its place";
  warm.end(kC, Saved{});
  EXPECT_EQ(warm.idle(), 2u);
}

TEST(WarmConnections, ADeadWorkerHasNone) {
  WarmConnections warm(8);
  warm.begin(kA);
  warm.end(kA, Saved{});
  warm.begin(kB);
  warm.clear();
  EXPECT_FALSE(warm.has(kA));
  EXPECT_EQ(warm.idle(), 0u);
}

}  // namespace
}  // namespace fanfetch
