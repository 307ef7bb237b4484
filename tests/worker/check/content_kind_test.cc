#include "worker/check/content_kind.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/support/sample_images.h"
#include "tests/worker/check/content_heads.h"

namespace fanfetch {
namespace {

using namespace std::string_literals;

ContentKind kind_of(const std::string& head, Head state = Head::complete) {
  return sniff(std::as_bytes(std::span(head)), state);
}

TEST(ContentKind, OfEachKnownHead) {
  for (const auto& [kind, head] : content_heads()) {
    EXPECT_EQ(kind_of(head), kind) << mime_type(kind);
    EXPECT_EQ(kind_of(head + std::string(5000, 'x')), kind) << mime_type(kind);
  }
}

TEST(ContentKind, OfRealFiles) {
  EXPECT_EQ(kind_of(support::sample_jpeg(1)), ContentKind::jpeg);
  EXPECT_EQ(kind_of(support::tiny_gif()), ContentKind::gif);
  EXPECT_EQ(kind_of(support::removed_png()), ContentKind::png);
}

/// What was told early is what would have been told late.
TEST(ContentKind, OfAGrowingHeadIsNeverTakenBack) {
  for (const auto& [kind, head] : content_heads()) {
    for (std::size_t size = 0; size <= head.size(); ++size) {
      const ContentKind early = kind_of(head.substr(0, size), Head::growing);
      EXPECT_TRUE(early == ContentKind::unknown || early == kind) << mime_type(kind) << size;
    }
  }
}

/// Four bytes that begin one kind, in front of a word that tells of another.
TEST(ContentKind, OfAGrowingHeadIsNeverTakenBackForABox) {
  for (const std::string& first : {"\x1C\x53\xBB\x6B"s, "\x1A\x45\xDF\xA3"s, "<b>\0"s}) {
    for (const std::string& box : {"mdat"s, "ftyp"s}) {
      const std::string head = first + box + "isom\0\0\0\0webm, and more of it"s;
      const ContentKind kind = kind_of(head);
      for (std::size_t size = 0; size <= head.size(); ++size) {
        const ContentKind early = kind_of(head.substr(0, size), Head::growing);
        EXPECT_TRUE(early == ContentKind::unknown || early == kind) << mime_type(kind) << size;
      }
    }
  }
}

TEST(ContentKind, OfTheDocumentTypeThatStandsFirst) {
  EXPECT_EQ(kind_of("\x1A\x45\xDF\xA3\x42\x82matroska, not webm"), ContentKind::matroska);
  EXPECT_EQ(kind_of("\x1A\x45\xDF\xA3\x42\x82webm, not matroska"), ContentKind::webm);
}

TEST(ContentKind, OfABeginningThatIsTooShort) {
  for (const auto& [kind, head] : content_heads()) {
    EXPECT_EQ(kind_of(head.substr(0, 1)), ContentKind::unknown) << mime_type(kind);
  }
  EXPECT_EQ(kind_of(""), ContentKind::unknown);
}

TEST(ContentKind, TextThatBeginsLikeAPictureIsNone) {
  for (const char* text : {"BM is short for many things, among them a car", "RIFF raff and WEBP",
                           "II* is no word", "MM. Mmh.", "GIF is a format", "hello", "{\"a\": 1}",
                           "\x89 per cent", "ftyp", "    ftypisom    mp42", "the free encyclopedia",
                           "and skip over it", "far wide and far", "The moov is no atom"}) {
    EXPECT_EQ(kind_of(text), ContentKind::unknown) << text;
  }
  EXPECT_EQ(kind_of("RIFF\x10\0\0\0WAVEfmt "s), ContentKind::unknown);
  EXPECT_EQ(kind_of("\0\0\0\x05moov\0\0\0\x6C"s), ContentKind::unknown) << "smaller than itself";
  EXPECT_EQ(kind_of("\0\0\0\x18"
                    "ftypcrx \0\0\0\0crx isom"s),
            ContentKind::unknown)
      << "raw";
}

TEST(ContentKind, OfHtmlInManyForms) {
  for (const char* text :
       {"<!DOCTYPE html><html>", "<!doctype HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\">",
        "\n\n \t<html lang=en>", "<HTML>", "<head><title>x", "<!-- a comment --><html>",
        "<!-- > --><!-- --><body class=x>", "\xEF\xBB\xBF<!DOCTYPE html>", "<script>location=1",
        "<?xml version='1.0'?><!DOCTYPE html PUBLIC \"x\"><html>", "<p>not found</p>",
        "<?xml version='1.0'?><xhtml:html xmlns:xhtml='x'>", "<br />\n<b>Warning</b>: fopen()"}) {
    EXPECT_EQ(kind_of(text), ContentKind::html) << text;
  }
  EXPECT_EQ(kind_of("\xFF\xFE<\0h\0t\0m\0l\0>\0"s), ContentKind::html) << "UTF-16";
  EXPECT_EQ(kind_of("\xFE\xFF\0<\0h\0t\0m\0l\0>"s), ContentKind::html);
}

TEST(ContentKind, OfSvgInManyForms) {
  for (const char* text :
       {"<svg xmlns=\"http://www.w3.org/2000/svg\">", "<?xml version=\"1.0\"?>\n<svg>", "<svg/>",
        "\xEF\xBB\xBF<?xml version='1.0'?><!-- by hand -->\n<!DOCTYPE svg PUBLIC '-//W3C' "
        "'x'><svg>",
        "<!DOCTYPE svg [ <!ENTITY a 'b'> ]><svg>", "<svg:svg xmlns:svg='x'>",
        "<!-- <html> --><svg >"}) {
    EXPECT_EQ(kind_of(text), ContentKind::svg) << text;
  }
  EXPECT_EQ(kind_of("\xFF\xFE<\0s\0v\0g\0>\0"s), ContentKind::svg) << "UTF-16";
}

TEST(ContentKind, OfXmlThatIsNeither) {
  EXPECT_EQ(kind_of("<?xml version='1.0'?><Error><Code>AccessDenied"), ContentKind::unknown);
  EXPECT_EQ(kind_of("<rss version='2.0'>"), ContentKind::unknown);
  EXPECT_EQ(kind_of("<svgx>"), ContentKind::unknown);
  EXPECT_EQ(kind_of("<htmlx>"), ContentKind::unknown);
}

TEST(ContentKind, XmlWhoseRootIsBeyondTheHeadMayBeAnything) {
  const std::string licence = "<?xml version='1.0'?><!-- " + std::string(2000, 'x') + " --><svg>";
  EXPECT_EQ(kind_of(licence), ContentKind::xml);
  EXPECT_EQ(kind_of(licence.substr(0, 500), Head::growing), ContentKind::unknown);
}

TEST(ContentKind, OfATruncatedBoxNothingIsTold) {
  const std::string avif =
      "\0\0\0\x1C"
      "ftypmif1\0\0\0\0mif1miafavif"s;
  EXPECT_EQ(kind_of(avif), ContentKind::avif) << "by a compatible brand";
  for (std::size_t size = 0; size < avif.size(); ++size) {
    EXPECT_EQ(kind_of(avif.substr(0, size)), ContentKind::unknown) << size;
  }
}

TEST(ContentKind, NamesAreNeverWrongForRandomBytes) {
  std::mt19937_64 random(1);
  const auto heads = content_heads();
  for (int round = 0; round < 20'000; ++round) {
    std::string head = heads[random() % heads.size()].second;
    for (int i = 0; i < 3 && !head.empty(); ++i) {
      head[random() % head.size()] = static_cast<char>(random());
    }
    head.resize(random() % (head.size() + 1));
    EXPECT_EQ(is_picture(kind_of(head)), is_picture(kind_of(head)));  // and ASan is content
  }
}

}  // namespace
}  // namespace fanfetch
