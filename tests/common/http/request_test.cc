#include "common/http/request.h"

#include <gtest/gtest.h>

#include "common/http/base64.h"

namespace fanfetch {
namespace {

TEST(WriteRequest, AsksForThePathOfAHost) {
  EXPECT_EQ(write_request({.url = "http://example.org/a%2fb?c=1&d="}, TargetForm::origin),
            "GET /a%2fb?c=1&d= HTTP/1.1\r\nHost: example.org\r\n\r\n");
}

TEST(WriteRequest, TheTargetIsNeverEmpty) {
  struct Row {
    std::string url, line;
  };
  const Row rows[] = {
      {"http://example.org", "GET / HTTP/1.1"},
      {"http://example.org/", "GET / HTTP/1.1"},
      {"http://example.org?", "GET /? HTTP/1.1"},
      {"http://example.org?a/b", "GET /?a/b HTTP/1.1"},
      {"https://[2001:db8::1]:8443//x/", "GET //x/ HTTP/1.1"},
  };
  for (const auto& [url, line] : rows) {
    const std::string bytes = write_request({.url = url}, TargetForm::origin);
    EXPECT_EQ(bytes.substr(0, bytes.find('\r')), line) << url;
  }
}

TEST(WriteRequest, NamesThePortAndTheBracketsOfAnAddress) {
  EXPECT_NE(write_request({.url = "https://[2001:db8::1]:8443/x"}, TargetForm::origin)
                .find("\r\nHost: [2001:db8::1]:8443\r\n"),
            std::string::npos);
}

TEST(WriteRequest, AProxyIsAskedForTheWholeUrl) {
  EXPECT_EQ(write_request({.url = "http://example.org:81?q"}, TargetForm::absolute, "me:secret"),
            "GET http://example.org:81/?q HTTP/1.1\r\nHost: example.org:81\r\n"
            "Proxy-Authorization: Basic bWU6c2VjcmV0\r\n\r\n");
}

TEST(WriteRequest, SendsUserNameAndPassword) {
  EXPECT_NE(
      write_request({.url = "http://h/", .userinfo = "Aladdin:open sesame"}, TargetForm::origin)
          .find("\r\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"),
      std::string::npos);
}

TEST(WriteRequest, ALineOfTheUserTakesThePlaceOfItsOwn) {
  const std::string bytes = write_request(
      {.url = "http://h/", .userinfo = "a:b", .lines = {"hOST: other", "authorization: Bearer x"}},
      TargetForm::origin);
  EXPECT_EQ(bytes, "GET / HTTP/1.1\r\nhOST: other\r\nauthorization: Bearer x\r\n\r\n");
}

TEST(WriteRequest, SaysHowLongItsBodyIs) {
  EXPECT_EQ(write_request({.method = "PUT", .url = "http://h/a", .body = RequestBody{.size = 70}},
                          TargetForm::origin),
            "PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 70\r\n\r\n");
  EXPECT_EQ(write_request({.method = "POST", .url = "http://h/", .body = RequestBody{}},
                          TargetForm::origin),
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
}

TEST(Base64, HasItsPadding) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
}

TEST(BasicCredentials, AnyBytes) {
  EXPECT_EQ(basic_credentials(""), "Basic ");
  EXPECT_EQ(basic_credentials(std::string("\0\xff:", 3)), "Basic AP86");
}

}  // namespace
}  // namespace fanfetch
