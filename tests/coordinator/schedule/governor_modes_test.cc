// The table of modes and events in host_governor.h, row by row.

#include <gtest/gtest.h>

#include "coordinator/schedule/host_governor.h"
#include "tests/coordinator/schedule/moments.h"

namespace fanfetch {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Cause = HostGovernor::Pause::Cause;
using Kind = HostFeedback::Kind;
using Mode = HostGovernor::Mode;

HostFeedback feedback(Kind kind) {
  if (kind == Kind::healthy || kind == Kind::none) return {.kind = kind};
  return {.kind = kind, .failure = Failed{.retry = Retry::yes, .message = "why"}};
}

class GovernorModesTest : public ::testing::Test {
 protected:
  HostGovernor::Attempt start() { return governor_.start(now_); }
  void finish(const HostGovernor::Attempt& attempt, const HostFeedback& with) {
    now_ += milliseconds(10);
    governor_.finish(attempt, with, now_, dice_);
  }
  void ask(const HostFeedback& with) { finish(start(), with); }
  void wait_for_pause() { now_ = std::max(now_, governor_.ready_at()); }

  /// Brings a new governor to `mode`; probing: with probe_ in flight. late_ began before.
  void enter(Mode mode) {
    governor_ = HostGovernor(rules_, 16);
    now_ = kStart;
    late_ = start();
    if (mode == Mode::open) return;
    now_ += milliseconds(10);
    if (mode == Mode::given_up) {
      return ask({.kind = Kind::throttled, .retry_after = minutes(11)});
    }
    ask(feedback(Kind::throttled));
    if (mode == Mode::paused) return;
    wait_for_pause();
    probe_ = start();
  }

