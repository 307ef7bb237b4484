#include "worker/gunzip.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace fanfetch {
namespace {

std::string gzip(std::string_view text) {
  z_stream stream{};
  ::deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(::deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(::deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

struct Decoded {
  std::string text;
  Gunzip::Result result = Gunzip::Result::good;
  bool complete = false;
};

/// Feeds `body` in pieces of `piece` bytes; takes at most `most` decoded bytes.
Decoded decode(std::string_view body, std::size_t piece, std::size_t most = 1 << 30) {
  Gunzip gunzip;
  Decoded decoded;
  while (!body.empty() && decoded.result == Gunzip::Result::good) {
    const auto part = body.substr(0, piece);
    body.remove_prefix(part.size());
    decoded.result = gunzip.write(std::as_bytes(std::span(part)), [&](auto bytes) {
      decoded.text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      return decoded.text.size() <= most;
    });
  }
  decoded.complete = gunzip.complete();
  return decoded;
}

TEST(Gunzip, DecodesWhateverThePieces) {
  const std::string text(300'000, 'a');
  for (const std::size_t piece : {1u, 7u, 100'000u}) {
    const Decoded decoded = decode(gzip(text), piece);
    EXPECT_EQ(decoded.text, text);
    EXPECT_TRUE(decoded.complete);
  }
}

TEST(Gunzip, DecodesSeveralMembers) {
  for (const std::size_t piece : {1u, 1000u}) {
    const Decoded decoded = decode(gzip("one ") + gzip("two"), piece);
    EXPECT_EQ(decoded.text, "one two");
    EXPECT_TRUE(decoded.complete);
  }
}

TEST(Gunzip, KnowsThatAStreamWasCut) {
  const std::string body = gzip("some text that is long enough to be cut");
  for (std::size_t size = 0; size < body.size(); ++size) {
    EXPECT_FALSE(decode(body.substr(0, size), 1000).complete) << size;
  }
}

TEST(Gunzip, KnowsWhatIsNoGzip) {
  EXPECT_EQ(decode("<html>", 1000).result, Gunzip::Result::broken);
  EXPECT_EQ(decode(gzip("x") + "rubbish", 1000).result, Gunzip::Result::broken);
  std::string wrong_sum = gzip("some text");
  wrong_sum[wrong_sum.size() - 8] ^= 1;
  EXPECT_EQ(decode(wrong_sum, 1000).result, Gunzip::Result::broken);
}

TEST(Gunzip, StopsABombWhereItIsTold) {
  const Decoded decoded = decode(gzip(std::string(50'000'000, 'a')), 1 << 20, 1'000'000);
  EXPECT_EQ(decoded.result, Gunzip::Result::refused);
  EXPECT_LT(decoded.text.size(), 1'100'000u);
}

}  // namespace
}  // namespace fanfetch
