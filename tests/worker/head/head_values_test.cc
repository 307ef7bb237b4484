#include "worker/head/head_values.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

TEST(HeadValues, AResponseIsWhatRecordsSayOfIt) {
  ResponseHead head(302, HttpVersion::http_1_1);
  EXPECT_TRUE(head.add("Content-Type", "text/html"));
  EXPECT_TRUE(head.add("Content-Type", "image/png"));
  EXPECT_TRUE(head.add("ETag", std::string(kMaxHeaderValue + 1, 'x')));
  EXPECT_TRUE(head.add("Last-Modified", "yesterday"));
  EXPECT_TRUE(head.add("Retry-After", "3"));
  EXPECT_TRUE(head.add("Location", "../b?c"));
  const Response response = response_of(head, "http://a.example/x/y");
  EXPECT_EQ(response.http_status, 302);
  EXPECT_EQ(response.content_type, "text/html") << "of several, the first";
  EXPECT_EQ(response.etag, std::string(kMaxHeaderValue, 'x')) << "it has to fit its payload";
  EXPECT_EQ(response.last_modified, "yesterday");
  EXPECT_EQ(response.retry_after, "3");
  EXPECT_EQ(response.location, "http://a.example/b?c");
}

TEST(HeadValues, ALocationStaysAsTheServerWroteIt) {
  for (const char* location : {"/caf%c3%a9.jpg", "/caf\xc3\xa9.jpg", "/\xe9 x?", "/%7E|^#f"}) {
    ResponseHead head(301, HttpVersion::http_1_1);
    EXPECT_TRUE(head.add("Location", location));
    EXPECT_EQ(response_of(head, "http://h/caf%C3%A9.jpg").location,
              std::string("http://h") + location);
  }
}

TEST(HeadValues, AValidatorThatIsSentTwiceCountsIfBothAgree) {
  ResponseHead head(200, HttpVersion::http_1_1);
  EXPECT_TRUE(head.add("ETag", "\"1\""));
  EXPECT_TRUE(head.add("ETag", "\"1\""));
  EXPECT_TRUE(head.add("Last-Modified", "yesterday"));
  EXPECT_TRUE(head.add("Last-Modified", "today"));
  EXPECT_EQ(response_of(head, "http://a.example/x").etag, "\"1\"");
  EXPECT_EQ(response_of(head, "http://a.example/x").last_modified, "");
}

TEST(HeadValues, NoControlCharacterPasses) {
  ResponseHead head(302, HttpVersion::http_1_1);
  for (const char* name : {"Content-Type", "ETag", "Last-Modified", "Retry-After", "Location"}) {
    EXPECT_TRUE(head.add(name, "\r\x1b/a\tb\x7f\r"));
  }
  const Response response = response_of(head, "http://a.example/x");
  for (const auto& value :
       {response.content_type, response.etag, response.last_modified, response.retry_after}) {
    EXPECT_EQ(value, "/a b");
  }
  EXPECT_EQ(response.location, "http://a.example/a b");
  ResponseHead empty(200, HttpVersion::http_1_1);
  EXPECT_TRUE(empty.add("ETag", "\r"));
  EXPECT_EQ(response_of(empty, "http://a.example/x").etag, "");
}

TEST(HeadValues, NoLocationIsNone) {
  const ResponseHead head(200, HttpVersion::http_1_1);
  EXPECT_EQ(response_of(head, "http://a.example/x").location, "");
}

}  // namespace
}  // namespace fanfetch
