#include "coordinator/listing/page_reader.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/encode.h"

namespace fanfetch {
namespace {

using support::encode_gzip;

/// What reads all of `text`, `step` bytes at a time, and then, if it is not over, the end.
PageReader read(std::string_view text, std::size_t step, bool proved = true) {
  PageReader reader;
  while (!text.empty() && !reader.is_over()) {
    auto bytes = std::as_bytes(std::span(text.substr(0, step)));
    text.remove_prefix(bytes.size());
    reader.take(bytes);
  }
  reader.end_of_connection(proved);
  return reader;
}

std::string ok(std::string_view lines, std::string_view body) {
  return fmt::format("HTTP/1.1 200 OK\r\n{}\r\n{}", lines, body);
}

TEST(PageReaderTest, HowResponsesEnd) {
  const std::string gz = encode_gzip("page");
  const struct {
    std::string bytes;
    EndCause cause;
    std::string body;
    std::string_view text;  // in it
  } kRows[] = {
      {ok("Content-Length: 4\r\n", "page"), EndCause::complete, "page", ""},
      {ok("Transfer-Encoding: chunked\r\n", "4\r\npage\r\n0\r\n\r\n"), EndCause::complete, "page"},
      {ok("", "page"), EndCause::complete, "page", ""},
      {ok("Content-Encoding: gzip\r\n", gz), EndCause::complete, "page", ""},
      {ok("Content-Encoding: gzip\r\nContent-Length: 0\r\n", ""), EndCause::complete, "", ""},
      {ok("Content-Encoding: gzip\r\n", ""), EndCause::cut_short, "", "gzip ends too early"},
      {ok("Content-Encoding: br, gzip\r\nContent-Encoding: br, gzip, br\r\n", ""),
       EndCause::protocol, "", "cannot be decoded"},
      {ok("Content-Encoding: compress\r\n", "x"), EndCause::protocol, "", "cannot be decoded"},
      {ok("Content-Encoding: gzip\r\n", "page"), EndCause::protocol, "", "none, or damaged"},
      {"", EndCause::no_response, "", "without a response"},
      {"HTTP/1.1 200", EndCause::cut_short, "", "inside its head"},
      {ok("Content-Length: 5\r\n", "page"), EndCause::cut_short, "page", "after 4 of 5 bytes"},
      {ok("Transfer-Encoding: chunked\r\n", "zz\r\n"), EndCause::cut_short, "", ""},
      {ok("Content-Length: 5\r\nContent-Length: 4\r\n", ""), EndCause::protocol, "", "different"},
      {ok("Content-Length: 9223372036854775808\r\n", ""), EndCause::too_large, "", ""},
      {"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 9\r\n\r\npa", EndCause::complete, ""},
      {"HTTP/1.1 302 Found\r\nLocation: /x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
       EndCause::complete, ""},
      {"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Encoding: gzip\r\n\r\n", EndCause::complete,
       ""},
      {"HTTP/1.1 302 Found\r\nLocation: /x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
       EndCause::complete, ""},
  };
  for (const auto& row : kRows) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}, row.bytes.size() + 1}) {
      SCOPED_TRACE(fmt::format("{} by {}", row.bytes, step));
      PageReader reader = read(row.bytes, step);
      ASSERT_TRUE(reader.is_over());
      EXPECT_EQ(row.cause, reader.end().cause) << reader.end().text;
      EXPECT_EQ(row.body, reader.body());
      EXPECT_NE(std::string::npos, reader.end().text.find(row.text)) << reader.end().text;
    }
  }
}

TEST(PageReaderTest, ARedirectIsOverWithItsHead) {
  PageReader reader;
  const std::string text = "HTTP/1.1 301 Moved\r\nLocation: /x\r\nContent-Length: 9\r\n\r\n";
  auto bytes = std::as_bytes(std::span(text));
  reader.take(bytes);
  ASSERT_TRUE(reader.is_over());
  EXPECT_EQ("/x", redirect_target(reader.head()));
  EXPECT_TRUE(reader.is_refusal());
  EXPECT_FALSE(reader.keeps_connection()) << "its body is still to come";
}

TEST(PageReaderTest, AStatusCountsWithoutAFraming) {
  PageReader reader =
      read("HTTP/1.1 429 Slower\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n", 99);
  ASSERT_TRUE(reader.has_head());
  EXPECT_EQ(429, reader.head().status());
  EXPECT_TRUE(reader.is_refusal());
  EXPECT_EQ(EndCause::protocol, reader.end().cause) << "it has no body that could be read";
}

TEST(PageReaderTest, WhatLiesBehindAResponseIsLeft) {
  PageReader reader;
  const std::string text = ok("Content-Length: 4\r\n", "pagerest");
  auto bytes = std::as_bytes(std::span(text));
  reader.take(bytes);
  EXPECT_EQ(4u, bytes.size());
  EXPECT_TRUE(reader.keeps_connection());
}

TEST(PageReaderTest, OnlyAnEndByCloseCanBeUnproved) {
  EXPECT_TRUE(read(ok("", "page"), 99, false).end().close_unproved);
  EXPECT_FALSE(read(ok("", "page"), 99, true).end().close_unproved);
  EXPECT_FALSE(read(ok("Content-Length: 4\r\n", "page"), 99, false).end().close_unproved);
}

TEST(PageReaderTest, AConnectionThatBreaks) {
  PageReader fresh;
  fresh.connection_broke("reset");
  EXPECT_EQ(EndCause::connection_lost, fresh.end().cause);
  PageReader begun;
  const std::string text = ok("", "page");
  auto bytes = std::as_bytes(std::span(text));
  begun.take(bytes);
  EXPECT_FALSE(begun.is_over());
  begun.connection_broke("reset");
  EXPECT_EQ(EndCause::cut_short, begun.end().cause);
  EXPECT_EQ("the connection broke: reset", begun.end().text);
}

}  // namespace
}  // namespace fanfetch
