#include "common/ascii.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

TEST(AsciiTest, LowersLettersAlone) {
  EXPECT_EQ(to_lower("Content-TYPE: [\\]^_\xc3\x84"), "content-type: [\\]^_\xc3\x84");
}

TEST(AsciiTest, ComparesWordsWhateverTheirCase) {
  EXPECT_TRUE(is_same_word("", ""));
  EXPECT_TRUE(is_same_word("NoIndex", "noindex"));
  EXPECT_FALSE(is_same_word("noindex", "noindexes"));
  EXPECT_FALSE(is_same_word("noindex", "noinde"));
  EXPECT_FALSE(is_same_word("[", "{"));  // 0x20 apart, as the cases of a letter are
}

TEST(AsciiTest, TrimsBothEnds) {
  EXPECT_EQ(trimmed("  a b \r\n"), "a b");
  EXPECT_EQ(trimmed("\v\f\t"), "");
  EXPECT_EQ(trimmed(""), "");
  EXPECT_EQ(trimmed("a"), "a");
  EXPECT_EQ(trimmed(" \ta\n ", kSpaceAndTab), "a\n");
}

}  // namespace
}  // namespace fanfetch
