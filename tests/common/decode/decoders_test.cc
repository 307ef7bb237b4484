// Each decoder with what its coding's encoder makes, whole, cut, damaged and with something behind.

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <new>
#include <random>
#include <string>
#include <string_view>

#include "common/decode/decoder.h"
#include "tests/support/encode.h"

namespace fanfetch {
namespace {

using Result = Decoder::Result;
using namespace support;

struct Decoded {
  std::string text;
  Result result = Result::good;
  bool complete = false;
};

/// Feeds `body` in pieces of `piece` bytes; takes at most `most` decoded bytes.
Decoded decode(Coding coding, std::string_view body, std::size_t piece = 1000,
               std::size_t most = 1 << 30) {
  const auto decoder = make_decoder(coding);
  Decoded decoded;
  while (!body.empty() && decoded.result == Result::good) {
    const auto part = body.substr(0, piece);
    body.remove_prefix(part.size());
    decoded.result = decoder->write(std::as_bytes(std::span(part)), [&](auto bytes) {
      decoded.text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      return decoded.text.size() <= most;
    });
  }
  decoded.complete = decoder->complete();
  return decoded;
}

/// Compresses to about half.
std::string text_of(std::size_t size) {
  std::mt19937_64 random(3);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>('a' + random() % 16);
  return text;
}

struct Row {
  const char* name;
  Coding coding;
  std::string (*encode)(std::string_view);
};

std::string default_zstd(std::string_view plain) { return encode_zstd(plain); }

class DecoderOf : public ::testing::TestWithParam<Row> {};

INSTANTIATE_TEST_SUITE_P(All, DecoderOf,
                         ::testing::Values(Row{"gzip", Coding::gzip, &encode_gzip},
                                           Row{"zlib", Coding::deflate, &encode_zlib},
                                           Row{"deflate", Coding::deflate, &encode_deflate},
                                           Row{"brotli", Coding::brotli, &encode_brotli},
                                           Row{"zstd", Coding::zstd, &default_zstd}),
                         [](const auto& row) { return row.param.name; });

TEST_P(DecoderOf, DecodesWhateverThePieces) {
  for (const std::string& text : {text_of(100'000), std::string(300'000, 'a'), std::string("x")}) {
    const std::string coded = GetParam().encode(text);
    for (const std::size_t piece : {1u, 4096u, 1'000'000u}) {
      const Decoded decoded = decode(GetParam().coding, coded, piece);
      EXPECT_TRUE(decoded.text == text) << piece;
      EXPECT_EQ(decoded.result, Result::good) << piece;
      EXPECT_TRUE(decoded.complete) << piece;
    }
  }
}

TEST_P(DecoderOf, DecodesAnEmptyText) {
  const Decoded decoded = decode(GetParam().coding, GetParam().encode(""));
  EXPECT_EQ(decoded.text, "");
  EXPECT_EQ(decoded.result, Result::good);
  EXPECT_TRUE(decoded.complete);
}

TEST_P(DecoderOf, KnowsThatAStreamWasCut) {
  const std::string coded = GetParam().encode("some text that is long enough to be cut");
  for (std::size_t size = 0; size < coded.size(); ++size) {
    const Decoded decoded = decode(GetParam().coding, coded.substr(0, size));
    EXPECT_FALSE(decoded.complete) << size;
    EXPECT_EQ(decoded.result, Result::good) << size;
  }
}

TEST_P(DecoderOf, IgnoresWhatIsBehindTheEnd) {
  const std::string coded = GetParam().encode("some text");
  for (const std::string& behind :
       {std::string("\n"), std::string(1000, '\0'), std::string("rubbish"), std::string("(x"),
        std::string("\x1f\x8cx"), std::string("\x50\x2ax\x18")}) {
    for (const std::size_t piece : {1u, 1000u}) {
      const Decoded decoded = decode(GetParam().coding, coded + behind, piece);
      EXPECT_EQ(decoded.text, "some text") << behind;
      EXPECT_EQ(decoded.result, Result::good) << behind << ' ' << piece;
      if (behind != "(x" || GetParam().coding != Coding::zstd) {
        EXPECT_TRUE(decoded.complete) << behind << ' ' << piece;
      }
    }
  }
}

TEST_P(DecoderOf, KnowsWhatIsNone) {
  EXPECT_EQ(decode(GetParam().coding, "<html><body>no such thing</body></html>").result,
            Result::broken);
}

TEST_P(DecoderOf, StopsABombWhereItIsTold) {
  const std::string bomb = GetParam().encode(std::string(50'000'000, 'a'));
  const Decoded decoded = decode(GetParam().coding, bomb, 1 << 20, 1'000'000);
  EXPECT_EQ(decoded.result, Result::refused);
  EXPECT_LT(decoded.text.size(), 1'100'000u);
}

TEST_P(DecoderOf, SurvivesAnyBytes) {
  std::mt19937_64 random(1);
  const std::string coded = GetParam().encode(text_of(2000));
  for (int round = 0; round < 500; ++round) {
    std::string damaged = coded;
    for (int i = 0; i < 3; ++i) damaged[random() % coded.size()] = static_cast<char>(random());
    (void)decode(GetParam().coding, damaged, 1 + random() % 3000, 1'000'000);
  }
}

TEST(Decoder, AWrongChecksumIsDamage) {
  std::string gzip = encode_gzip("some text");
  gzip[gzip.size() - 8] ^= 1;
  EXPECT_EQ(decode(Coding::gzip, gzip).result, Result::broken);
  EXPECT_EQ(decode(Coding::gzip, gzip + "\n").result, Result::broken);
  std::string zlib = encode_zlib("some text");
  zlib.back() ^= 1;
  EXPECT_EQ(decode(Coding::deflate, zlib).result, Result::broken);
  std::string zstd = encode_zstd("some text");
  zstd.back() ^= 1;
  EXPECT_EQ(decode(Coding::zstd, zstd).result, Result::broken);
}

TEST(Decoder, DecodesSeveralMembersAndFrames) {
  for (const std::size_t piece : {1u, 1000u}) {
    Decoded decoded = decode(Coding::gzip, encode_gzip("one ") + encode_gzip("two"), piece);
    EXPECT_EQ(decoded.text, "one two");
    EXPECT_TRUE(decoded.complete);
    decoded = decode(Coding::zstd, encode_zstd("one ") + encode_zstd("two"), piece);
    EXPECT_EQ(decoded.text, "one two");
    EXPECT_TRUE(decoded.complete);
  }
}

TEST(Decoder, ALaterMemberIsCutOrDamagedLikeTheFirst) {
  const std::string one = encode_gzip("one ");
  std::string two = encode_gzip("two");
  EXPECT_FALSE(decode(Coding::gzip, one + two.substr(0, 5)).complete);
  EXPECT_FALSE(decode(Coding::gzip, one + two.substr(0, two.size() - 1)).complete);
  two[two.size() - 8] ^= 1;
  EXPECT_EQ(decode(Coding::gzip, one + two).result, Result::broken);
  EXPECT_FALSE(
      decode(Coding::zstd, encode_zstd("one ") + encode_zstd("two").substr(0, 9)).complete);
}

TEST(Decoder, ZstdGetsOnlySoMuchMemory) {
  const std::string text = text_of(1000);
  EXPECT_EQ(decode(Coding::zstd, encode_zstd(text, 23)).text, text);
  EXPECT_EQ(decode(Coding::zstd, encode_zstd(text, 24)).result, Result::over_window);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which reserve terabytes
/// In a child: takes all that there is of a little.
void use_up_memory() {
  std::ifstream statm("/proc/self/statm");
  rlim_t pages = 0;
  statm >> pages;
  const rlim_t most = (pages + 64) * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
  const rlimit limit{.rlim_cur = most, .rlim_max = most};
  ::setrlimit(RLIMIT_AS, &limit);
  for (std::size_t size = 65536; size >= 16; size /= 2) {
    while (std::malloc(size) != nullptr) {
    }
  }
}

/// A want of memory is ours, and not the server's: it is no damaged body.
TEST(Decoder, WithoutMemoryNothingIsBlamedOnTheBody) {
  const std::string text = text_of(6'000'000);
  const std::pair<Coding, std::string> bodies[] = {{Coding::zstd, encode_zstd(text, 23)},
                                                   {Coding::brotli, encode_brotli(text)}};
  for (const auto& [coding, body] : bodies) {
    EXPECT_EXIT(
        {
          const auto decoder = make_decoder(coding);
          use_up_memory();
          try {
            const auto result = decoder->write(std::as_bytes(std::span(body)),
                                               [](std::span<const std::byte>) { return true; });
            ::_exit(result == Result::good ? 2 : 1);
          } catch (const std::bad_alloc&) {
            ::_exit(0);
          }
        },
        ::testing::ExitedWithCode(0), "");
  }
}
#endif

}  // namespace
}  // namespace fanfetch
