#include "common/http/response_head.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using Lines = std::vector<std::string_view>;

ResponseHead head(std::initializer_list<ResponseHead::Line> lines) {
  ResponseHead head(200, HttpVersion::http_1_1);
  for (const auto& [name, value] : lines) EXPECT_TRUE(head.add(name, value));
  return head;
}

TEST(ResponseHead, NamesAreFoundInAnyCase) {
  const ResponseHead one = head({{"Content-TYPE", "image/png"}, {"ETag", "\"1\""}});
  EXPECT_EQ(one.first("content-type"), "image/png");
  EXPECT_EQ(one.first("ETAG"), "\"1\"");
  EXPECT_EQ(one.first("ETa"), "");
  EXPECT_EQ(one.first("ETags"), "");
  EXPECT_EQ(one.line(0).name, "Content-TYPE") << "as the server has it";
}

TEST(ResponseHead, ValuesAreTrimmed) {
  const ResponseHead one = head({{"A", " \t x y \t "}, {"B", "\r"}, {"C", "   "}, {"D", ""}});
  EXPECT_EQ(one.first("A"), "x y");
  EXPECT_EQ(one.first("B"), "") << "what libcurl makes of an empty value";
  EXPECT_EQ(one.first("C"), "");
  EXPECT_EQ(one.first("D"), "");
  EXPECT_EQ(one.size(), 4u);
}

TEST(ResponseHead, ControlCharactersAreBlanks) {
  const ResponseHead one =
      head({{"A", std::string_view("a\0b", 3)}, {"B", "one\r\n two"}, {"C", "\x1b[2J\x7f."}});
  EXPECT_EQ(one.first("A"), "a b");
  EXPECT_EQ(one.first("B"), "one   two") << "a folded line";
  EXPECT_EQ(one.first("C"), "[2J .");
  EXPECT_EQ(head({{"A", "Gr\xc3\xbc\xdf"}}).first("A"), "Gr\xc3\xbc\xdf") << "no control character";
}

TEST(ResponseHead, LinesOfOneNameAreJoinedInTheirOrder) {
  const ResponseHead one =
      head({{"Via", "a"}, {"Age", "3"}, {"VIA", "b, c"}, {"via", ""}, {"Via", "d"}});
  EXPECT_EQ(one.joined("Via"), "a, b, c, d");
  EXPECT_EQ(one.joined("Age"), "3");
  EXPECT_EQ(one.joined("Vary"), "");
  EXPECT_EQ(one.first("Via"), "a");
  EXPECT_EQ(one.lines("via"), (Lines{"a", "b, c", "", "d"}));
  EXPECT_EQ(one.lines("Vary"), Lines{});
}

TEST(ResponseHead, TooManyLinesAreSaid) {
  ResponseHead one(200, HttpVersion::http_1_1);
  for (std::size_t i = 0; i < ResponseHead::kMaxLines; ++i) EXPECT_TRUE(one.add("A", "x"));
  EXPECT_FALSE(one.is_too_long());
  EXPECT_FALSE(one.add("Content-Encoding", "gzip"));
  EXPECT_TRUE(one.is_too_long());
  EXPECT_EQ(one.size(), ResponseHead::kMaxLines);
}

TEST(ResponseHead, TooManyBytesAreSaid) {
  ResponseHead one(200, HttpVersion::http_1_1);
  const std::string half(ResponseHead::kMaxBytes / 2 - 1, 'x');
  EXPECT_TRUE(one.add("A", half));
  EXPECT_TRUE(one.add("B", half)) << "exactly the limit";
  EXPECT_FALSE(one.is_too_long());
  EXPECT_FALSE(one.add("C", ""));
  EXPECT_TRUE(one.is_too_long());
}

TEST(ResponseHead, LengthOrChunksTellTheEnd) {
  EXPECT_FALSE(head({}).tells_body_end());
  EXPECT_FALSE(head({{"Transfer-Encoding", ""}}).tells_body_end());
  EXPECT_TRUE(head({{"transfer-encoding", "chunked"}}).tells_body_end());
  ResponseHead one = head({});
  one.set_body_length(0);
  EXPECT_TRUE(one.tells_body_end());
  EXPECT_EQ(one.body_length(), 0u);
}

TEST(ResponseHead, NoneCame) {
  const ResponseHead none;
  EXPECT_EQ(none.status(), 0);
  EXPECT_EQ(none.version(), HttpVersion::unknown);
  EXPECT_EQ(none.first("ETag"), "");
}

}  // namespace
}  // namespace fanfetch
