#include "worker/store/resume.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

TEST(ContentRange, IsReadToTheLetter) {
  const auto range = parse_content_range("bytes 5-9/10");
  ASSERT_TRUE(range);
  EXPECT_EQ(5u, range->first);
  EXPECT_EQ(9u, range->last);
  EXPECT_EQ(10u, range->total);
  EXPECT_TRUE(parse_content_range("Bytes 0-0/18446744073709551615"));
  for (const char* bad : {"",
                          "bytes",
                          "bytes ",
                          "bytes 5-9",
                          "bytes 5-9/",
                          "bytes 5-9/*",
                          "bytes */10",
                          "bytes 5-/10",
                          "bytes -9/10",
                          "bytes 9-5/10",
                          "bytes 5-10/10",
                          "bytes 5-9/9",
                          "bytes=5-9/10",
                          "bytes  5-9/10",
                          "bytes +5-9/10",
                          "bytes 5 -9/10",
                          "bytes 5-9/10 ",
                          "bytes 5-9/10,11-12/20",
                          "items 5-9/10",
                          "bytes 5-9/18446744073709551616",
                          "bytes 99999999999999999999-9/10",
                          "bytes 0x5-9/10"}) {
    EXPECT_FALSE(parse_content_range(bad)) << bad;
  }
}

constexpr std::uint64_t kLength = 3'000'000;

BodyHeaders whole() {
  return {.status = 200,
          .length = kLength,
          .etag = "\"1\"",
          .content_type = "image/png",
          .last_modified = "yesterday"};
}

TEST(Resumable, RemembersWhatTheRestIsComparedWith) {
  const auto sidecar = resumable(whole(), "p");
  ASSERT_TRUE(sidecar);
  EXPECT_EQ("p", sidecar->part_name);
  EXPECT_EQ("\"1\"", sidecar->etag);
  EXPECT_EQ(kLength, sidecar->length);
  EXPECT_EQ("image/png", sidecar->content_type);
  EXPECT_EQ("yesterday", sidecar->last_modified);
  EXPECT_TRUE(sidecar->checkpoints.empty());
}

TEST(Resumable, OnlyWhatIsSureToBeTheSameNextTime) {
  const auto is_resumable = [](auto change) {
    BodyHeaders headers = whole();
    change(headers);
    return resumable(headers, "p").has_value();
  };
  EXPECT_TRUE(is_resumable([](auto& h) { h.content_encoding = "Identity"; }));
  EXPECT_TRUE(is_resumable([](auto& h) { h.accept_ranges = "bytes"; }));
  EXPECT_FALSE(is_resumable([](auto& h) { h.accept_ranges = "None"; }));
  EXPECT_FALSE(is_resumable([](auto& h) { h.status = 203; })) << "a proxy's version";
  EXPECT_FALSE(is_resumable([](auto& h) { h.length.reset(); }));
  EXPECT_FALSE(is_resumable([](auto& h) { h.length = 1024 * 1024; })) << "too small";
  EXPECT_TRUE(is_resumable([](auto& h) { h.length = 1024 * 1024 + 1; }));
  EXPECT_FALSE(is_resumable([](auto& h) { h.etag = ""; }));
  EXPECT_FALSE(is_resumable([](auto& h) { h.etag = "W/\"1\""; }));
  EXPECT_FALSE(is_resumable([](auto& h) { h.content_encoding = "gzip"; }));
  EXPECT_FALSE(is_resumable([](auto& h) { h.transfer_encoding = "chunked"; }));
}

TEST(GoesOn, OnlyTheExactRestOfTheSameFile) {
  const Sidecar part = *resumable(whole(), "p");
  const auto accepts = [&](auto change) {
    BodyHeaders headers = whole();
    headers.status = 206;
    headers.length = 1'000'000;
    headers.content_range = "bytes 2000000-2999999/3000000";
    change(headers);
    return goes_on(headers, part, 2'000'000);
  };
  EXPECT_TRUE(accepts([](auto&) {}));
  EXPECT_TRUE(accepts([](auto& h) { h.etag = ""; }));
  EXPECT_TRUE(accepts([](auto& h) { h.length.reset(); }));
  EXPECT_FALSE(accepts([](auto& h) { h.status = 200; }));
  EXPECT_FALSE(accepts([](auto& h) { h.status = 416; }));
  EXPECT_FALSE(accepts([](auto& h) { h.content_range = ""; }));
  EXPECT_FALSE(accepts([](auto& h) { h.content_range = "bytes 2000001-2999999/3000000"; }));
  EXPECT_FALSE(accepts([](auto& h) { h.content_range = "bytes 1999999-2999999/3000000"; }));
  EXPECT_FALSE(accepts([](auto& h) { h.content_range = "bytes 2000000-2999998/3000000"; }));
  EXPECT_FALSE(accepts([](auto& h) { h.content_range = "bytes 2000000-2999999/3000001"; }));
  EXPECT_FALSE(accepts([](auto& h) { h.content_range = "bytes 2000000-3000000/3000001"; }));
  EXPECT_FALSE(accepts([](auto& h) { h.content_range = "bytes 2000000-2999999/*"; }));
  EXPECT_FALSE(accepts([](auto& h) { h.length = 999'999; }));
  EXPECT_FALSE(accepts([](auto& h) { h.etag = "\"2\""; }));
  EXPECT_FALSE(accepts([](auto& h) { h.etag = "W/\"1\""; }));
  EXPECT_FALSE(accepts([](auto& h) { h.content_encoding = "gzip"; }));
  EXPECT_FALSE(accepts([](auto& h) { h.content_type = "Multipart/ByteRanges; boundary=x"; }));
}

TEST(FillIn, OnlyWhatWasNotSaidAgain) {
  Response response{.http_status = 206, .etag = "\"now\""};
  fill_in(response, *resumable(whole(), "p"));
  EXPECT_EQ("\"now\"", response.etag);
  EXPECT_EQ("image/png", response.content_type);
  EXPECT_EQ("yesterday", response.last_modified);
}

}  // namespace
}  // namespace fanfetch
