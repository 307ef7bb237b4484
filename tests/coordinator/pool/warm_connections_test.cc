#include "coordinator/pool/warm_connections.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

constexpr HostKey kA = 1;
constexpr HostKey kB = 2;
constexpr HostKey kC = 3;

TEST(WarmConnections, OneIsIdleOnceItsTransferIsDone) {
  WarmConnections warm(8);
  EXPECT_FALSE(warm.has(kA));
  warm.begin(kA);
  EXPECT_FALSE(warm.has(kA)) << "busy";
  warm.end(kA, Connection::usable);
  EXPECT_TRUE(warm.has(kA));
  EXPECT_FALSE(warm.has(kB));
}

TEST(WarmConnections, TheNextTransferTakesIt) {
  WarmConnections warm(8);
  warm.begin(kA);
  warm.begin(kA);
  warm.end(kA, Connection::usable);
  warm.end(kA, Connection::usable);
  EXPECT_EQ(warm.idle(), 2u);
  warm.begin(kA);
  EXPECT_TRUE(warm.has(kA)) << "the other one";
  warm.begin(kA);
  EXPECT_FALSE(warm.has(kA));
  EXPECT_EQ(warm.idle(), 0u);
}

TEST(WarmConnections, AClosedOneIsNotKept) {
  WarmConnections warm(8);
  warm.begin(kA);
  warm.end(kA, Connection::closed);
  EXPECT_FALSE(warm.has(kA));
  EXPECT_EQ(warm.idle(), 0u);
}

TEST(WarmConnections, TheOneIdleForLongestGoesFirst) {
  WarmConnections warm(2);
  for (const HostKey host : {kA, kB}) {
    warm.begin(host);
    warm.end(host, Connection::usable);
  }
  warm.begin(kA);
  warm.end(kA, Connection::usable);  // B is the older one now
  warm.begin(kC);
  EXPECT_TRUE(warm.has(kA));
  EXPECT_FALSE(warm.has(kB)) << "a busy one takes its position";
  warm.end(kC, Connection::usable);
  EXPECT_EQ(warm.idle(), 2u);
}

TEST(WarmConnections, ADeadWorkerHasNone) {
  WarmConnections warm(8);
  warm.begin(kA);
  warm.end(kA, Connection::usable);
  warm.begin(kB);
  warm.clear();
  EXPECT_FALSE(warm.has(kA));
  EXPECT_EQ(warm.idle(), 0u);
}

}  // namespace
}  // namespace fanfetch
