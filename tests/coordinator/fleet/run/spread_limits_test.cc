#include "coordinator/fleet/run/spread_limits.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

TEST(SpreadLimits, OfAHost) {
  HostRules rules;
  const SpreadHost any{"cdn.test", {}, 8}, on_port{"cdn.test", 8080, 8};
  EXPECT_EQ(limit_of(any, rules, 16), 16u);
  rules.per_host = 5;
  EXPECT_EQ(limit_of(any, rules, 16), 5u);
  rules.limits = {{"other.test", {}, 1}};
  EXPECT_EQ(limit_of(any, rules, 16), 5u);
  rules.limits = {{"cdn.test", 8080, 3}, {"cdn.test", {}, 40}};
  EXPECT_EQ(limit_of(any, rules, 16), 3u) << "one of its ports has less";
  EXPECT_EQ(limit_of(on_port, rules, 16), 3u);
  EXPECT_EQ(limit_of({"cdn.test", 80, 8}, rules, 16), 40u);
  rules.limits = {{"cdn.test", 8080, {}}};
  EXPECT_EQ(limit_of(on_port, rules, 16), 0u);
  EXPECT_EQ(limit_of(any, rules, 16), 5u) << "the others are not skipped";
  rules.limits = {{"cdn.test", {}, {}}, {"cdn.test", 8080, 2}};
  EXPECT_EQ(limit_of(any, rules, 16), 2u) << "this one is not";
}

TEST(SpreadLimits, AHostHasAsManyPiecesAsItCan) {
  const HostRules rules{.limits = {{"big.test", {}, 100}, {"none.test", {}, {}}}};
  const SpreadHosts wanted = {
      {"a.test", {}, 0}, {"b.test", {}, 40}, {"big.test", {}, 40}, {"none.test", {}, 4}};
  EXPECT_EQ(to_text(fitted(wanted, rules, 16)), "a.test=8 b.test=16 big.test=40 none.test=1");
  EXPECT_EQ(to_text(fitted(wanted, rules, 4)), "a.test=4 b.test=4 big.test=40 none.test=1");
}

TEST(SpreadLimits, NoLimitMayBecomeLowerThanThePieces) {
  const SpreadHosts hosts = {{"a.test", {}, 8}};
  EXPECT_TRUE(check_limits(hosts, {}, 8));
  HostRules rules;
  rules.per_host = 7;
  const auto refused = check_limits(hosts, rules, 16);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "a.test is spread over 8 pieces, each of which needs a transfer, and 7 are fewer: stop "
            "the run, and begin it again with --spread a.test=7");
  rules.limits = {{"a.test", {}, {}}};
  EXPECT_TRUE(check_limits(hosts, rules, 16)) << "it is skipped";
  EXPECT_TRUE(check_limits({}, rules, 1));
}

}  // namespace
}  // namespace fanfetch
