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

/// The parts of a head that matter here; empty: not sent.
struct Said {
  int status = 200;
  std::optional<std::uint64_t> length = kLength;
  std::string etag = "\"1\"";
  std::string content_type = "image/png";
  std::string last_modified = "yesterday";
  std::string content_encoding = {}, transfer_encoding = {};
  std::string content_range = {}, accept_ranges = {};
};

ResponseHead head_of(const Said& said) {
  ResponseHead head(said.status, HttpVersion::http_1_1);
  if (said.length) head.set_body_length(*said.length);
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) {
      EXPECT_TRUE(head.add(name, value));
    }
  };
  add("ETag", said.etag);
  add("Content-Type", said.content_type);
  add("Last-Modified", said.last_modified);
  add("Content-Encoding", said.content_encoding);
  add("Transfer-Encoding", said.transfer_encoding);
  add("Content-Range", said.content_range);
  add("Accept-Ranges", said.accept_ranges);
  return head;
}

ResponseHead whole() { return head_of({}); }

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
    Said said;
    change(said);
    return resumable(head_of(said), "p").has_value();
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
  EXPECT_FALSE(is_resumable([](auto& h) { h.etag = '"' + std::string(600, 'x') + '"'; }));
  EXPECT_FALSE(is_resumable([](auto& h) { h.content_encoding = "gzip"; }));
  EXPECT_TRUE(is_resumable([](auto& h) { h.content_encoding = "utf-8"; })) << "no coding";
  EXPECT_FALSE(is_resumable([](auto& h) { h.transfer_encoding = "chunked"; }));
  ResponseHead two = whole();
  EXPECT_TRUE(two.add("ETag", "\"2\""));
  EXPECT_FALSE(resumable(two, "p")) << "which of them is true?";
}

TEST(ContinuesPart, NotIfALineIsThereTwice) {
  const Sidecar part = *resumable(whole(), "p");
  for (const char* name : {"ETag", "Content-Range"}) {
    ResponseHead head = head_of(
        {.status = 206, .length = 1'000'000, .content_range = "bytes 2000000-2999999/3000000"});
    EXPECT_TRUE(continues_part(head, part, 2'000'000));
    EXPECT_TRUE(head.add(name, head.first(name)));
    EXPECT_FALSE(continues_part(head, part, 2'000'000)) << name;
  }
}

TEST(ContinuesPart, OnlyTheExactRestOfTheSameFile) {
  const Sidecar part = *resumable(whole(), "p");
  const auto accepts = [&](auto change) {
    Said said{.status = 206, .length = 1'000'000};
    said.content_range = "bytes 2000000-2999999/3000000";
    change(said);
    return continues_part(head_of(said), part, 2'000'000);
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
