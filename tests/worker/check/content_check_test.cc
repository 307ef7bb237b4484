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
    EXPECT_FALSE(judge(claims, ""));
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
