#include "coordinator/commands/web/saved_file.h"

#include <gtest/gtest.h>

#include <map>

namespace fanfetch {
namespace {

using namespace std::string_literals;

const std::string kPng = "\x89PNG\r\n\x1A\n\0\0\0\rIHDR"s;

std::map<std::string, std::string> headers_of(const FileAnswer& answer) {
  return {answer.headers.begin(), answer.headers.end()};
}

TEST(SavedFile, NamesThatMayBeServed) {
  for (const std::string name : {"a.jpg", "a/b/c.jpg", "..a", "a..", "a/..b", ".hidden", "fanfetch",
                                 "a/.fanfetch", "-", "a\n", "\xff", "...", "a\\..\\b"}) {
    EXPECT_TRUE(is_servable_name(name)) << name;
  }
  for (const std::string& name :
       {""s, "/etc/passwd"s, ".."s, "."s, "../a"s, "a/../b"s, "a/.."s, "a/./b"s, "a//b"s, "a/"s,
        ".fanfetch/ledger.sqlite"s, ".fanfetch"s, ".FanFetch/control"s, "a\0b"s}) {
    EXPECT_FALSE(is_servable_name(name)) << name;
  }
}

TEST(SavedFile, OnlyRasterPicturesAreShown) {
  const FileAnswer picture = file_answer("x/picture.html", kPng, 100, {});
  EXPECT_EQ(200, picture.status);
  EXPECT_EQ("image/png", picture.content_type);
  EXPECT_EQ(100u, picture.bytes);
  EXPECT_EQ("inline; filename*=UTF-8''picture.html", headers_of(picture)["Content-Disposition"]);
  for (const std::string head :
       {"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>", "<!doctype html>", "%PDF-1.7", "",
        "<?xml version=\"1.0\"?><svg>", "GIF8", "\x89PNG", "function(){}"}) {
    const FileAnswer other = file_answer("photo.png", head, 5, {});
    EXPECT_EQ("application/octet-stream", other.content_type) << head;
    EXPECT_EQ("attachment; filename*=UTF-8''photo.png", headers_of(other)["Content-Disposition"]);
  }
}

TEST(SavedFile, EachIsInASandbox) {
  for (const std::string& head : {kPng, "<html>"s}) {
    auto headers = headers_of(file_answer("a", head, 1, {}));
    EXPECT_TRUE(headers["Content-Security-Policy"].starts_with("sandbox"));
    EXPECT_EQ(std::string::npos, headers["Content-Security-Policy"].find("allow"));
  }
}

TEST(SavedFile, NamesBreakOutOfNoHeader) {
  EXPECT_EQ("attachment; filename*=UTF-8''%22%3B%20x%3D%0D%0AEvil%3A%201%C3%A4",
            headers_of(file_answer("a/\"; x=\r\nEvil: 1ä", "", 0, {}))["Content-Disposition"]);
}

TEST(SavedFile, ARangeIsFollowed) {
  struct Case {
    const char* range;
    int status;
    std::uint64_t first, bytes;
    const char* content_range;
  };
  const Case kCases[] = {
      {"bytes=0-0", 206, 0, 1, "bytes 0-0/100"},
      {"bytes=10-19", 206, 10, 10, "bytes 10-19/100"},
      {"Bytes= 10-", 206, 10, 90, "bytes 10-99/100"},
      {"bytes=90-200", 206, 90, 10, "bytes 90-99/100"},
      {"bytes=-1", 206, 99, 1, "bytes 99-99/100"},
      {"bytes=-1000", 206, 0, 100, "bytes 0-99/100"},
      {"bytes=99-18446744073709551615", 206, 99, 1, "bytes 99-99/100"},
      {"bytes=100-", 416, 0, 0, "bytes */100"},
      {"bytes=-0", 416, 100, 0, "bytes */100"},
      // No single range: the whole.
      {"bytes=0-1,5-6", 200, 0, 100, ""},
      {"bytes=5-4", 200, 0, 100, ""},
      {"bytes=-", 200, 0, 100, ""},
      {"bytes=", 200, 0, 100, ""},
      {"bytes=a-b", 200, 0, 100, ""},
      {"bytes=0-18446744073709551616", 200, 0, 100, ""},
      {"lines=0-1", 200, 0, 100, ""},
      {"", 200, 0, 100, ""},
  };
  for (const Case& one : kCases) {
    const FileAnswer answer = file_answer("a", kPng, 100, one.range);
    EXPECT_EQ(one.status, answer.status) << one.range;
    EXPECT_EQ(one.first, answer.first) << one.range;
    EXPECT_EQ(one.bytes, answer.bytes) << one.range;
    EXPECT_EQ(one.content_range, headers_of(answer)["Content-Range"]) << one.range;
  }
  EXPECT_EQ(416, file_answer("a", "", 0, "bytes=0-").status);
  EXPECT_EQ(416, file_answer("a", "", 0, "bytes=-1").status);
}

}  // namespace
}  // namespace fanfetch
