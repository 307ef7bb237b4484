#include "coordinator/reading/link_filter.h"

#include <gtest/gtest.h>

#include <string>

namespace fanfetch {
namespace {

bool keeps(const FilterRules& rules, std::string_view text) {
  const auto filter = LinkFilter::make(rules);
  const auto url = parse_url(text);
  EXPECT_TRUE(filter.has_value() && url.has_value()) << text;
  return !filter->why_dropped(*url).has_value();
}

TEST(LinkFilter, KeepsAllWithoutRules) { EXPECT_TRUE(keeps({}, "http://a/")); }

TEST(LinkFilter, AcceptsByTheExtensionOfThePath) {
  const FilterRules jpg{.accept_extensions = {"jpg"}};
  for (const char* url : {"http://a/x.jpg", "http://a/X.JPG", "http://a/x.jpg?1",
                          "http://a/x%2Ejpg", "http://a/x.jpg#y.gif", "http://a/b.gif/x.y.Jpg",
                          "http://a/x.jpg:large", "http://a/x.jpg!thumb"}) {
    EXPECT_TRUE(keeps(jpg, url)) << url;
  }
  for (const char* url : {"http://a/x.gif", "http://a/x", "http://a/", "http://a/x?y=z.jpg",
                          "http://a/x.jpg/", "http://a.jpg/", "http://a/xjpg", "http://a/jpg",
                          "http://a/x.jpeg", "https://imgur.com/a/abcde"}) {
    EXPECT_FALSE(keeps(jpg, url)) << url;
  }
}

TEST(LinkFilter, TakesRulesInAnyCaseAndDoubleExtensions) {
  EXPECT_TRUE(keeps({.accept_extensions = {"PNG", "Tar.gz"}}, "http://a/x.tar.GZ"));
  EXPECT_FALSE(keeps({.accept_extensions = {"tar.gz"}}, "http://a/x.gz"));
}

TEST(LinkFilter, RejectsByExtensionAlsoWhatIsAccepted) {
  const FilterRules rules{.accept_extensions = {"jpg", "gif"}, .reject_extensions = {"GIF"}};
  EXPECT_TRUE(keeps(rules, "http://a/x.jpg"));
  EXPECT_FALSE(keeps(rules, "http://a/x.gif"));
  EXPECT_TRUE(keeps({.reject_extensions = {"gif"}}, "http://a/x"));
}

TEST(LinkFilter, MatchesTheWholeUrl) {
  EXPECT_TRUE(keeps({.accept_regex = "^https://a/.*size=big"}, "https://A/x?size=big"));
  EXPECT_FALSE(keeps({.accept_regex = "^https://a/.*size=big"}, "http://a/x?size=big"));
  EXPECT_FALSE(keeps({.reject_regex = "thumb"}, "http://a/thumbs/x.jpg"));
  EXPECT_TRUE(keeps({.reject_regex = "thumb"}, "http://a/x.jpg"));
}

TEST(LinkFilter, SaysWhy) {
  const auto why = [](const FilterRules& rules) {
    return LinkFilter::make(rules)->why_dropped(*parse_url("http://a/x.gif")).value_or("kept");
  };
  EXPECT_EQ(why({.accept_extensions = {"jpg", "png"}}),
            "its extension is not among those accepted (jpg, png)");
  EXPECT_EQ(why({.reject_extensions = {"gif"}}), "its extension is among those rejected (gif)");
  EXPECT_EQ(why({.accept_regex = "y"}), "it does not match --accept-regex");
  EXPECT_EQ(why({.reject_regex = "x"}), "it matches --reject-regex");
}

TEST(LinkFilter, RefusesABadPattern) {
  const auto accept = LinkFilter::make({.accept_regex = "a("});
  ASSERT_FALSE(accept.has_value());
  EXPECT_EQ(accept.error().message, "--accept-regex 'a(': missing ): a(");
  EXPECT_FALSE(LinkFilter::make({.reject_regex = R"((a)\1)"}).has_value());  // not linear
}

TEST(LinkFilter, TakesLinearTimeOnAPatternThatBacktracks) {
  const std::string url = "http://a/" + std::string(7'000, 'a') + "!";
  EXPECT_FALSE(keeps({.accept_regex = "(a+)+$"}, url));  // minutes and more elsewhere
}

}  // namespace
}  // namespace fanfetch
