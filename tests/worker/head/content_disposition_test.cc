#include "worker/head/content_disposition.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace fanfetch {
namespace {

TEST(ContentDisposition, NamesTheFile) {
  EXPECT_EQ(suggested_name("attachment; filename=\"a b.jpg\""), "a b.jpg");
  EXPECT_EQ(suggested_name("attachment; filename=a.jpg"), "a.jpg");
  EXPECT_EQ(suggested_name("inline;FILENAME = a.jpg ; size=5"), "a.jpg");
  EXPECT_EQ(suggested_name("filename=a.jpg"), "a.jpg") << "without its type";
  EXPECT_EQ(suggested_name("attachment; x=\"filename=no.jpg; \"; filename=a.jpg"), "a.jpg");
  EXPECT_EQ(suggested_name(R"(attachment; filename="a\"b;c.jpg")"), "a\"b;c.jpg");
  EXPECT_EQ(suggested_name("attachment; filename=a.jpg; filename=b.jpg"), "a.jpg");
}

TEST(ContentDisposition, TheExtendedNameWins) {
  EXPECT_EQ(suggested_name("attachment; filename=a.jpg; filename*=UTF-8''na%C3%AFve%20.jpg"),
            "na\xC3\xAFve .jpg");
  EXPECT_EQ(suggested_name("attachment; filename*=utf-8'en'b.jpg; filename=a.jpg"), "b.jpg");
  EXPECT_EQ(suggested_name("attachment; filename*=ISO-8859-1''%EF.jpg"), "\xC3\xAF.jpg");
  EXPECT_EQ(suggested_name("attachment; filename*=\"UTF-8''b.jpg\""), "b.jpg") << "as some do";
}

TEST(ContentDisposition, AnExtendedNameThatCannotBeReadLeavesTheOther) {
  for (const char* bad : {"b.jpg", "UTF-8'b.jpg", "EBCDIC''b.jpg", "''b.jpg", "UTF-8''",
                          "UTF-8''..", "UTF-8''a%2F"}) {
    const std::string header = std::string("attachment; filename=a.jpg; filename*=") + bad;
    EXPECT_EQ(suggested_name(header), "a.jpg") << bad;
  }
}

/// RFC 6266 has no such names, and servers send them every day.
TEST(ContentDisposition, LettersBeyondAsciiInAPlainName) {
  const std::string naive = "na\xC3\xAFve.jpg";
  for (const char* value : {"\"na\xC3\xAFve.jpg\"",
                            "na\xC3\xAFve.jpg",
                            "\"na\xEFve.jpg\"",
                            "na\xEFve.jpg",
                            "\"na%C3%AFve.jpg\"",
                            "na%c3%afve.jpg",
                            "na%EFve.jpg",
                            "\"=?UTF-8?Q?na=C3=AFve.jpg?=\"",
                            "=?utf-8?q?na=C3=AFve.jpg?=",
                            "\"=?UTF-8?B?bmHDr3ZlLmpwZw==?=\"",
                            "=?UTF-8?B?bmHDr3ZlLmpwZw==?=",
                            "\"=?iso-8859-1?Q?na=EFve.jpg?=\"",
                            "\"=?ISO-8859-1?B?bmHvdmUuanBn?=\"",
                            "\"=?utf-8*en?Q?na=C3=AFve?= =?utf-8?Q?.jpg?=\"",
                            "\"=?utf-8?Q?na=C3?= =?utf-8?Q?=AFve.jpg?=\"",
                            "'na\xC3\xAFve.jpg'",
                            "'na%C3%AFve.jpg' ",
                            "utf8''na%C3%AFve.jpg",
                            "\"UTF-8''na%C3%AFve.jpg\"",
                            "\"utf-8'en'na%C3%AFve.jpg\""}) {
    EXPECT_EQ(suggested_name(std::string("attachment; filename=") + value), naive) << value;
    EXPECT_EQ(suggested_name(std::string("attachment; filename=") + value + "; size=5"), naive)
        << value;
  }
  EXPECT_EQ(suggested_name("attachment; filename=\"=?UTF-8?Q?a_b=5Fc?=.jpg\""), "a b_c.jpg");
  EXPECT_EQ(suggested_name("attachment; filename=\"\x93"
                           "a\x94.jpg\""),
            "\xE2\x80\x9C"
            "a\xE2\x80\x9D.jpg")
      << "Windows' quotes";
}

TEST(ContentDisposition, SingleQuotes) {
  EXPECT_EQ(suggested_name("attachment; filename='a b.jpg'"), "a b.jpg");
  EXPECT_EQ(suggested_name("attachment; filename='a;b.jpg'; size=1"), "a;b.jpg");
  EXPECT_EQ(suggested_name("attachment; filename='it's a.jpg'"), "it's a.jpg");
  EXPECT_EQ(suggested_name("attachment; filename=it's.jpg; x='"), "it's.jpg");
  EXPECT_EQ(suggested_name("attachment; filename='a.jpg"), "'a.jpg");
  EXPECT_EQ(suggested_name("attachment; filename=''"), "''");
}

TEST(ContentDisposition, PercentSignsThatEscapeNothingStay) {
  EXPECT_EQ(suggested_name("attachment; filename=\"100% cotton.jpg\""), "100% cotton.jpg");
  EXPECT_EQ(suggested_name("attachment; filename=\"a%2Fb.jpg\""), "b.jpg") << "a folder";
}

TEST(ContentDisposition, AnExtendedNameInOtherSpellings) {
  EXPECT_EQ(suggested_name("attachment; filename*=utf8''na%C3%AFve.jpg"), "na\xC3\xAFve.jpg");
  EXPECT_EQ(suggested_name("attachment; filename*=UTF-8''na%EFve.jpg"), "na\xC3\xAFve.jpg");
  EXPECT_EQ(suggested_name("attachment; filename*='UTF-8''b.jpg'"), "b.jpg");
  EXPECT_EQ(suggested_name("attachment; filename*=na%C3%AFve.jpg"), "na\xC3\xAFve.jpg")
      << "better than none";
}

TEST(ContentDisposition, ANameInPieces) {
  EXPECT_EQ(suggested_name("attachment; filename*0*=UTF-8''na%C3; filename*1*=%AFve; "
                           "filename*2=\".jpg\""),
            "na\xC3\xAFve.jpg");
  EXPECT_EQ(suggested_name("attachment; filename*0=\"a b\"; filename*1=.jpg"), "a b.jpg");
  EXPECT_EQ(suggested_name("attachment; filename*0*=b; filename*1=.jpg; filename=a.jpg"), "a.jpg");
  EXPECT_EQ(suggested_name("attachment; filename*1=.jpg"), "");
  EXPECT_EQ(suggested_name("attachment; filename*0*=EBCDIC''b.jpg"), "");
}

TEST(ContentDisposition, WhatNobodyCanReadIsNoName) {
  EXPECT_EQ(suggested_name("attachment; filename=\"=?iso-2022-jp?B?1tDOxC5qcGc=?=\""), "");
  EXPECT_EQ(suggested_name("attachment; filename=\"=?UTF-8?X?abc?=\""), "");
  EXPECT_EQ(suggested_name("attachment; filename=\"=?UTF-8?B?!?=\""), "");
}

TEST(ContentDisposition, OldCharacterSets) {
  const std::pair<const char*, const char*> kRows[] = {
      {"GB18030''%C4%E3%BA%C3.jpg", "\u4f60\u597d.jpg"},
      {"gb2312''%C4%E3%BA%C3.jpg", "\u4f60\u597d.jpg"},
      {"GBK'zh'%C4%E3%BA%C3.jpg", "\u4f60\u597d.jpg"},
      {"Big5''%A4%A4.jpg", "\u4e2d.jpg"},
      {"Shift_JIS''%93%FA%96%7B.jpg", "\u65e5\u672c.jpg"},
      {"EUC-JP''%C6%FC%CB%DC.jpg", "\u65e5\u672c.jpg"},
      {"EUC-KR''%C7%D1.jpg", "\ud55c.jpg"},
      {"KOI8-R''%C6.jpg", "\u0444.jpg"},
      {"windows-1251''%F4.jpg", "\u0444.jpg"},
      {"cp1251''%F4.jpg", "\u0444.jpg"},
      {"iso-8859-2''%B1.jpg", "\u0105.jpg"},
      {"windows-1252''%93.jpg", "\u201c.jpg"},
      {"windows-1258''photo.jpg", "photo.jpg"},  // letters are held back for a mark behind them
      {"windows-1255''x.%F9", "x.\u05e9"},
  };
  for (const auto& [value, expected] : kRows) {
    EXPECT_EQ(suggested_name(std::string("attachment; filename=a.jpg; filename*=") + value),
              expected)
        << value;
    EXPECT_EQ(suggested_name(std::string("attachment; filename=\"") + value + '"'), expected);
  }
  EXPECT_EQ(suggested_name("attachment; filename=\"=?Shift_JIS?B?k/qWey5qcGc=?=\""),
            "\u65e5\u672c.jpg");
  EXPECT_EQ(suggested_name("attachment; filename=\"=?gb2312?B?1tDOxC5qcGc=?=\""),
            "\u4e2d\u6587.jpg");
  for (const char* bad : {"Shift_JIS''%93", "EUC-KR''%C7%20.jpg", "iso-8859-99''%B1.jpg",
                          "iso-8859-''b.jpg", "iso-8859-2//TRANSLIT''b.jpg", "windows-125''b.jpg",
                          "iso-2022-kr''b.jpg", "UTF-7''b.jpg"}) {
    EXPECT_EQ(suggested_name(std::string("attachment; filename=a.jpg; filename*=") + bad), "a.jpg")
        << bad;
  }
}

TEST(ContentDisposition, FoldersAreStripped) {
  EXPECT_EQ(suggested_name("attachment; filename=\"../../etc/passwd\""), "passwd");
  EXPECT_EQ(suggested_name("attachment; filename=\"/etc/cron.d/x\""), "x");
  EXPECT_EQ(suggested_name(R"(attachment; filename="C:\pictures\a.jpg")"), "a.jpg");
  EXPECT_EQ(suggested_name("attachment; filename*=UTF-8''%2e%2e%2Fa.jpg"), "a.jpg");
  EXPECT_EQ(suggested_name("attachment; filename*=UTF-8''..%5Ca.jpg"), "a.jpg");
}

TEST(ContentDisposition, NoName) {
  for (const char* header :
       {"", "attachment", ";", ";;;=;", "=", "attachment; filename", "attachment; filename=",
        "attachment; filename=\"\"", "attachment; filename=..", "attachment; filename=\". . \"",
        "attachment; filename=\"a/\"", "attachment; filenames=a.jpg", "filename*", "filename*="}) {
    EXPECT_EQ(suggested_name(header), "") << header;
  }
  EXPECT_EQ(suggested_name("attachment; filename=" + std::string(2000, 'a')), "") << "absurd";
}

TEST(ContentDisposition, WhatIsBrokenIsReadAsFarAsItGoes) {
  EXPECT_EQ(suggested_name("attachment; filename=\"a.jpg"), "a.jpg");
  EXPECT_EQ(suggested_name("attachment; filename=\"a.jpg\\"), "") << "a folder without a file";
  EXPECT_EQ(suggested_name("attachment; filename=\"a.jpg\"junk; x"), "a.jpg");
}

TEST(ContentDisposition, AnyBytesAreSurvived) {
  static constexpr std::string_view kBits[] = {
      "filename", "*", "=",  ";",  "\"",  "\\",  "'",  "%",   "UTF-8''", "/",
      "..",       " ", "=?", "?=", "?B?", "?Q?", "\t", "%00", "\xFF",    "a"};
  std::mt19937_64 random(1);
  for (int round = 0; round < 50'000; ++round) {
    std::string header;
    for (auto left = random() % 20; left > 0; --left) header += kBits[random() % std::size(kBits)];
    const std::string name = suggested_name(header);
    EXPECT_EQ(name.find_first_of("/\\"), std::string::npos) << header;
    EXPECT_TRUE(name.empty() || name.find_first_not_of(". \t") != std::string::npos) << header;
  }
}

}  // namespace
}  // namespace fanfetch
