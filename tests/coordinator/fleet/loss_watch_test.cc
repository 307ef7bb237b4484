#include "coordinator/fleet/loss_watch.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

TEST(LossWatchTest, WhatIsLostIsSentAgainOnceNodesHadTime) {
  LossWatch watch(3s);
  const struct {
    std::chrono::milliseconds at;
    bool is_loss, is_due, waits;  // the last one afterwards
  } rows[] = {
      {0s, false, false, false},  {1s, true, false, true},      {2s, false, false, true},
      {3s, true, false, true},  // more is lost
      {4s, false, false, true},   {5999ms, false, false, true}, {6s, false, true, false},
      {20s, false, false, false}, {21s, true, false, true},     {90s, false, true, false},
  };
  for (const auto& [at, is_loss, is_due, waits] : rows) {
    if (is_loss) watch.on_loss(Instant{} + at);
    EXPECT_EQ(watch.take_due(Instant{} + at), is_due) << at.count();
    EXPECT_EQ(watch.is_waiting(), waits) << at.count();
  }
}

}  // namespace
}  // namespace fanfetch
