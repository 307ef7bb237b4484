#include "worker/check/content_check.h"

#include <gtest/gtest.h>

#include "tests/support/sample_images.h"
#include "tests/worker/check/content_heads.h"

namespace fanfetch {
namespace {

const std::vector<std::string> kAll;

std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// What becomes of a whole body.
std::optional<Rejection> judge(const ContentClaims& claims, const std::string& body,
                               const std::vector<std::string>& accept_types = kAll) {
  ContentCheck check(claims, accept_types);
  if (body.empty() || check.take(bytes(body))) (void)check.end();
  return check.rejection();
}

std::string error_of(const std::optional<Rejection>& rejection) {
  return rejection ? std::string(name(rejection->error)) : "";
}

const std::string kHtml = "<!DOCTYPE html><html><body>404</body></html>";
const std::string kText = "not found\n";
constexpr const char* kExtensions[] = {"jpg",  "jpeg", "jpe", "jfif", "png",  "gif",
                                       "webp", "avif", "bmp", "tif",  "tiff", "svg",
                                       "svgz", "mp4",  "m4v", "webm"};
constexpr const char* kTypes[] = {"image/jpeg", "image/png", "image/gif",  "image/webp",
                                  "image/avif", "image/bmp", "image/tiff", "image/svg+xml",
                                  "video/mp4",  "video/webm"};

/// Every kind under every extension: any picture will do, and nothing else.
TEST(ContentCheck, EachKindUnderEachExtension) {
  for (const std::string extension : kExtensions) {
    const std::string url = "http://h/a." + extension;
    for (const auto& [kind, head] : content_heads()) {
      const bool svg = extension.starts_with("svg");
      const bool good = is_picture(kind) || (svg && kind == ContentKind::gzip);
      EXPECT_EQ(error_of(judge({.url = url}, head)), good ? "" : "wrong_type")
          << extension << ' ' << mime_type(kind);
    }
    for (const std::string& body : {kHtml, kText, std::string()}) {
      EXPECT_EQ(error_of(judge({.url = url}, body)), "wrong_type") << extension << ": " << body;
    }
  }
}

TEST(ContentCheck, EachKindUnderEachContentType) {
  for (const std::string type : kTypes) {
    for (const auto& [kind, head] : content_heads()) {
      const bool svg = type == "image/svg+xml" && kind == ContentKind::gzip;
      EXPECT_EQ(judge({.url = "http://h/a", .content_type = type}, head).has_value(),
                !is_picture(kind) && !svg)
          << type << ' ' << mime_type(kind);
    }
    EXPECT_TRUE(judge({.url = "http://h/a", .content_type = type}, kText)) << type;
    EXPECT_TRUE(judge({.url = "http://h/a", .content_type = type}, "")) << type;
  }
}

/// As players ask for them, one by one.
TEST(ContentCheck, SegmentsOfAVideoAreVideo) {
  const std::string moof("\0\0\0\x64moof\0\0\0\x10mfhd", 16), cluster("\x1F\x43\xB6\x75\1", 5);
  for (const ContentClaims& claims :
       {ContentClaims{.url = "http://h/seg-1.mp4"}, ContentClaims{.content_type = "video/mp4"},
        ContentClaims{.url = "http://h/1.webm"}, ContentClaims{.content_type = "video/webm"}}) {
    EXPECT_FALSE(judge(claims, moof + std::string(5000, 'x')));
    EXPECT_FALSE(judge(claims, moof));
    EXPECT_FALSE(judge(claims, cluster));
  }
}

TEST(ContentCheck, WhatClaimsToBeNoPictureMayBeAnything) {
  for (const char* url : {"http://h/", "http://h/a", "http://h/a.html", "http://h/a.gifv",
                          "http://h/a.jpg/", "http://h/a.jpg/b", "http://h/?f=a.jpg",
                          "http://a.jpg", "http://h/a.jpgx", "http://h/jpg"}) {
    for (const char* type : {"", "text/html", "application/octet-stream", "video/quicktime"}) {
      for (const std::string& body : {kHtml, kText, std::string(), std::string("\xFF\xD8\xFF")}) {
        EXPECT_FALSE(judge({.url = url, .content_type = type}, body)) << url << ' ' << type;
      }
    }
  }
}

TEST(ContentCheck, EachClaimCounts) {
  EXPECT_TRUE(judge({.url = "http://h/a.JPG"}, kHtml));
  EXPECT_TRUE(judge({.url = "http://h/a.jpg?w=100"}, kHtml));
  EXPECT_TRUE(judge({.url = "http://h/a%2ej%70g"}, kHtml));
  EXPECT_TRUE(judge({.url = "http://h/login", .link_extension = "jpg"}, kHtml))
      << "a redirect led to a page";
  EXPECT_TRUE(judge({.url = "http://h/get", .suggested_name = "a.jpg"}, kHtml));
  EXPECT_TRUE(judge({.url = "http://h/get", .content_type = "Image/JPEG ; q=1"}, kHtml));
  EXPECT_TRUE(judge({.url = "http://h/a.jpg", .content_type = "text/html"}, kHtml));
}

TEST(ContentCheck, OfPicturesThatWeCannotTellOnlyHtmlIsRefused) {
  for (const ContentClaims& claims : {ContentClaims{.content_type = "image/vnd.adobe.photoshop"},
                                      ContentClaims{.url = "http://h/a.heic"}}) {
    EXPECT_EQ(error_of(judge(claims, kHtml)), "wrong_type");
    EXPECT_FALSE(judge(claims, "8BPS\1"));
    EXPECT_EQ(error_of(judge(claims, "")), "wrong_type") << "that is none of any kind";
  }
}

/// A page to sign in is no archive, whatever the server calls it.
TEST(ContentCheck, OfFilesThatAreNoPagesOnlyHtmlIsRefused) {
  for (const std::string extension :
       {"zip",     "pdf",         "nc",   "mp3",   "m4a",  "m4s",   "tar",   "gz",
        "tgz",     "7z",          "docx", "xlsx",  "csv",  "json",  "h5",    "hdf",
        "epub",    "iso",         "exe",  "apk",   "avi",  "mpg",   "ts",    "m3u8",
        "parquet", "safetensors", "npz",  "grib2", "fits", "ipynb", "woff2", "srt"}) {
    const std::string url = "http://h/a." + extension;
    for (const char* type : {"", "text/html; charset=utf-8", "application/octet-stream"}) {
      EXPECT_EQ(error_of(judge({.url = url, .content_type = type}, kHtml)), "wrong_type") << url;
      EXPECT_FALSE(judge({.url = url, .content_type = type}, kText)) << url;
      EXPECT_FALSE(judge({.url = url, .content_type = type}, "")) << url;
    }
  }
  EXPECT_TRUE(judge({.url = "http://h/login", .link_extension = "zip"}, kHtml));
  EXPECT_TRUE(judge({.url = "http://h/get", .suggested_name = "a.pdf"}, kHtml));
  EXPECT_EQ(judge({.url = "http://h/a.zip", .content_type = "text/html"}, kHtml)->message,
            "its bytes are HTML, such as a page to sign in, not a .zip file (sent as text/html)");
}

TEST(ContentCheck, WhatIsAPageOrATextMayBeHtml) {
  for (const char* extension : {"html", "htm", "xhtml", "php", "asp", "aspx", "jsp", "cgi", "md",
                                "txt", "xml", "js", "com", "org", "5", "do", "pt", "fa"}) {
    EXPECT_FALSE(judge({.url = std::string("http://h/a.") + extension}, kHtml)) << extension;
  }
  const ContentClaims exported{.url = "http://h/a.xls", .content_type = "application/vnd.ms-excel"};
  EXPECT_FALSE(judge(exported, "<table><tr><td>1</td></tr></table>")) << "as many programs do";
  EXPECT_TRUE(judge({.url = "http://h/a.xls", .content_type = "text/html"}, kHtml));
}

TEST(ContentCheck, AnEmptyPictureMayComeTheNextTime) {
  EXPECT_EQ(judge({.url = "http://h/a.jpg"}, "")->retry, Retry::yes);
  EXPECT_EQ(judge({.url = "http://h/a", .content_type = "image/png"}, "")->retry, Retry::yes);
  EXPECT_EQ(judge({.url = "http://h/a.jpg"}, kHtml)->retry, Retry::no);
  EXPECT_EQ(judge({.url = "http://h/a.jpg"}, kText)->retry, Retry::no);
}

TEST(ContentCheck, SwitchedOffNothingHasToBeTrue) {
  for (const std::string& body : {kHtml, kText, std::string()}) {
    for (const char* url : {"http://h/a.jpg", "http://h/a.zip", "http://h/a.heic"}) {
      const ContentClaims claims{
          .url = url, .content_type = "image/png", .check = CheckContent::no};
      EXPECT_FALSE(judge(claims, body)) << url;
      EXPECT_EQ(error_of(judge(claims, body, {"video/mp4"})), "filtered") << "the user's own rule";
    }
  }
}

TEST(ContentCheck, WhatStandsBehindAnExtensionHidesItNot) {
  for (const char* url : {"http://h/X.jpg:large", "http://h/q.jpg!thumb", "http://h/q.jpg%21thumb",
                          "http://h/a.jpg@2x", "http://h/a.zip:v2"}) {
    EXPECT_TRUE(judge({.url = url}, kHtml)) << url;
  }
}

TEST(ContentCheck, SvgWithALongPrologIsTakenWhereOneIsExpected) {
  const std::string body = "<?xml version='1.0'?><!-- " + std::string(5000, 'x') + "--><svg/>";
  EXPECT_FALSE(judge({.url = "http://h/a.svg"}, body));
  EXPECT_FALSE(judge({.content_type = "image/svg+xml; charset=utf-8"}, body));
  EXPECT_TRUE(judge({.url = "http://h/a.png"}, body));
}

TEST(ContentCheck, MessagesSayWhatItIs) {
  EXPECT_EQ(judge({.url = "http://h/a.jpg", .content_type = "text/html; x=y"}, kHtml)->message,
            "its bytes are HTML, not a picture (sent as text/html)");
  EXPECT_EQ(judge({.url = "http://h/a.jpg"}, kText)->message,
            "its bytes are of no known type of picture");
  EXPECT_EQ(judge({.content_type = "image/png"}, "")->message,
            "it is empty, not a picture (sent as image/png)");
  EXPECT_EQ(
      judge({.url = "http://h/a.jpg", .content_type = "a\x1B[2J"}, kText)->message.find('\x1B'),
      std::string::npos)
      << "servers write what they like";
}

/// Byte by byte: rejected at the first that tells, and no later than when the head is full.
TEST(ContentCheck, InPiecesOfAnySize) {
  const std::string page = kHtml + std::string(5000, 'x');
  const std::string noise = std::string(5000, 'x');
  for (const std::size_t size : {1, 2, 3, 7, 100, 1023, 1024, 1025, 5000}) {
    for (const auto& [body, latest] :
         {std::pair(page, size + 20), std::pair(noise, kHeadBytes + size)}) {
      ContentCheck check({.url = "http://h/a.jpg"}, kAll);
      std::size_t taken = 0;
      while (taken < body.size()) {
        const std::string piece = body.substr(taken, size);
        taken += piece.size();
        if (!check.take(bytes(piece))) break;
      }
      EXPECT_LE(taken, latest) << size;
      EXPECT_TRUE(check.rejection()) << size;
    }
    ContentCheck check({.url = "http://h/a.jpg"}, kAll);
    const std::string picture = support::sample_jpeg(1);
    for (std::size_t at = 0; at < picture.size(); at += size) {
      ASSERT_TRUE(check.take(bytes(std::string_view(picture).substr(at, size)))) << size;
    }
    EXPECT_TRUE(check.end());
    EXPECT_EQ(check.kind(), ContentKind::jpeg);
  }
}

TEST(ContentCheck, AcceptedTypes) {
  const std::string jpeg = support::sample_jpeg(1);
  const ContentClaims lying{.url = "http://h/a", .content_type = "image/png"};
  using Types = std::vector<std::string>;
  EXPECT_FALSE(judge(lying, jpeg, Types{"image/jpeg"})) << "the bytes count";
  EXPECT_EQ(error_of(judge(lying, jpeg, Types{"image/png"})), "filtered");
  EXPECT_FALSE(judge(lying, jpeg, Types{"video/mp4", "image/*"}));
  EXPECT_EQ(error_of(judge({.url = "http://h/a"}, kHtml, Types{"image/*"})), "filtered");
  EXPECT_EQ(error_of(judge({.url = "http://h/a.jpg"}, kHtml, Types{"image/*"})), "wrong_type")
      << "that is worse";
  const ContentClaims text{.url = "http://h/a", .content_type = "Text/Plain; charset=utf-8"};
  EXPECT_FALSE(judge(text, kText, Types{"text/plain"})) << "the bytes tell nothing";
  EXPECT_FALSE(judge(text, "", Types{"text/*"}));
  EXPECT_EQ(judge(text, kText, Types{"image/*"})->message,
            "it is text/plain, which is none of --accept-type");
  EXPECT_EQ(judge({.url = "http://h/a"}, kText, Types{"image/*"})->message,
            "it is of no known type, which is none of --accept-type");
  EXPECT_TRUE(judge({.url = "http://h/a", .content_type = "imagex/a"}, kText, Types{"image/*"}));
}

}  // namespace
}  // namespace fanfetch