  const HostRules rules_;
  HostGovernor governor_{rules_, 16};
  std::mt19937_64 dice_{1};
  Instant now_ = kStart;
  HostGovernor::Attempt late_;
  HostGovernor::Attempt probe_;
};

TEST_F(GovernorModesTest, EachModeIsEntered) {
  for (const Mode mode : {Mode::open, Mode::paused, Mode::probing, Mode::given_up}) {
    enter(mode);
    EXPECT_EQ(governor_.mode(), mode);
    EXPECT_EQ(governor_.given_up(now_) != nullptr, mode == Mode::given_up);
    if (mode == Mode::open || mode == Mode::probing) {
      EXPECT_EQ(governor_.has_room(), mode == Mode::open);
    }
    EXPECT_EQ(governor_.ready_at() > now_, mode == Mode::paused || mode == Mode::given_up);
  }
}

TEST_F(GovernorModesTest, FeedbackInModeOpen) {
  const std::pair<Kind, Mode> table[] = {
      {Kind::healthy, Mode::open},     {Kind::strained, Mode::open}, {Kind::forbidden, Mode::open},
      {Kind::throttled, Mode::paused}, {Kind::failed, Mode::open},   {Kind::none, Mode::open},
      {Kind::unavailable, Mode::open},
  };
  for (const auto& [kind, mode] : table) {
    enter(Mode::open);
    ask(feedback(kind));
    EXPECT_EQ(governor_.mode(), mode) << static_cast<int>(kind);
  }
}

TEST_F(GovernorModesTest, ASecond503InARowPauses) {
  enter(Mode::open);
  ask(feedback(Kind::unavailable));
  ask(feedback(Kind::unavailable));
  EXPECT_EQ(governor_.mode(), Mode::paused);
}

TEST_F(GovernorModesTest, TheSixthFailureInARowPauses) {
  enter(Mode::open);
  for (unsigned i = 1; i < HostGovernor::kSuspiciousFailures; ++i) {
    ask(feedback(Kind::failed));
    ASSERT_EQ(governor_.mode(), Mode::open) << i;
  }
  ask(feedback(Kind::failed));
  EXPECT_EQ(governor_.mode(), Mode::paused);
  EXPECT_EQ(governor_.last_pause().cause, Cause::failures);
}

TEST_F(GovernorModesTest, FeedbackOfAProbe) {
  const std::pair<Kind, Mode> table[] = {
      {Kind::healthy, Mode::open},   {Kind::strained, Mode::open},
      {Kind::forbidden, Mode::open}, {Kind::throttled, Mode::paused},
      {Kind::failed, Mode::paused},  {Kind::unavailable, Mode::paused},
      {Kind::none, Mode::paused},
  };
  for (const auto& [kind, mode] : table) {
    enter(Mode::probing);
    finish(probe_, feedback(kind));
    EXPECT_EQ(governor_.mode(), mode) << static_cast<int>(kind);
    EXPECT_EQ(governor_.ready_at() > now_, mode == Mode::paused && kind != Kind::none)
        << static_cast<int>(kind);
  }
}

TEST_F(GovernorModesTest, LateFeedbackChangesNoMode) {
  for (const Mode mode : {Mode::paused, Mode::probing, Mode::given_up}) {
    for (const Kind kind : {Kind::healthy, Kind::strained, Kind::forbidden, Kind::throttled,
                            Kind::unavailable, Kind::failed, Kind::none}) {
      enter(mode);
      finish(late_, feedback(kind));
      EXPECT_EQ(governor_.mode(), mode) << static_cast<int>(kind);
    }
  }
}

TEST_F(GovernorModesTest, ALateRefusalMakesAPauseLongerButNoGiveUp) {
  const HostFeedback asks{.kind = Kind::throttled, .retry_after = seconds(60)};
  enter(Mode::paused);
  finish(late_, asks);
  EXPECT_GE(governor_.ready_at(), now_ + seconds(60));
  enter(Mode::given_up);
  const Instant until = governor_.ready_at();
  finish(late_, asks);
  EXPECT_EQ(governor_.ready_at(), until);
}

TEST_F(GovernorModesTest, AWaitThatIsTooLongGivesUpInAnyMode) {
  const HostFeedback asks{.kind = Kind::throttled, .retry_after = minutes(11)};
  for (const Mode mode : {Mode::open, Mode::paused, Mode::probing, Mode::given_up}) {
    enter(mode);
    finish(late_, asks);
    EXPECT_EQ(governor_.mode(), Mode::given_up);
    EXPECT_NE(governor_.given_up(now_), nullptr);
  }
}

TEST_F(GovernorModesTest, AGiveUpEndsWithItsTimeAndOneRequestTries) {
  enter(Mode::given_up);
  wait_for_pause();
  EXPECT_EQ(governor_.given_up(now_), nullptr);
  ASSERT_TRUE(governor_.has_room());
  probe_ = start();
  EXPECT_EQ(governor_.mode(), Mode::probing);
  EXPECT_FALSE(governor_.has_room());
  finish(probe_, feedback(Kind::healthy));
  EXPECT_EQ(governor_.mode(), Mode::open);
}

TEST_F(GovernorModesTest, AHopelessProbeGivesUp) {
  enter(Mode::open);
  for (unsigned i = 0; i < HostGovernor::kSuspiciousFailures; ++i) ask(feedback(Kind::failed));
  for (unsigned i = 0; i < HostGovernor::kProbes; ++i) {
    ASSERT_EQ(governor_.mode(), Mode::paused);
    wait_for_pause();
    ask(feedback(Kind::failed));
  }
  EXPECT_EQ(governor_.mode(), Mode::given_up);
}

TEST_F(GovernorModesTest, ThePauseHasItsCause) {
  enter(Mode::open);  // late_ is one request in flight
  finish(start(), feedback(Kind::throttled));
  EXPECT_EQ(governor_.last_pause().cause, Cause::concurrency) << "two are not proven";

  governor_ = HostGovernor(rules_, 16);
  ask(feedback(Kind::throttled));
  EXPECT_EQ(governor_.last_pause().cause, Cause::throttled) << "a single request, the first time";
  wait_for_pause();
  ask(feedback(Kind::throttled));
  EXPECT_EQ(governor_.last_pause().cause, Cause::rate) << "a single request, after a pause";
  wait_for_pause();
  ask(feedback(Kind::failed));
  EXPECT_EQ(governor_.last_pause().cause, Cause::rate) << "it stays until the trouble is over";
  wait_for_pause();
  ask(feedback(Kind::healthy));
  EXPECT_EQ(governor_.last_pause().cause, Cause::none);
}

}  // namespace
}  // namespace fanfetch
