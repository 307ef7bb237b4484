#include "coordinator/sources/streams/decoded_stream.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/coordinator/sources/compressed.h"
#include "tests/coordinator/sources/holds.h"
#include "tests/coordinator/sources/memory_stream.h"

namespace fanfetch {
namespace {

/// Lines that no compressor shortens to nothing.
std::string sample(std::size_t lines) {
  std::mt19937 random(7);
  std::string text;
  for (std::size_t i = 0; i < lines; ++i) {
    text += "http://h/" + std::to_string(random()) + "\n";
  }
  return text;
}

/// What comes out, and the error that ends it in the same text.
std::string decoded(std::string bytes, std::size_t at_once = 1000, std::size_t room = 700,
                    Compression promised = Compression::none) {
  DecodedStream stream(in_memory(std::move(bytes), at_once), "'list'", promised);
  std::string text;
  std::string buffer(room, '\0');
  for (;;) {
    const auto count = stream.read(buffer);
    if (!count) return text + "ERROR " + count.error().message;
    if (count->value_or(0) == 0) return text;
    text.append(buffer, 0, **count);
  }
}

TEST(DecodedStream, LeavesPlainTextAlone) {
  for (const std::size_t at_once : {1u, 3u, 1000u}) {
    EXPECT_EQ(decoded("", at_once), "");
    EXPECT_EQ(decoded("P", at_once), "P");
    EXPECT_EQ(decoded("BZ is no compression\n", at_once), "BZ is no compression\n");
    EXPECT_EQ(decoded(sample(500), at_once), sample(500));
  }
}

TEST(DecodedStream, DecompressesWhateverTheNameSays) {
  const std::string text = sample(5000);
  for (const std::size_t at_once : {1u, 7u, 100'000u}) {
    for (const std::size_t room : {1u, 700u, 1'000'000u}) {
      EXPECT_EQ(decoded(gzip(text), at_once, room), text) << at_once << ' ' << room;
      EXPECT_EQ(decoded(zstd(text), at_once, room), text) << at_once << ' ' << room;
    }
  }
  EXPECT_EQ(decoded(gzip(text), 1000, 700, Compression::zstd), text);
  EXPECT_EQ(decoded(gzip("")), "");
  EXPECT_EQ(decoded(zstd("")), "");
}

TEST(DecodedStream, ReadsAllMembersAndPadding) {
  for (const std::size_t at_once : {1u, 1000u}) {
    EXPECT_EQ(decoded(gzip("a\n") + gzip("") + gzip("b\n") + std::string(600, '\0'), at_once),
              "a\nb\n");
    EXPECT_EQ(decoded(zstd("a\n") + zstd("") + zstd("b\n"), at_once), "a\nb\n");
  }
  EXPECT_EQ(decoded(std::string("\x50\x2a\x4d\x18\x02\0\0\0xx", 10) + zstd("a\n")), "a\n");
}

TEST(DecodedStream, YieldsAllThatCameBeforeACut) {
  const std::string text = sample(5000);
  for (const auto& whole : {gzip(text), zstd(text)}) {
    for (const std::size_t missing : {1u, 4u, 20'000u}) {
      const std::string out = decoded(whole.substr(0, whole.size() - missing));
      const std::size_t error = out.find("ERROR ");
      ASSERT_NE(error, std::string::npos);
      EXPECT_EQ(out.substr(0, error), text.substr(0, error));
      EXPECT_TRUE(holds(out, "data of 'list' is cut short: it ends at byte " +
                                 std::to_string(whole.size() - missing)))
          << out.substr(error);
    }
  }
  // Even if it is little: nothing waits for a full block.
  const std::string cut = gzip("http://h/1\nhttp://h/2\n");
  EXPECT_TRUE(decoded(cut.substr(0, cut.size() - 1)).starts_with("http://h/1\nhttp://h/2\nERROR "));
  EXPECT_TRUE(holds(decoded(gzip(text) + gzip(text).substr(0, 5)), "is cut short"));
  EXPECT_TRUE(holds(decoded(zstd(text) + zstd(text).substr(0, 5)), "is cut short"));
}

TEST(DecodedStream, SeesDamage) {
  const std::string text = sample(5000);
  for (auto whole : {gzip(text), zstd(text)}) {
    const std::size_t end = whole.size();
    for (const std::size_t place : {end / 2, end - 6, end - 2}) {
      whole[place] ^= 0x10;
      const std::string out = decoded(whole);
      // A bit that makes the data want more than there is looks like a cut.
      EXPECT_TRUE(holds(out, "data of 'list' is damaged, which shows at byte ") ||
                  holds(out, "data of 'list' is cut short"))
          << place << " of " << end << ": " << out.substr(out.rfind('\n'));
      whole[place] ^= 0x10;
    }
  }
  EXPECT_TRUE(holds(decoded(gzip("a\n") + "garbage"),
                    "'list' has something else behind its gzip data, at byte "));
  EXPECT_TRUE(holds(decoded(zstd("a\n") + "garbage"), "is damaged"));
}

TEST(DecodedStream, RefusesALargeWindow) {
  const std::string out = decoded(zstd(sample(10), 26));
  EXPECT_TRUE(holds(out, "needs a window over 32 MiB")) << out;
  EXPECT_EQ(decoded(zstd(sample(10), 25)), sample(10));
}

TEST(DecodedStream, WantsWhatTheNamePromises) {
  EXPECT_EQ(decoded("http://h/1\n", 1000, 700, Compression::gzip),
            "ERROR 'list' is not gzip, though its name says so");
  EXPECT_EQ(decoded("", 1000, 700, Compression::zstd),
            "ERROR 'list' is not zstd, though its name says so");
}

TEST(DecodedStream, SkipsAMarkInsideToo) {
  for (const std::size_t at_once : {1u, 1000u}) {
    EXPECT_EQ(decoded("\xEF\xBB\xBFtext", at_once), "text");
    EXPECT_EQ(decoded("\xEF\xBBtext", at_once), "\xEF\xBBtext");
    EXPECT_EQ(decoded(gzip("\xEF\xBB\xBFtext"), at_once), "text");
  }
}

TEST(DecodedStream, HandsOnWhatWasFlushedWhileMoreIsToCome) {
  // A pipe that brings a flushed block and then nothing: what it holds comes before the wait.
  for (const auto& whole : {zstd("http://h/1\n"), gzip("http://h/1\n")}) {
    auto pipe = std::make_unique<MemoryStream>(whole.substr(0, whole.size() - 4));
    pipe->stop();
    DecodedStream stream(std::move(pipe), "'list'");
    char buffer[100];
    auto count = stream.read(buffer);
    ASSERT_TRUE(count && *count);
    EXPECT_EQ(std::string(buffer, **count), "http://h/1\n");
    count = stream.read(buffer);
    ASSERT_TRUE(count.has_value());
    EXPECT_FALSE(count->has_value()) << "the run stops";
  }
}

TEST(DecodedStream, StopsBeforeItKnowsAnything) {
  auto pipe = std::make_unique<MemoryStream>("\x1f");
  pipe->stop();
  DecodedStream stream(std::move(pipe), "'list'", Compression::gzip);
  char buffer[10];
  const auto count = stream.read(buffer);
  ASSERT_TRUE(count.has_value());
  EXPECT_FALSE(count->has_value());
}

TEST(DecodedStream, ABombCostsNoMemory) {
  // 128 MiB of nothing pass through one small buffer; the system tests measure a larger one.
  std::string bomb = gzip(std::string(std::size_t{16} << 20, '\n'));
  std::string many;
  for (int i = 0; i < 8; ++i) many += bomb;
  DecodedStream stream(in_memory(std::move(many), 4096), "'list'");
  std::string buffer(65536, '\0');
  std::uint64_t total = 0;
  for (;;) {
    const auto count = stream.read(buffer);
    ASSERT_TRUE(count && *count);
    if (**count == 0) break;
    total += **count;
  }
  EXPECT_EQ(total, std::uint64_t{8} * 16 << 20);
}

}  // namespace
}  // namespace fanfetch
