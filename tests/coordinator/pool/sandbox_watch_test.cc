#include "coordinator/pool/sandbox_watch.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using enum SandboxLevel;
using protection::kAll;
using protection::kCalls;
using protection::kFiles;

std::optional<SandboxLevel> lowered_to(const SandboxWatch& watch, SandboxLevel tried,
                                       SandboxLevel now) {
  const auto lowered = watch.on_failed(tried, now, "exited");
  EXPECT_TRUE(lowered);
  if (!lowered || !*lowered) return std::nullopt;
  EXPECT_NE((*lowered)->notice.find(name((*lowered)->level)), std::string::npos);
  return (*lowered)->level;
}

TEST(SandboxWatch, TellsWhatAllHaveInCommonWhenThatChanges) {
  SandboxWatch watch(0);
  EXPECT_EQ(watch.on_locked_in(1, kAll).value(), kAll);
  EXPECT_EQ(watch.on_locked_in(2, kAll).value(), std::nullopt);
  EXPECT_EQ(watch.on_locked_in(1, kCalls | kFiles).value(), kCalls | kFiles);
  EXPECT_EQ(watch.on_locked_in(2, kAll).value(), std::nullopt);
  EXPECT_EQ(watch.on_locked_in(2, 0).value(), 0u);
  EXPECT_EQ(SandboxWatch(0).on_locked_in(1, 0).value(), 0u) << "none at all is news, too";
  EXPECT_EQ(SandboxWatch(0).on_locked_in(1, ~0u).value(), kAll) << "a worker may write anything";
}

TEST(SandboxWatch, WhatFailsIsTriedWithLessOneStepForAll) {
  const SandboxWatch watch(0);
  EXPECT_EQ(lowered_to(watch, full, full), files);
  EXPECT_EQ(lowered_to(watch, full, files), std::nullopt) << "another one that was started before";
  EXPECT_EQ(lowered_to(watch, files, files), descriptors);
  EXPECT_EQ(lowered_to(watch, descriptors, descriptors), std::nullopt) << "there is no less";
}

TEST(SandboxWatch, NothingIsLoweredOnceOneHasServedInside) {
  SandboxWatch watch(0);
  ASSERT_TRUE(watch.on_locked_in(1, kAll));
  EXPECT_EQ(lowered_to(watch, full, full), std::nullopt);
}

TEST(SandboxWatch, LessThanIsRequiredIsAnError) {
  SandboxWatch watch(kAll);
  EXPECT_FALSE(watch.on_failed(full, full, "exited"));
  const auto less = watch.on_locked_in(3, kCalls);
  ASSERT_FALSE(less);
  EXPECT_EQ(less.error().message,
            "--sandbox=require: worker 3 does not have all of its sandbox, only: calls");
  EXPECT_TRUE(watch.on_locked_in(1, kAll));
}

}  // namespace
}  // namespace fanfetch
