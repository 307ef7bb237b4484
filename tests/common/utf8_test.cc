#include "common/utf8.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

TEST(DecodeUtf8, KnowsEveryLengthAndItsLimits) {
  const std::pair<const char*, char32_t> kGood[] = {{"a", 'a'},
                                                    {"\x7f", 0x7f},
                                                    {"\xc2\x80", 0x80},
                                                    {"\xdf\xbf", 0x7ff},
                                                    {"\xe0\xa0\x80", 0x800},
                                                    {"\xed\x9f\xbf", 0xd7ff},
                                                    {"\xee\x80\x80", 0xe000},
                                                    {"\xf0\x90\x80\x80", 0x10000},
                                                    {"\xf4\x8f\xbf\xbf", 0x10ffff}};
  for (const auto& [text, code] : kGood) {
    const auto character = decode_utf8(std::string(text) + "tail");
    EXPECT_TRUE(character.valid);
    EXPECT_EQ(character.code, code);
    EXPECT_EQ(character.bytes, std::string_view(text).size());
  }
  for (const char* bad : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3x", "\xe0\x9f\xbf",
                          "\xe2\x82", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
                          "\xf5\x80\x80\x80", "\xff", "\xf0\x9f\x98"}) {
    EXPECT_FALSE(decode_utf8(bad).valid);
    EXPECT_EQ(decode_utf8(bad).bytes, 1u);
  }
}

TEST(ValidUtf8, ReplacesBadBytesOnly) {
  EXPECT_EQ(valid_utf8("a\xc3\xa4\n"), "a\xc3\xa4\n");
  EXPECT_EQ(valid_utf8("a\xffz"), "a\xef\xbf\xbdz");
  EXPECT_EQ(valid_utf8("\xe2\x82"), "\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(Printable, HoldsNothingThatATerminalActsOn) {
  EXPECT_EQ(printable("caf\xc3\xa9 \xf0\x9f\x98\x80"), "caf\xc3\xa9 \xf0\x9f\x98\x80");
  EXPECT_EQ(printable("a\x1b[2J\r\n\t\x7f"
                      "b"),
            R"(a\x1b[2J\r\n\t\x7fb)");
  EXPECT_EQ(printable("\xc2\x9b"
                      "2J"),
            R"(\u009b2J)")
      << "C1's CSI";
  EXPECT_EQ(printable("x\xe2\x80\xaegpj.exe"), R"(x\u202egpj.exe)") << "right-to-left override";
  EXPECT_EQ(printable("\xe2\x81\xa6\xe2\x80\x8f\xd8\x9c\xef\xbb\xbf\xe2\x80\xa8"),
            R"(\u2066\u200f\u061c\ufeff\u2028)");
  EXPECT_EQ(printable("\xff\xc3"), R"(\xff\xc3)");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), R"(a\x00b)");
}

TEST(Printable, CutsBetweenCharacters) {
  EXPECT_EQ(printable("1234567890", 10), "1234567890");
  EXPECT_EQ(printable("12345678901", 10), "1234567...");
  for (std::size_t most = 0; most < 20; ++most) {
    const std::string cut =
        printable("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", most);
    EXPECT_LE(cut.size(), most);
    EXPECT_EQ(valid_utf8(cut), cut);
  }
  EXPECT_LE(printable(std::string(10000, '\x01')).size(), 500u);
}

/// What a server or a list may send to steer a terminal or to mislead its reader, and what a line,
/// several lines, JSON and a link make of it.
struct Hostile {
  std::string_view text;
  std::string_view line, lines, json, url;
};

const Hostile kHostile[] = {
    {"\x1b]0;owned\x07!", R"(\x1b]0;owned\x07!)", R"(\x1b]0;owned\x07!)", {}, "%1B]0;owned%07!"},
    {"\x1b[31;1mred", R"(\x1b[31;1mred)", R"(\x1b[31;1mred)", {}, "%1B[31;1mred"},
    {"a\rb", R"(a\rb)", R"(a\rb)", {}, "a%0Db"},
    {"a\tb\nc", R"(a\tb\nc)", "a\tb\nc", {}, "a%09b%0Ac"},
    {"\x7f", R"(\x7f)", R"(\x7f)", "\\u007f", "%7F"},
    {"\xc2\x9b"
     "2J",
     R"(\u009b2J)", R"(\u009b2J)", "\\u009b2J", "%C2%9B2J"},
    {"\x9b"
     "2J",
     R"(\x9b2J)",
     R"(\x9b2J)",
     {},
     "%9B2J"},
    {"\xc2\x90q\xc2\x9c", R"(\u0090q\u009c)", R"(\u0090q\u009c)", "\\u0090q\\u009c",
     "%C2%90q%C2%9C"},
    {"x\xe2\x80\xaegpj", R"(x\u202egpj)", R"(x\u202egpj)", "x\\u202egpj", "x%E2%80%AEgpj"},
    {"\xe2\x81\xa6x\xe2\x81\xa9", R"(\u2066x\u2069)", R"(\u2066x\u2069)", "\\u2066x\\u2069",
     "%E2%81%A6x%E2%81%A9"},
    {"\xe2\x80\x8f\xd8\x9c", R"(\u200f\u061c)", R"(\u200f\u061c)", "\\u200f\\u061c",
     "%E2%80%8F%D8%9C"},
    {"\xe2\x81\xaa", R"(\u206a)", R"(\u206a)", "\\u206a", "%E2%81%AA"},
    {"\xef\xbb\xbf", R"(\ufeff)", R"(\ufeff)", "\\ufeff", "%EF%BB%BF"},
    {"\xf3\xa0\x80\x81", R"(\U000e0001)", R"(\U000e0001)", "\\udb40\\udc01", "%F3%A0%80%81"},
    {"caf\xc3\xa9 \xe2\x80\x8d \xf0\x9f\x98\x80", "caf\xc3\xa9 \xe2\x80\x8d \xf0\x9f\x98\x80",
     "caf\xc3\xa9 \xe2\x80\x8d \xf0\x9f\x98\x80", "caf\xc3\xa9 \xe2\x80\x8d \xf0\x9f\x98\x80",
     "caf\xc3\xa9 \xe2\x80\x8d \xf0\x9f\x98\x80"},
};

TEST(Printable, EachKindOfTextKeepsWhatItCan) {
  for (const Hostile& row : kHostile) {
    SCOPED_TRACE(row.url);
    EXPECT_EQ(printable(row.text), row.line);
    EXPECT_EQ(printable_lines(row.text), row.lines);
    EXPECT_EQ(printable_url(row.text), row.url);
    // JSON text holds neither raw control characters nor invalid UTF-8.
    if (row.json.data() != nullptr) {
      EXPECT_EQ(printable_json(row.text), row.json);
    }
  }
}

TEST(Printable, LinesAreNotCut) {
  EXPECT_EQ(printable_lines(std::string(100'000, 'x') + '\n').size(), 100'001u);
}

}  // namespace
}  // namespace fanfetch
