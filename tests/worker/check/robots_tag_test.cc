#include "worker/check/robots_tag.h"

#include <gtest/gtest.h>

#include <vector>

namespace fanfetch {
namespace {

std::optional<std::string> objection(const std::vector<std::string>& values) {
  ResponseHead head(200, HttpVersion::http_1_1);
  for (const std::string& value : values) (void)head.add("X-Robots-Tag", value);
  return robots_objection(head, "fanfetch");
}

TEST(RobotsTag, WhatForbids) {
  EXPECT_EQ(objection({"noai"}), "noai");
  EXPECT_EQ(objection({"noimageai"}), "noimageai");
  EXPECT_EQ(objection({"noindex"}), "noindex");
  EXPECT_EQ(objection({"none"}), "none");
  EXPECT_EQ(objection({"  NoAI\t"}), "noai");
  EXPECT_EQ(objection({"nofollow, noarchive ,NOINDEX"}), "noindex");
  EXPECT_EQ(objection({"nofollow", "all", "noai"}), "noai") << "several headers";
}

TEST(RobotsTag, WhatDoesNot) {
  for (const char* value : {"", ",", "all", "index, follow", "nofollow", "noarchive", "noindexing",
                            "no index", "noaiplease", "max-snippet: 20", "noindex: maybe",
                            "unavailable_after: 25 Jun 2010 15:00:00 PST"}) {
    EXPECT_EQ(objection({value}), std::nullopt) << value;
  }
  EXPECT_EQ(objection({}), std::nullopt);
}

TEST(RobotsTag, AnAgentsRulesAreItsOwn) {
  EXPECT_EQ(objection({"googlebot: noindex"}), std::nullopt);
  EXPECT_EQ(objection({"googlebot: nofollow, noindex"}), std::nullopt) << "up to the header's end";
  EXPECT_EQ(objection({"FanFetch: noindex"}), "noindex");
  EXPECT_EQ(objection({"fanfetch: nofollow, noai"}), "noai");
  EXPECT_EQ(objection({"fanfetchbot: noai"}), std::nullopt);
  EXPECT_EQ(objection({"googlebot: noindex, fanfetch: noai"}), "noai");
  EXPECT_EQ(objection({"noai, googlebot: nofollow"}), "noai");
  EXPECT_EQ(objection({"googlebot: noindex", "noai"}), "noai") << "an agent holds for its own line";
  EXPECT_EQ(objection({"*: noai"}), "noai");
}

TEST(RobotsTag, RulesWithAValueAreNoAgents) {
  EXPECT_EQ(objection({"max-image-preview: large, noindex"}), "noindex");
  EXPECT_EQ(objection({"unavailable_after: Friday, 25-Jun-10 15:00:00 PST, noai"}), "noai");
}

TEST(RobotsTag, OurNameIsTheFirstProduct) {
  EXPECT_EQ(product_name("fanfetch/1.0 (+https://example.org)"), "fanfetch");
  EXPECT_EQ(product_name("Mozilla/5.0 (compatible; x)"), "Mozilla");
  EXPECT_EQ(product_name("plain"), "plain");
  EXPECT_EQ(product_name(""), "");
}

}  // namespace
}  // namespace fanfetch
