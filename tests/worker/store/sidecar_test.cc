#include "worker/store/sidecar.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "worker/head/head_values.h"

namespace fanfetch {
namespace {

const std::string kPart(64, 'a');

Sidecar sample(std::size_t checkpoints = 3) {
  Sidecar sidecar{.part_name = kPart,
                  .etag = "\"5f-1\"",
                  .length = 1'000'000'000'000,
                  .content_type = "video/mp4",
                  .last_modified = "Tue, 15 Nov 1994 12:45:26 GMT"};
  for (std::size_t i = 0; i < checkpoints; ++i) {
    sidecar.checkpoints.push_back({(i + 1) * 1'000'000, sha256(std::to_string(i))});
  }
  return sidecar;
}

bool decodes(std::span<const std::byte> bytes) { return decode_sidecar(bytes, kPart).has_value(); }

bool survives(const Sidecar& sidecar) { return decodes(encode(sidecar)); }

TEST(Sidecar, ComesBackAsItWas) {
  for (const std::size_t count : {std::size_t{1}, std::size_t{3}, kMaxCheckpoints}) {
    const Sidecar before = sample(count);
    const auto bytes = encode(before);
    EXPECT_LE(bytes.size(), max_sidecar_bytes());
    const auto after = decode_sidecar(bytes, kPart);
    ASSERT_TRUE(after);
    EXPECT_EQ(after->part_name, before.part_name);
    EXPECT_EQ(after->etag, before.etag);
    EXPECT_EQ(after->length, before.length);
    EXPECT_EQ(after->content_type, before.content_type);
    EXPECT_EQ(after->last_modified, before.last_modified);
    EXPECT_EQ(after->checkpoints, before.checkpoints);
  }
}

TEST(Sidecar, OfAnotherLinkIsNone) {
  EXPECT_FALSE(decode_sidecar(encode(sample()), std::string(64, 'b')));
}

TEST(Sidecar, CutOrPaddedIsNone) {
  const auto bytes = encode(sample());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decodes(std::span(bytes).first(size))) << size;
  }
  auto longer = bytes;
  longer.push_back(std::byte{0});
  EXPECT_FALSE(decodes(longer));
}

TEST(Sidecar, OneFlippedBitAnywhereIsNoticed) {
  auto bytes = encode(sample());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    bytes[at] ^= std::byte{1};
    EXPECT_FALSE(decodes(bytes)) << at;
    bytes[at] ^= std::byte{1};
  }
  EXPECT_TRUE(decodes(bytes));
}

TEST(Sidecar, RandomBytesAreNone) {
  std::mt19937 random(7);
  for (std::size_t size = 0; size < 600; ++size) {
    std::vector<std::byte> bytes(size);
    for (auto& byte : bytes) byte = static_cast<std::byte>(random());
    EXPECT_FALSE(decodes(bytes));
    EXPECT_FALSE(decodes(std::vector<std::byte>(size))) << "what a power cut leaves";
  }
}

/// The seal is no secret: whoever can write it can seal anything.
TEST(Sidecar, WellSealedNonsenseIsNone) {
  // Random words in the place of every four bytes, sealed anew.
  std::mt19937 random(11);
  for (std::size_t at = 0; at + 4 + 32 <= encode(sample()).size(); ++at) {
    auto bytes = encode(sample());
    const std::uint32_t word = at % 2 == 0 ? ~0u : static_cast<std::uint32_t>(random());
    std::memcpy(bytes.data() + at, &word, sizeof word);
    Sha256 hasher;
    hasher.update(std::span(bytes).first(bytes.size() - 32));
    const auto seal = hasher.finish();
    std::memcpy(bytes.data() + bytes.size() - 32, seal.data(), seal.size());
    if (const auto sidecar = decode_sidecar(bytes, kPart)) {
      EXPECT_TRUE(is_strong_etag(sidecar->etag));
      EXPECT_LT(sidecar->checkpoints.back().offset, sidecar->length);
    }
  }
}

TEST(Sidecar, OffsetsRiseBelowTheLength) {
  EXPECT_FALSE(survives(sample(0))) << "without a checkpoint it is of no use";
  Sidecar sidecar = sample();
  sidecar.checkpoints[0].offset = 0;
  EXPECT_FALSE(survives(sidecar));
  sidecar = sample();
  sidecar.checkpoints[1].offset = sidecar.checkpoints[0].offset;
  EXPECT_FALSE(survives(sidecar));
  sidecar = sample();
  sidecar.length = sidecar.checkpoints.back().offset;
  EXPECT_FALSE(survives(sidecar)) << "a rest of nothing cannot be asked for";
  ++sidecar.length;
  EXPECT_TRUE(survives(sidecar));
  EXPECT_FALSE(survives(sample(kMaxCheckpoints + 1)));
}

TEST(Sidecar, HeaderValuesThatCouldDoHarmAreNone) {
  Sidecar sidecar = sample();
  sidecar.etag = "\"1\"\r\nX-Evil: \"";
  EXPECT_FALSE(survives(sidecar));
  sidecar = sample();
  sidecar.content_type = std::string(kMaxHeaderValue + 1, 't');
  EXPECT_FALSE(survives(sidecar));
  sidecar = sample();
  sidecar.last_modified = std::string(kMaxHeaderValue + 1, 'm');
  EXPECT_FALSE(survives(sidecar));
}

TEST(StrongEtag, IsQuotedWholeAndNotWeak) {
  for (const char* strong : {"\"1\"", "\"abc-DEF:9\"", "\"\xc3\xa9\"", "\"W/1\""}) {
    EXPECT_TRUE(is_strong_etag(strong)) << strong;
  }
  for (const char* weak : {"", "\"\"", "\"", "1", "W/\"1\"", "w/\"1\"", "\"1", "1\"", "\"a\"b\"",
                           "\"a b\"", "\"a\nb\"", "\"a\x7f\""}) {
    EXPECT_FALSE(is_strong_etag(weak)) << weak;
  }
  const auto of_size = [](std::size_t size) { return '"' + std::string(size - 2, 'e') + '"'; };
  EXPECT_TRUE(is_strong_etag(of_size(kMaxHeaderValue - 1)));
  EXPECT_FALSE(is_strong_etag(of_size(kMaxHeaderValue))) << "perhaps cut";
}

}  // namespace
}  // namespace fanfetch
