#include "coordinator/names/name_limits.h"

#include <gtest/gtest.h>

#include <string>

namespace fanfetch {
namespace {

using Letters = NameForm::Letters;

std::string name_of(std::size_t bytes) { return std::string(bytes - 4, 'x') + ".jpg"; }

TEST(NameLimits, NothingIsKnownAtFirst) {
  const NameLimits limits;
  for (const auto& name : {std::string("a:b.jpg"), name_of(200), std::string("con")}) {
    EXPECT_EQ(limits.form_of(name), std::nullopt) << name;
  }
}

TEST(NameLimits, SignsThatWereRefusedOnceAreKnown) {
  NameLimits limits;
  limits.learn("a:b.jpg", {.letters = Letters::portable});
  EXPECT_EQ(limits.form_of("what?/x.jpg"), (NameForm{.letters = Letters::portable}));
  for (const char* good : {"a.jpg", "\xC3\xA9/x.jpg"}) {
    EXPECT_EQ(limits.form_of(good), std::nullopt) << good;
  }
  EXPECT_EQ(limits.form_of(name_of(200)), std::nullopt);
}

TEST(NameLimits, WhatWasTooLongShowsWhatElseIs) {
  NameLimits limits;
  limits.learn("a/" + name_of(180), {.max_component = 128});
  EXPECT_EQ(limits.form_of(name_of(179)), std::nullopt) << "it may be taken";
  EXPECT_EQ(limits.form_of(name_of(180)), (NameForm{.max_component = 128}));
  limits.learn(name_of(150), {.max_component = 64});
  EXPECT_EQ(limits.form_of("b/" + name_of(150) + "/c"), (NameForm{.max_component = 64}));
  EXPECT_EQ(limits.form_of("b/" + name_of(149)), std::nullopt);
}

TEST(NameLimits, BothAreLearnedOfOneName) {
  NameLimits limits;
  const NameForm both{.max_component = 128, .letters = Letters::portable};
  limits.learn(":" + name_of(180), both);
  EXPECT_EQ(limits.form_of("?" + name_of(180)), both);
  EXPECT_EQ(limits.form_of("?.jpg"), (NameForm{.letters = Letters::portable}));
}

/// Such names are refused for what they are, not for what all names have in common.
TEST(NameLimits, WhatSaysNothingOfOthersIsNotLearned) {
  NameLimits limits;
  limits.learn("\xC3\xA9:.jpg", {.letters = Letters::ascii});
  limits.learn("plain.jpg", {.letters = Letters::portable});
  limits.learn("a:/" + name_of(200),
               {.max_component = 64, .letters = Letters::portable, .joined = true});
  limits.learn(name_of(200), {.plain = true});
  limits.learn("a.jpg", {});
  for (const auto& name : {std::string("a:b.jpg"), std::string("\xC3\xA9"), name_of(200)}) {
    EXPECT_EQ(limits.form_of(name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace fanfetch
