#include "coordinator/fleet/spread_hosts.h"

#include <gtest/gtest.h>

#include "coordinator/fleet/spread_plan.h"

namespace fanfetch {
namespace {

TEST(SpreadHosts, OneWithItsPortWins) {
  const SpreadHosts hosts = {
      {"cdn.test", 8080, 3}, {"cdn.test", {}, 8}, {"b.test", 80, 2}, {"[::1]", {}, 4}};
  const struct {
    const char* url;
    unsigned pieces;
  } rows[] = {{"https://cdn.test/a", 8},    {"http://cdn.test/a", 8}, {"http://cdn.test:8080/a", 3},
              {"http://b.test/a", 2},       {"https://b.test/a", 1},  {"http://[::1]:99/a", 4},
              {"http://www.cdn.test/a", 1}, {"http://c.test/a", 1}};
  for (const auto& [url, pieces] : rows)
    EXPECT_EQ(pieces_of(hosts, *parse_url(url)), pieces) << url;
  EXPECT_EQ(pieces_of({}, *parse_url("http://cdn.test/")), 1u);
}

TEST(SpreadHosts, TheLastWordOnAHostCounts) {
  SpreadHosts hosts;
  put_spread(hosts, {"cdn.test", {}, 8});
  put_spread(hosts, {"cdn.test", 80, 4});
  put_spread(hosts, {"cdn.test", {}, 2});
  EXPECT_EQ(hosts.size(), 2u);
  EXPECT_EQ(pieces_of(hosts, *parse_url("https://cdn.test/")), 2u);
  EXPECT_EQ(pieces_of(hosts, *parse_url("http://cdn.test/")), 4u);
}

TEST(SpreadHosts, TheSameHostsAreTheSameText) {
  const SpreadHost a{"a.test", {}, 8}, b{"[::1]", 8080, 4};
  EXPECT_EQ(to_text({a, b}), "[::1]:8080=4 a.test=8");
  EXPECT_EQ(to_text({b, a}), to_text({a, b}));
  EXPECT_EQ(to_text(SpreadHosts{}), "");
}

TEST(SpreadHosts, TheTextIsReadAgain) {
  for (const char* text : {"", "a.test=8", "[::1]:8080=4 a.test=8 xn--bcher-kva.test:443=2",
                           "10.0.0.1:80=4096", "a.test=1"}) {
    const auto hosts = spread_from_text(text);
    ASSERT_TRUE(hosts) << text;
    EXPECT_EQ(to_text(*hosts), text);
  }
  for (const char* bad :
       {" ", "a.test", "a.test=", "a.test=0", "a.test=4097", "a.test=x", "a.test=-1", "=8",
        "A.test=8", "a.test:0=8", "a.test:99999=8", "u@a.test=8", "a.test/x=8", "a.test?=8",
        "a.test=8=9", "a.test=8  b.test=8", "a.test=8\n", "a.test=8,b.test=8"}) {
    EXPECT_FALSE(spread_from_text(bad)) << bad;
  }
  std::string many;
  for (std::size_t n = 0; n <= kMostSpreadHosts; ++n) {
    EXPECT_TRUE(spread_from_text(many));
    many += (many.empty() ? "h" : " h") + std::to_string(n) + ".test=2";
  }
  EXPECT_FALSE(spread_from_text(many));
}

TEST(SpreadHosts, AHostThatStaysWholeIsNoHostThatIsSpread) {
  EXPECT_EQ(to_text(spread_only({{"a.test", {}, 1}, {"b.test", {}, 4}, {"b.test", 80, 1}})),
            "b.test:80=1 b.test=4");
  EXPECT_EQ(to_text(spread_only({{"a.test", {}, 1}, {"a.test", 80, 4}})), "a.test:80=4");
}

TEST(SpreadHosts, WhatNodesWorkByIsJoinedByWhatSaysNothingElse) {
  const struct {
    const char *held, *wanted, *both;  // null: they do not go together
  } rows[] = {{"", "", ""},
              {"a.test:443=8", "", "a.test:443=8"},
              {"a.test:443=8", "a.test:443=8", "a.test:443=8"},
              {"a.test:443=8", "b.test=1", "a.test:443=8 b.test=1"},
              {"a.test:443=8", "a.test:443=4", nullptr},
              {"a.test:443=8", "a.test:443=1", nullptr},
              {"a.test:443=8", "a.test=8", nullptr},  // the other ports are whole
              {"a.test:443=8", "b.test=2", nullptr},
              {"a.test=8", "a.test:443=8", "a.test:443=8 a.test=8"},
              {"a.test=8", "a.test:443=1", nullptr},
              {"a.test=8 a.test:443=1", "a.test:443=1", "a.test:443=1 a.test=8"},
              {"a.test:443=8", "a.test=1", nullptr},
              {"a.test:443=8", "a.test=1 a.test:443=8", "a.test:443=8 a.test=1"},
              {"", "a.test=2", nullptr}};
  for (const auto& [held, wanted, both] : rows) {
    const auto joint = joined(*spread_from_text(held), *spread_from_text(wanted));
    ASSERT_EQ(joint.has_value(), both != nullptr) << held << " and " << wanted;
    EXPECT_EQ(joint ? to_text(*joint) : "", both != nullptr ? both : "");
  }
}

}  // namespace
}  // namespace fanfetch
