#include "coordinator/fleet/spread_hosts.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace fanfetch
