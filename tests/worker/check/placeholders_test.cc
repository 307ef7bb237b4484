#include "worker/check/placeholders.h"

#include <gtest/gtest.h>

#include "tests/support/sample_images.h"

namespace fanfetch {
namespace {

TEST(Placeholders, SizeAndHashTogetherTell) {
  const std::string hex = to_hex(sha256("gone"));
  const Placeholder table[] = {{10, "00", "another"}, {4, hex, "a note"}};
  const Placeholders placeholders(table);
  EXPECT_TRUE(placeholders.has_size(4));
  EXPECT_FALSE(placeholders.has_size(5));
  EXPECT_EQ(placeholders.find(4, sha256("gone")), "a note");
  EXPECT_EQ(placeholders.find(4, sha256("here")), std::nullopt);
  EXPECT_EQ(placeholders.find(10, sha256("gone")), std::nullopt);
  EXPECT_FALSE(Placeholders({}).has_size(4));
}

TEST(Placeholders, TheKnownOnesAreWrittenAsTheyAreCompared) {
  for (const Placeholder& known : known_placeholders()) {
    const auto digest = digest_from_hex(known.sha256);
    ASSERT_TRUE(digest) << known.what;
    EXPECT_EQ(to_hex(*digest), known.sha256);
    EXPECT_EQ(Placeholders(known_placeholders()).find(known.bytes, *digest), known.what);
  }
  const Placeholders all(known_placeholders());
  EXPECT_TRUE(all.has_size(support::removed_png().size())) << "Imgur's, as the fake one is";
  EXPECT_FALSE(all.find(503, sha256(support::removed_png())));
}

}  // namespace
}  // namespace fanfetch
