#include "coordinator/commands/live/run_contact.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

TEST(RunContact, BelievesTheRunsUserAndRoot) {
  constexpr uid_t kRoot = 0, kAda = 1000, kBob = 1001;
  const struct {
    uid_t peer, self;
    std::optional<uid_t> owner;
    bool believed;
  } kCases[] = {
      {kAda, kAda, kAda, true},
      {kAda, kAda, kBob, true},  // her own run in a folder that she may write
      {kRoot, kAda, kAda, true},
      {kBob, kAda, kAda, false},
      {kBob, kAda, kBob, false},
      {kRoot, kRoot, kAda, true},
      {kAda, kRoot, kAda, true},
      {kBob, kRoot, kAda, false},  // anybody, in a folder that is open to all
      {kBob, kRoot, kRoot, false},
      {kBob, kRoot, {}, false},
  };
  for (const auto& one : kCases) {
    EXPECT_EQ(is_believed(one.peer, one.self, one.owner), one.believed)
        << one.peer << " answers " << one.self;
  }
}

}  // namespace
}  // namespace fanfetch
