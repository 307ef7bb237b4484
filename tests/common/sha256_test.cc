#include "common/sha256.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string>

namespace fanfetch {
namespace {

// FIPS 180-4 example vectors, as NIST publishes them.
TEST(Sha256, KnownVectors) {
  EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(to_hex(sha256(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PiecesMakeTheSameDigestAndFinishStartsAnew) {
  const std::string text(1000, 'x');
  Sha256 hasher;
  for (int round = 0; round < 2; ++round) {
    for (std::size_t at = 0; at < text.size(); at += 7) {
      hasher.update(
          std::as_bytes(std::span(text).subspan(at, std::min<std::size_t>(7, text.size() - at))));
    }
    hasher.update({});
    EXPECT_EQ(hasher.finish(), sha256(text));
  }
  EXPECT_EQ(hasher.finish(), sha256(""));
}

TEST(Sha256, SnapshotsTellWhatCameSoFarAndDisturbNothing) {
  const std::string text(1000, 'y');
  Sha256 hasher;
  EXPECT_EQ(hasher.snapshot(), sha256(""));
  for (std::size_t at = 0; at < text.size(); at += 100) {  // in mid-block too
    hasher.update(std::as_bytes(std::span(text).subspan(at, 100)));
    EXPECT_EQ(hasher.snapshot(), sha256(text.substr(0, at + 100)));
  }
  EXPECT_EQ(hasher.finish(), sha256(text));
}

TEST(Sha256, ACopyGoesOnByItself) {
  Sha256 hasher;
  hasher.update(std::as_bytes(std::span("ab", 2)));
  Sha256 copy = hasher;
  hasher.update(std::as_bytes(std::span("x", 1)));
  copy.update(std::as_bytes(std::span("c", 1)));
  EXPECT_EQ(copy.finish(), sha256("abc"));
  EXPECT_EQ(hasher.finish(), sha256("abx"));
}

TEST(FirstBits, AreTheFirstEightBytesMostSignificantFirst) {
  EXPECT_EQ(first_bits(sha256("abc")), 0xba7816bf8f01cfea);
}

TEST(ToHex, TwoLowerCaseDigitsAByte) {
  const std::uint8_t bytes[] = {0x00, 0x0f, 0xf0, 0xab};
  EXPECT_EQ(to_hex(bytes), "000ff0ab");
  EXPECT_EQ(to_hex({}), "");
}

TEST(DigestFromHex, IsToHexTheOtherWayRound) {
  const Sha256Digest digest = sha256("abc");
  EXPECT_EQ(digest_from_hex(to_hex(digest)), digest);
  EXPECT_EQ(digest_from_hex(std::string(64, 'F')), digest_from_hex(std::string(64, 'f')));
}

TEST(DigestFromHex, TakesNothingElse) {
  const std::string good(64, 'a');
  ASSERT_TRUE(digest_from_hex(good));
  EXPECT_FALSE(digest_from_hex(""));
  EXPECT_FALSE(digest_from_hex(good.substr(1)));
  EXPECT_FALSE(digest_from_hex(good + "aa"));
  for (const char bad : {'g', ' ', '-', '+', 'x', '\0'}) {
    for (const std::size_t place : {0u, 1u, 63u}) {
      std::string text = good;
      text[place] = bad;
      EXPECT_FALSE(digest_from_hex(text)) << text;
    }
  }
}

}  // namespace
}  // namespace fanfetch
