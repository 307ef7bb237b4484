#include "coordinator/names/path_text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace fanfetch {
namespace {

using namespace std::string_literals;

TEST(CleanPath, LeavesAGoodPathAlone) {
  for (const char* path : {"photo.jpg", "a/b/photo.tar.gz", "Straße 5 (neu).png", "a:b", "~x", "-x",
                           "\xE5\xAF\xAB\xE7\x9C\x9F.jpg", "x..y", "\xF0\x9F\x90\x88.gif"}) {
    EXPECT_EQ(clean_path(path), path);
  }
}

TEST(CleanPath, NeverLeavesTheFolder) {
  EXPECT_EQ(clean_path("../../etc/passwd"), "etc/passwd");
  EXPECT_EQ(clean_path("/etc/passwd"), "etc/passwd");
  EXPECT_EQ(clean_path("a/../../b"), "a/b");
  EXPECT_EQ(clean_path("a/./b//c"), "a/b/c");
  EXPECT_EQ(clean_path("..\\..\\x"), "___.._x");
  EXPECT_EQ(clean_path(".. /x"), "x");
  EXPECT_EQ(clean_path("a/..."), "a/index.html");
}

TEST(CleanPath, MakesNoHiddenFiles) {
  EXPECT_EQ(clean_path(".fanfetch/part/x"), "_fanfetch/part/x");
  EXPECT_EQ(clean_path("..x"), "__x");
  EXPECT_EQ(clean_path("a/.htaccess"), "a/_htaccess");
}

TEST(CleanPath, NamesWhatHasNoName) {
  for (const char* path : {"", "/", "///", ".", "..", "./../", " ", ". . "}) {
    EXPECT_EQ(clean_path(path), "index.html") << '"' << path << '"';
  }
  EXPECT_EQ(clean_path("example.org/"), "example.org/index.html");
}

TEST(CleanPath, StripsWhatSomeFileSystemsDrop) {
  EXPECT_EQ(clean_path("a. ./b.jpg.. "), "a/b.jpg");
  EXPECT_EQ(clean_path(" a"), " a");
}

TEST(CleanPath, ReplacesCharactersThatHide) {
  EXPECT_EQ(clean_path("a\0b\n\x7F.jpg"s), "a_b__.jpg");
  EXPECT_EQ(clean_path("\xC2\x9B"
                       "31m"),
            "_31m");  // C1 control
  EXPECT_EQ(clean_path("gpj.\xE2\x80\xAE"
                       "exe"),
            "gpj._exe");  // right-to-left override
  EXPECT_EQ(clean_path("a\xE2\x81\xA6"
                       "b\xD8\x9C"
                       "c"),
            "a_b_c");  // isolate, Arabic mark
  EXPECT_EQ(clean_path("a\xE2\x80\x8B\xEF\xBB\xBF"
                       "b"),
            "a__b");  // zero width
  EXPECT_EQ(clean_path("a\xE2\x80\xA8"
                       "b"),
            "a_b");  // line separator
}

TEST(CleanPath, LeavesTheJoinersThatScriptsAndEmojiNeed) {
  for (const char* path :
       {"\xD9\x85\xDB\x8C\xE2\x80\x8C\xD8\xAE\xD9\x88\xD8\xA7\xD9\x87\xD9\x85.jpg",  // Persian
        "\xE0\xA4\x95\xE0\xA5\x8D\xE2\x80\x8D\xE0\xA4\xB7.jpg",                      // Hindi
        "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB.png"}) {                       // emoji
    EXPECT_EQ(clean_path(path), path);
  }
  EXPECT_EQ(clean_path("\xE2\x80\x8C.fanfetch/x"), "_.fanfetch/x") << "HFS+ would ignore it";
  EXPECT_EQ(clean_path("a/\xE2\x80\x8D"), "a/_");
}

TEST(CleanPath, ReplacesLettersThatNobodySees) {
  for (const char* unseen : {"\u034F", "\u115F", "\u1160", "\u17B4", "\u17B5", "\u3164", "\uFFA0",
                             "\u00AD", "\u180E", "\u2060", "\u2064", "\U000E0041"}) {
    EXPECT_EQ(clean_path("a" + std::string(unseen) + "b"), "a_b") << unseen;
  }
  EXPECT_EQ(clean_path("\u2764\uFE0F.png"), "\u2764\uFE0F.png") << "a variant of an emoji";
}

TEST(CleanPath, NamesNoDeviceOfWindows) {
  for (const char* device :
       {"con", "PRN.jpg", "aux.tar.gz", "Nul", "com1.txt", "LPT9", "COM\u00B9", "lpt\u00B3.c",
        "con .txt", "nul  ..x", "aux:x.jpg", "CONIN$", "conout$.log"}) {
    const std::string tame = std::string("_") + device;
    EXPECT_EQ(clean_path(device), tame);
    EXPECT_EQ(clean_path(std::string("x/") + device + "/y"), "x/" + tame + "/y");
    EXPECT_EQ(clean_path(tame), tame);
  }
  EXPECT_EQ(clean_path("con. ."), "_con");
  EXPECT_EQ(clean_path(".con"), "_con");
  for (const char* good : {"conx.jpg", "com.jpg", "com0", "a.con", "com10.jpg", "co n", " con",
                           "com\u2074", "c.on", "nul-1.jpg", "aux_.jpg"}) {
    EXPECT_EQ(clean_path(good), good);
  }
  const std::string cut = clean_path("con" + std::string(300, ' ') + "x.jpg");
  EXPECT_EQ(cut.substr(0, 4), "_on ") << "where the cut takes all but the blanks";
  EXPECT_EQ(clean_path(cut), cut);
}

TEST(CleanPath, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(clean_path("a\xFF\xC3.jpg"), "a__.jpg");
  EXPECT_EQ(clean_path("\xC0\xAE\xC0\xAE/x"), "____/x");  // overlong dots
  EXPECT_EQ(clean_path("a\xC0\xAF"
                       "b"),
            "a__b");                             // overlong slash
  EXPECT_EQ(clean_path("\xED\xA0\x80"), "___");  // surrogate
  EXPECT_EQ(clean_path("x\xE2\x82"), "x__");     // cut short
}

TEST(CleanPath, IsInNormalForm) {
  EXPECT_EQ(clean_path("e\xCC\x81.jpg"), "\xC3\xA9.jpg");
  EXPECT_EQ(clean_path("\xE2\x84\xAA"), "K");  // the Kelvin sign
}

TEST(CleanPath, ALetterFullOfMarksIsReadOnce) {
  const std::string above = "\xCC\x81", below = "\xCC\xA3", two = "\xCD\x84";
  std::string marks = "x";
  for (int i = 0; i < 15; ++i) marks += below;
  for (int i = 0; i < 15; ++i) marks += above;
  EXPECT_EQ(clean_path(marks + ".jpg"), marks + ".jpg");
  EXPECT_EQ(clean_path(marks + above + ".jpg"), marks + "_.jpg");
  std::string line = "x";
  for (int i = 0; i < 200'000; ++i) line += above + below;  // minutes, were each sorted in
  for (const auto& text : {line, std::string("x") + two + two + line, two + line}) {
    const std::string clean = clean_path(text);
    EXPECT_LE(clean.size(), kMaxComponentBytes);
    EXPECT_EQ(clean_path(clean), clean);
  }
  std::string doubled = "x";
  for (int i = 0; i < 30; ++i) doubled += two;
  EXPECT_EQ(clean_path(clean_path(doubled)), clean_path(doubled));
}

TEST(CleanPath, CutsALongComponentAndKeepsItsExtension) {
  EXPECT_EQ(clean_path(std::string(300, 'x') + ".jpg"), std::string(196, 'x') + ".jpg");
  EXPECT_EQ(clean_path(std::string(300, 'x')), std::string(200, 'x'));
  EXPECT_EQ(clean_path(std::string(200, 'x')), std::string(200, 'x'));
  EXPECT_EQ(clean_path("a." + std::string(300, 'x')), "a." + std::string(198, 'x'));
  EXPECT_EQ(clean_path(std::string(199, 'x') + ". " + std::string(99, 'y')), std::string(199, 'x'));
  EXPECT_EQ(clean_path(std::string(300, 'x') + "/y"), std::string(200, 'x') + "/y");
}

TEST(CleanPath, CutsBetweenCharacters) {
  std::string cats;
  for (int i = 0; i < 100; ++i) cats += "\xF0\x9F\x90\x88";
  EXPECT_EQ(clean_path(cats + ".jpg"), cats.substr(0, 196) + ".jpg");
  EXPECT_EQ(clean_path("x" + cats + ".jpg"), "x" + cats.substr(0, 192) + ".jpg");
}

/// An extension that takes all the room is none: what begins with a dot is hidden.
TEST(Shortened, LeavesANameOfWhatBeginsWithBlanks) {
  const std::string blanks(60, ' ');
  EXPECT_EQ(shortened("a/" + blanks + "id", 20), "a/_");
  EXPECT_EQ(shortened(blanks + "a/b", 20), "_/b");
}

TEST(Shortened, NeverHidesAFile) {
  const std::string extension = "." + std::string(17, 'x') + "\xC3\xA9";
  for (const std::string stem : {"a", "aaaaaaaa", "\xF0\x9F\x90\x88"}) {
    for (std::size_t most = 20; most <= 30; ++most) {
      const std::string shorter = shortened("b/" + stem + extension, most);
      EXPECT_EQ(clean_path(shorter), shorter) << most;
      EXPECT_LE(shorter.size(), 2 + most);
    }
  }
}

TEST(CleanPath, KeepsTheNameOfAPathThatIsTooLong) {
  std::string path;
  for (int i = 0; i < 500; ++i) path += "folder/";
  const std::string clean = clean_path(path + "photo.jpg");
  EXPECT_LE(clean.size(), kMaxPathBytes);
  EXPECT_GT(clean.size(), kMaxPathBytes - 10);
  EXPECT_TRUE(clean.ends_with("/photo.jpg"));
  EXPECT_TRUE(clean.starts_with("folder/folder/"));
}

/// The promises of clean_path() on bytes of all kinds, and that a second time changes nothing.
TEST(CleanPath, HoldsOnRandomBytes) {
  const std::vector<std::string> pieces = {".",
                                           "..",
                                           "/",
                                           "\\",
                                           " ",
                                           "\0"s,
                                           "a",
                                           "B",
                                           ".jpg",
                                           "\xFF",
                                           "\xC3",
                                           "\xA9",
                                           "e\xCC\x81",
                                           "\xCC\x81",
                                           "\xE2\x80\xAE",
                                           "\xEF\xBB\xBF",
                                           "\xF0\x9F\x90\x88",
                                           "\xE0\xA5\x98",
                                           std::string(150, 'x'),
                                           "\xED\x95\x9C",
                                           "~",
                                           "-",
                                           ":",
                                           "\xF0\x9D\x85\xA0",
                                           "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB"};
  std::uint32_t random = 1;
  for (int round = 0; round < 20'000; ++round) {
    std::string path;
    for (int i = 0; i < round % 24; ++i) {
      random = random * 1664525u + 1013904223u;
      path += pieces[(random >> 8) % pieces.size()];
    }
    const std::string clean = clean_path(path);
    ASSERT_EQ(clean_path(clean), clean) << ::testing::PrintToString(path);
    ASSERT_LE(clean.size(), kMaxPathBytes);
    ASSERT_FALSE(clean.empty());
    std::string_view rest = clean;
    for (;;) {
      const std::string_view component = rest.substr(0, rest.find('/'));
      ASSERT_TRUE(!component.empty() && component.size() <= kMaxComponentBytes &&
                  component.front() != '.' && component.back() != '.' && component.back() != ' ' &&
                  component.find('\0') == std::string_view::npos)
          << ::testing::PrintToString(path);
      if (component.size() == rest.size()) break;
      rest.remove_prefix(component.size() + 1);
    }
  }
}

TEST(WithSuffix, StandsBeforeTheExtension) {
  EXPECT_EQ(with_suffix("a/photo.jpg", "1a2b3c4d"), "a/photo-1a2b3c4d.jpg");
  EXPECT_EQ(with_suffix("a.b/photo", "1a2b3c4d"), "a.b/photo-1a2b3c4d");
  EXPECT_EQ(with_suffix("x.tar.gz", "1"), "x.tar-1.gz");
}

TEST(WithSuffix, KeepsTheLimit) {
  EXPECT_EQ(with_suffix(std::string(196, 'x') + ".jpg", "1a2b3c4d"),
            std::string(187, 'x') + "-1a2b3c4d.jpg");
  EXPECT_EQ(with_suffix("a." + std::string(198, 'y'), "1a2b3c4d"),
            "a." + std::string(189, 'y') + "-1a2b3c4d");
}

TEST(WithSuffix, LosesFoldersWhereThePathWouldBeTooLong) {
  std::string path;
  while (path.size() + 101 + 5 <= kMaxPathBytes) path += std::string(100, 'd') + '/';
  path += std::string(kMaxPathBytes - path.size() - 4, 'x') + ".jpg";
  ASSERT_EQ(path, clean_path(path));
  const std::string longer = with_suffix(path, "1a2b3c4d");
  EXPECT_EQ(longer, clean_path(longer));
  EXPECT_TRUE(longer.ends_with("-1a2b3c4d.jpg"));
}

TEST(FoldCase, MakesNamesOfOtherCaseEqual) {
  EXPECT_EQ(fold_case("A/Photo.JPG"), "a/photo.jpg");
  EXPECT_EQ(fold_case("\xC3\x89.JPG"), fold_case("\xC3\xA9.jpg"));
  EXPECT_EQ(fold_case("STRASSE"), fold_case("stra\xC3\x9F"
                                            "e"));
  EXPECT_NE(fold_case("a"), fold_case("\xC3\xA4"));
  EXPECT_EQ(fold_case("\xFF"), "\xFF");
}

TEST(Extension, OfThePathsLastComponent) {
  EXPECT_EQ(extension_of("a/photo.jpg"), ".jpg");
  EXPECT_EQ(extension_of("a.b/photo"), "");
  EXPECT_EQ(extension_of("a/.hidden"), "");
  EXPECT_EQ(extension_of("a.tar.gz"), ".gz");
  EXPECT_EQ(extension_of("a." + std::string(30, 'x')), "");
  EXPECT_EQ(extension_of(""), "");
}

TEST(Extension, IsAdded) {
  EXPECT_EQ(with_extension("a/photo", "jpg"), "a/photo.jpg");
  EXPECT_EQ(with_extension("v1.2", "jpg"), "v1.2.jpg");
  const std::string longest(kMaxComponentBytes, 'x');
  EXPECT_EQ(with_extension(longest, "jpg"), longest.substr(4) + ".jpg");
  const std::string wide = with_extension(std::string(195, 'x') + "\xC3\xA9\xC3\xA9", "jpg");
  EXPECT_EQ(wide, std::string(195, 'x') + ".jpg") << "cut between characters";
  const std::string deep = std::string(150, 'a') + '/' + std::string(150, 'b') + '/';
  const std::string path = deep + deep + deep + std::string(94, 'x');
  ASSERT_EQ(path.size(), kMaxPathBytes);
  EXPECT_LE(with_extension(path, "jpeg").size(), kMaxPathBytes);
}

TEST(NameKey, IsOfTheFoldedName) {
  EXPECT_EQ(name_key("A/Photo.JPG"), name_key("a/photo.jpg"));
  EXPECT_EQ(name_key("\xC3\x89.JPG"), name_key("\xC3\xA9.jpg"));
  EXPECT_NE(name_key("a/photo.jpg"), name_key("b/photo.jpg"));
}

/// It lies in ledgers: a later fanfetch must come to the same.
TEST(NameKey, NeverChanges) {
  EXPECT_EQ(name_key("a/Photo.jpg"),
            0x961fb65464e78cdf);  // the beginning of SHA-256 of "a/photo.jpg"
}

}  // namespace
}  // namespace fanfetch
