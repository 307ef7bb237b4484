#include "coordinator/redis/redis_wire.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using ReplyKind = RedisReply::Kind;

RedisReply text(std::string words) { return {ReplyKind::text, 0, std::move(words), {}}; }
RedisReply number(std::int64_t value) { return {ReplyKind::integer, value, {}, {}}; }
RedisReply list(std::vector<RedisReply> elements) {
  return {ReplyKind::array, 0, {}, std::move(elements)};
}

struct ReadReplies {
  std::vector<RedisReply> replies;
  std::string error;
};

ReadReplies read_in_pieces(std::string_view bytes, std::size_t piece,
                           RedisReplyLimits limits = {}) {
  ReadReplies result;
  RedisReplyReader reader(limits);
  while (!bytes.empty()) {
    reader.feed(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    for (;;) {
      auto next = reader.next();
      if (!next) {
        result.error = next.error().message;
        EXPECT_FALSE(reader.next()) << "an error stays";
        return result;
      }
      if (!*next) break;
      result.replies.push_back(std::move(**next));
    }
  }
  return result;
}

TEST(RedisWireTest, EachKindInPiecesOfAnySize) {
  const std::string bytes(
      "+OK\r\n:-42\r\n$-1\r\n*-1\r\n$0\r\n\r\n$6\r\na\r\nb\0c\r\n-NOSCRIPT No.\r\n*0\r\n"
      "*2\r\n*2\r\n$1\r\nx\r\n*1\r\n:9223372036854775807\r\n-ERR in it\r\n+end\r\n",
      117);
  ASSERT_TRUE(bytes.ends_with("+end\r\n"));
  const std::vector<RedisReply> expected{
      text("OK"),
      number(-42),
      {},
      {},
      text(""),
      text(std::string("a\r\nb\0c", 6)),
      {ReplyKind::error, 0, "NOSCRIPT No.", {}},
      list({}),
      list({list({text("x"), list({number(INT64_MAX)})}), {ReplyKind::error, 0, "ERR in it", {}}}),
      text("end")};
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    const ReadReplies got = read_in_pieces(bytes, piece);
    ASSERT_EQ(got.error, "") << piece;
    ASSERT_EQ(got.replies, expected) << piece;
  }
}

TEST(RedisWireTest, WhatIsNoReply) {
  for (const std::string bytes :
       {"HTTP/1.1 200 OK\r\n", "\r\n", ":x\r\n", ":\r\n", ":99999999999999999999\r\n", "$x\r\n",
        "$-2\r\n", "*-2\r\n", "*x\r\n", "*1\r\n?\r\n", "%1\r\n+a\r\n+b\r\n",
        "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n"}) {
    for (const std::size_t piece : {std::size_t{1}, bytes.size()}) {
      const ReadReplies got = read_in_pieces("+OK\r\n" + bytes, piece);
      EXPECT_EQ(got.replies.size(), 1u) << bytes;
      EXPECT_TRUE(got.error.starts_with("what it sends is not Redis' protocol ("))
          << bytes << got.error;
    }
  }
}

TEST(RedisWireTest, SevenArraysDeepIsEnoughForStreams) {
  EXPECT_EQ(read_in_pieces("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", 5).replies.size(),
            1u);
}

TEST(RedisWireTest, TheBytesOfOneReplyAreBounded) {
  const RedisReplyLimits limits{.most_bytes = 1000, .most_values = 1000};
  const std::string fits = "$900\r\n" + std::string(900, 'x') + "\r\n";
  const std::string large = "$1200\r\n" + std::string(1200, 'x') + "\r\n";
  std::string many;
  for (int i = 0; i < 100; ++i) many += fits;
  for (const std::size_t piece : {std::size_t{7}, std::size_t{100}}) {
    EXPECT_EQ(read_in_pieces(many, piece, limits).replies.size(), 100u) << piece;
    const ReadReplies got = read_in_pieces(fits + large, piece, limits);
    EXPECT_EQ(got.replies.size(), 1u);
    EXPECT_NE(got.error.find("a reply of more than 1000 B or 1,000 values"), std::string::npos)
        << got.error;
  }
  // An announced size is not reserved, and its end is not waited for.
  EXPECT_NE(read_in_pieces("$9223372036854775807\r\n" + std::string(2000, 'x'), 100, limits).error,
            "");
}

TEST(RedisWireTest, TheValuesOfOneReplyAreBounded) {
  const RedisReplyLimits limits{.most_bytes = 1'000'000, .most_values = 10};
  std::string nine = "*9\r\n", ten = "*10\r\n";
  for (int i = 0; i < 9; ++i) nine += "*0\r\n";
  for (int i = 0; i < 10; ++i) ten += ":1\r\n";
  const ReadReplies got = read_in_pieces(nine + nine + ten, 3, limits);
  EXPECT_EQ(got.replies.size(), 2u) << "each reply is counted by itself";
  EXPECT_NE(got.error.find("or 10 values"), std::string::npos) << got.error;
  EXPECT_NE(read_in_pieces("*11\r\n", 5, limits).error, "") << "before the first one came";
  EXPECT_NE(read_in_pieces("*2147483647\r\n", 5).error, "");
}

TEST(RedisWireTest, ALineWithoutAnEndIsNotSearchedAgainAndAgain) {
  const ReadReplies got = read_in_pieces("+" + std::string(200'000, 'x'), 16 * 1024);
  EXPECT_NE(got.error.find("a long line"), std::string::npos) << got.error;
  // A large string is none.
  EXPECT_EQ(
      read_in_pieces("$200000\r\n" + std::string(200'000, 'x') + "\r\n", 16 * 1024).replies.size(),
      1u);
}

TEST(RedisWireTest, CommandsHoldAnyBytes) {
  std::string output = "before";
  append_command({"SET", std::string("a\r\n\0", 4), ""}, output);
  EXPECT_EQ(output, std::string("before*3\r\n$3\r\nSET\r\n$4\r\na\r\n\0\r\n$0\r\n\r\n", 35));
}

TEST(RedisWireTest, ElementsByIndex) {
  const RedisReply reply = list({text("a"), number(1)});
  EXPECT_EQ(reply.text_at(0), "a");
  EXPECT_EQ(reply.text_at(1), "");
  EXPECT_EQ(reply.text_at(2), "");
  EXPECT_TRUE(text("OK").is_text("OK"));
  EXPECT_FALSE((RedisReply{ReplyKind::error, 0, "OK", {}}).is_text("OK"));
}

}  // namespace
}  // namespace fanfetch
