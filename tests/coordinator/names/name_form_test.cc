#include "coordinator/names/name_form.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <set>

#include "coordinator/names/name_template.h"

namespace fanfetch {
namespace {

using Letters = NameForm::Letters;

constexpr int kErrors[] = {ENAMETOOLONG, EINVAL, EILSEQ, ENOENT, ENOTDIR, ELOOP,
                           EXDEV,        EMLINK, EPERM,  EACCES, EISDIR};

TEST(NameForm, PortableLettersAreThoseOfWindows) {
  const auto portable = [](std::string_view name) {
    return in_form(name, {.letters = Letters::portable});
  };
  EXPECT_EQ(portable("a\"*:<>?|b.jpg"), "a_______b.jpg");
  EXPECT_EQ(portable("a:b/c?d/\xC3\xA9.jpg"), "a_b/c_d/\xC3\xA9.jpg");
  for (const char* device : {"con", "PRN.jpg", "aux.tar.gz", "Nul", "com1.txt", "LPT9"}) {
    EXPECT_EQ(portable(device), std::string("_") + device);
    EXPECT_EQ(portable(std::string("x/") + device + "/y"), std::string("x/_") + device + "/y");
  }
  for (const char* good : {"conx.jpg", "com.jpg", "com0", "a.con", "photo.jpg", "com10.jpg"}) {
    EXPECT_EQ(portable(good), good);
  }
}

TEST(NameForm, AsciiIsAllThatIsLeftOfLetters) {
  EXPECT_EQ(in_form("\xC3\xA9t\xC3\xA9:\xF0\x9F\x90\x88/x.jpg", {.letters = Letters::ascii}),
            "_t___/x.jpg");
}

TEST(NameForm, ShorterKeepsTheExtension) {
  const NameForm shorter{.max_component = 128};
  EXPECT_EQ(in_form(std::string(150, 'x') + ".jpg", shorter), std::string(124, 'x') + ".jpg");
  EXPECT_EQ(in_form(std::string(150, 'x') + "/b.jpg", shorter), std::string(128, 'x') + "/b.jpg");
  EXPECT_EQ(in_form("a/b.jpg", shorter), "a/b.jpg");
  std::string umlauts;
  for (int i = 0; i < 75; ++i) umlauts += "\xC3\xA9";
  EXPECT_EQ(in_form(umlauts + "x.jpg", shorter), umlauts.substr(0, 124) + ".jpg");
  EXPECT_EQ(in_form("x" + umlauts + ".jpg", shorter), "x" + umlauts.substr(0, 122) + ".jpg");
}

TEST(NameForm, JoinedAndPlain) {
  EXPECT_EQ(in_form("a/b/c.jpg", {.joined = true}), "a_b_c.jpg");
  EXPECT_EQ(in_form("a/b/c.jpg", {.joined = true, .plain = true}), "file.jpg");
  EXPECT_EQ(in_form("a/b.tar.gz", {.plain = true}), "file.gz");
  for (const char* odd : {"a", "a.j:g", "a.\xC3\xA9", "a.abcdefghi"}) {
    EXPECT_EQ(in_form(odd, {.plain = true}), "file") << odd;
  }
}

/// Whatever a file system says, in whatever order: it ends, and soon, with the plain form.
TEST(NameForm, EachWayEndsInThePlainOne) {
  for (const int first : kErrors) {
    for (const int then : kErrors) {
      NameForm form;
      int steps = 0;
      for (auto next = tamer_form(form, first); next; next = tamer_form(form, then)) {
        form = *next;
        ASSERT_LT(++steps, 10);
      }
      EXPECT_TRUE(form.plain) << first << ' ' << then;
    }
  }
}

TEST(NameForm, TakesTheLeastStepThatMayHelp) {
  EXPECT_EQ(tamer_form({}, ENAMETOOLONG)->max_component, 128u);
  EXPECT_EQ(tamer_form({}, EINVAL)->letters, Letters::portable);
  EXPECT_FALSE(tamer_form({}, EINVAL)->joined);
  EXPECT_TRUE(tamer_form({}, ENOTDIR)->joined);
  EXPECT_FALSE(tamer_form({}, ENOTDIR)->plain);
  EXPECT_EQ(tamer_form({.plain = true}, EINVAL).has_value(), false);
}

TEST(NameForm, FitsIntoECryptfsWithItsSuffix) {
  const Sha256Digest hash = sha256("x");
  const std::string name = in_form(std::string(196, 'x') + ".jpg", {.max_component = 128});
  EXPECT_LE(other_name(name, hash, 10'000).size(), 143u);
}

}  // namespace
}  // namespace fanfetch
