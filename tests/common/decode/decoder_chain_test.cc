#include "common/decode/decoder_chain.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/encode.h"

namespace fanfetch {
namespace {

using ChainResult = DecoderChain::Result;
using Codings = std::vector<Coding>;
using namespace support;

struct ChainOutput {
  std::string text;
  ChainResult result = ChainResult::good;
};

ChainOutput decode(DecoderChain& chain, std::string_view body, std::size_t most = 1 << 30) {
  ChainOutput decoded;
  for (; !body.empty() && decoded.result == ChainResult::good; body.remove_prefix(1)) {
    decoded.result = chain.write(std::as_bytes(std::span(body.substr(0, 1))), [&](auto bytes) {
      decoded.text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      return decoded.text.size() <= most;
    });
  }
  return decoded;
}

const std::string kThree = encode_zstd(encode_brotli(encode_gzip("some text")));
const Codings kRemoveThree = {Coding::zstd, Coding::brotli, Coding::gzip};

TEST(DecoderChain, RemovesOneCodingAfterTheOther) {
  DecoderChain chain(kRemoveThree, 0);
  const ChainOutput decoded = decode(chain, kThree);
  EXPECT_EQ(decoded.text, "some text");
  EXPECT_EQ(decoded.result, ChainResult::good);
  EXPECT_EQ(chain.cut_off(), std::nullopt);
}

TEST(DecoderChain, KnowsWhichOfThemWasCut) {
  DecoderChain outer(kRemoveThree, 0);
  EXPECT_EQ(decode(outer, kThree.substr(0, kThree.size() - 1)).result, ChainResult::good);
  EXPECT_EQ(outer.cut_off(), Coding::zstd);
  const std::string gzip = encode_gzip("some text");
  DecoderChain inner(kRemoveThree, 0);
  EXPECT_EQ(decode(inner, encode_zstd(encode_brotli(gzip.substr(0, gzip.size() - 1)))).result,
            ChainResult::good);
  EXPECT_EQ(inner.cut_off(), Coding::gzip);
  EXPECT_EQ(DecoderChain(kRemoveThree, 0).cut_off(), Coding::zstd) << "nothing came";
}

TEST(DecoderChain, SaysWhichOfThemIsNone) {
  DecoderChain chain(kRemoveThree, 0);
  EXPECT_EQ(decode(chain, encode_zstd(encode_brotli("no gzip"))).result, ChainResult::broken);
  EXPECT_EQ(chain.problem(), "its Content-Encoding says gzip, but its bytes are none, or damaged");
  const Codings zstd = {Coding::zstd};
  DecoderChain wide(zstd, 0);
  EXPECT_EQ(decode(wide, encode_zstd("x", 27)).result, ChainResult::broken);
  EXPECT_EQ(wide.problem(), "its Content-Encoding zstd needs a window of more than 8 MiB");
}

TEST(DecoderChain, ABombWithinIsStoppedAtTheLimitEvenIfItDecodesToNothing) {
  const Codings remove = {Coding::gzip, Coding::gzip};
  // The inner member ends at once; what is behind it never becomes bytes of the file.
  const std::string bomb = encode_gzip(encode_gzip("x") + std::string(50'000'000, '\0'));
  DecoderChain chain(remove, 1'000'000);
  EXPECT_EQ(decode(chain, bomb).result, ChainResult::too_large);
  DecoderChain roomy(remove, 100'000'000);
  EXPECT_EQ(decode(roomy, bomb).text, "x");
}

/// Pieces of a byte each: no single one makes much of itself.
TEST(DecoderChain, ABombInSmallPiecesIsStoppedByWhatItMakesOfEachByte) {
  const std::string bomb = encode_gzip(encode_gzip(encode_gzip(std::string(300 << 20, '\0'))));
  const Codings remove = {Coding::gzip, Coding::gzip, Coding::gzip};
  DecoderChain chain(remove, 0);
  std::uint64_t decoded = 0;
  ChainResult result = ChainResult::good;
  for (std::size_t i = 0; i < bomb.size() && result == ChainResult::good; ++i) {
    result = chain.write(std::as_bytes(std::span(bomb).subspan(i, 1)), [&](auto bytes) {
      decoded += bytes.size();
      return true;
    });
  }
  EXPECT_EQ(result, ChainResult::expands);
  EXPECT_LE(decoded, DecoderChain::kMostOfOnePiece +
                         DecoderChain::most_of_one_byte(Coding::gzip) * bomb.size());
  EXPECT_TRUE(chain.problem().ends_with("as a decompression bomb does")) << chain.problem();
}

TEST(DecoderChain, ZerosAreNoBomb) {
  const std::string body = encode_gzip(std::string(300 << 20, '\0'));
  const Codings remove = {Coding::gzip};
  DecoderChain chain(remove, 0);
  std::uint64_t decoded = 0;
  for (std::size_t at = 0; at < body.size(); at += 65536) {
    const auto piece = std::string_view(body).substr(at, 65536);
    EXPECT_EQ(ChainResult::good, chain.write(std::as_bytes(std::span(piece)), [&](auto bytes) {
      decoded += bytes.size();
      return true;
    }));
  }
  EXPECT_EQ(decoded, 300u << 20);
}

TEST(DecoderChain, StopsWhereTheSinkWantsNoMore) {
  DecoderChain chain(kRemoveThree, 0);
  EXPECT_EQ(decode(chain, kThree, 0).result, ChainResult::refused);
}

}  // namespace
}  // namespace fanfetch
