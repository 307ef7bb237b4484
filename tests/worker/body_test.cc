// Bodies from literal heads and bytes: what is saved, and why not.

#include "worker/body.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <random>

#include "tests/support/encode.h"
#include "tests/support/memory_store.h"
#include "worker/head/head_values.h"
#include "worker/store/part_check.h"

namespace fanfetch {
namespace {

using Lines = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kMiB = 1024 * 1024;
const ExchangeEnd kComplete{.length_verified = true};
const ExchangeEnd kUntilClose{};
const ExchangeEnd kUnproved{.close_unproved = true};
const ExchangeEnd kCut{.cause = EndCause::cut_short, .text = "cut"};

/// Of `abc`: a gzip member of RFC 1952.
const std::string kGzip("\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b\x4c\x4a\x06\0\xc2\x41\x24\x35\x03\0\0\0",
                        23);

std::string noise(std::size_t size) {
  std::mt19937_64 random(7);
  std::string bytes(size, '\0');
  for (std::size_t at = 0; at + 8 <= size; at += 8) {
    const std::uint64_t word = random();
    std::memcpy(bytes.data() + at, &word, 8);
  }
  return bytes;
}
const std::string kFile = noise(3 * kMiB);

class BodyTest : public ::testing::Test {
 protected:
  BodyTest() {
    job_.url = "http://a.example/file";
    job_.part_name = "p";
    job_.user_agent = "fanfetch/1";
  }

  static ResponseHead head(int status, std::optional<std::uint64_t> length, const Lines& lines = {},
                           HttpVersion version = HttpVersion::http_1_1) {
    ResponseHead head(status, version);
    if (length) head.set_body_length(*length);
    for (const auto& [name, value] : lines) EXPECT_TRUE(head.add(name, value));
    return head;
  }
  /// A head whose body can be resumed.
  static ResponseHead file_head() {
    return head(200, kFile.size(), {{"ETag", "\"1\""}, {"Content-Type", "x/y"}});
  }
  static ResponseHead rest_head(std::size_t from, const std::string& etag = "\"1\"") {
    return head(206, kFile.size() - from,
                {{"ETag", etag},
                 {"Content-Range", "bytes " + std::to_string(from) + '-' +
                                       std::to_string(kFile.size() - 1) + '/' +
                                       std::to_string(kFile.size())}});
  }

  /// Gives the body all of `bytes` that it takes. False: it wanted no more.
  static bool feed(Body& body, std::string_view bytes, std::size_t piece = 16 * 1024) {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
      if (!body.take(std::as_bytes(std::span(bytes.substr(0, piece))))) return false;
    }
    return true;
  }
  /// The outcome of a response that is complete.
  static Outcome conclude(Body& body, const ResponseHead& head, std::string_view bytes,
                          const ExchangeEnd& end = kComplete) {
    const bool all = body.begin(head) && feed(body, bytes);
    body.end(all ? end : ExchangeEnd{.cause = EndCause::stopped});
    Response response = response_of(head, "http://a.example/file");
    return body.is_refused() ? body.refusal(std::move(response)) : body.finish(std::move(response));
  }
  Outcome conclude(const ResponseHead& head, std::string_view bytes,
                   const ExchangeEnd& end = kComplete) {
    Body body(job_, store_);
    return conclude(body, head, bytes, end);
  }
  static ErrorClass error_of(const Outcome& outcome) {
    if (const auto* skipped = std::get_if<Skipped>(&outcome)) return skipped->reason;
    return std::get<Failed>(outcome).error;
  }
  static std::string message_of(const Outcome& outcome) {
    if (const auto* skipped = std::get_if<Skipped>(&outcome)) return skipped->message;
    return std::get<Failed>(outcome).message;
  }

  /// An attempt that is cut off after `size` bytes of kFile, and leaves its part.
  void leave_part(std::size_t size) {
    const ResponseHead head = file_head();
    Body body(job_, store_);
    EXPECT_TRUE(body.begin(head));
    EXPECT_TRUE(feed(body, std::string_view(kFile).substr(0, size)));
    body.end(kCut);
    Failed failed{.retry = Retry::yes};
    body.leave_part(failed);
    EXPECT_EQ(failed.secured, size);
  }
  /// The next attempt, which asks for the rest.
  void resume(Body& body) {
    int error = 0;
    auto old = store_.reopen("p", error);
    ASSERT_TRUE(old);
    PartCheck check(std::move(*old));
    auto state = PartCheck::State::busy;
    while (state == PartCheck::State::busy) state = check.step();
    ASSERT_EQ(state, PartCheck::State::proved);
    body.resume_from(check.take());
  }
  [[nodiscard]] std::string stored() const {
    const auto* file = store_.find("p");
    return file != nullptr && file->committed ? file->bytes : "nothing";
  }

  Job job_;
  support::MemoryStore store_;
};

TEST_F(BodyTest, AWholeFileIsSaved) {
  const Outcome outcome =
      conclude(head(200, 3,
                    {{"Content-Type", "text/plain"},
                     {"ETag", "\"e\""},
                     {"Content-Disposition", "attachment; filename=\"n.txt\""}}),
               "abc");
  const auto& saved = std::get<Saved>(outcome);
  EXPECT_EQ(stored(), "abc");
  EXPECT_EQ(saved.bytes, 3u);
  EXPECT_EQ(saved.sha256, sha256("abc"));
  EXPECT_EQ(saved.note, "");
  EXPECT_EQ(saved.suggested_name, "n.txt");
  EXPECT_EQ(saved.response.http_status, 200);
  EXPECT_EQ(saved.response.etag, "\"e\"");
  EXPECT_EQ(saved.response.content_type, "text/plain");
}

TEST_F(BodyTest, ABodyWithoutALengthIsSavedButNotVerified) {
  const Outcome outcome = conclude(head(200, std::nullopt), "abc", kUntilClose);
  EXPECT_EQ(stored(), "abc");
  EXPECT_NE(std::get<Saved>(outcome).note.find("no length"), std::string::npos);
  EXPECT_EQ(std::get<Saved>(conclude(head(200, std::nullopt), "abc")).note, "");
}

TEST_F(BodyTest, NoHashWhereNoneIsWanted) {
  job_.hash_content = HashContent::no;
  EXPECT_FALSE(std::get<Saved>(conclude(head(200, 3), "abc")).sha256);
}

TEST_F(BodyTest, AnEmptyFileIsAFile) {
  const Outcome outcome = conclude(head(200, 0), "");
  EXPECT_EQ(stored(), "");
  EXPECT_EQ(std::get<Saved>(outcome).bytes, 0u);
}

TEST_F(BodyTest, AnEmptyPictureIsOfTheWrongType) {
  const Outcome outcome = conclude(head(200, 0, {{"Content-Type", "image/png"}}), "");
  EXPECT_EQ(error_of(outcome), ErrorClass::wrong_type);
  EXPECT_TRUE(store_.is_empty());
}

TEST_F(BodyTest, FewerBytesThanItsLengthAreTruncated) {
  const Outcome outcome = conclude(head(200, 5), "abc");
  EXPECT_EQ(error_of(outcome), ErrorClass::truncated);
  EXPECT_EQ(message_of(outcome), "it ends after 3 of 5 bytes");
  EXPECT_EQ(std::get<Failed>(outcome).retry, Retry::yes);
  EXPECT_TRUE(store_.is_empty());
}

TEST_F(BodyTest, GzipThatNobodyAskedForIsDecoded) {
  const Outcome outcome = conclude(head(200, kGzip.size(), {{"Content-Encoding", "GZIP"}}), kGzip);
  EXPECT_EQ(stored(), "abc");
  EXPECT_EQ(std::get<Saved>(outcome).bytes, 3u);
}

TEST_F(BodyTest, ACutGzipIsTruncatedThoughItsTransferIsComplete) {
  const Outcome outcome = conclude(head(200, std::nullopt, {{"Content-Encoding", "gzip"}}),
                                   kGzip.substr(0, kGzip.size() - 4));
  EXPECT_EQ(error_of(outcome), ErrorClass::truncated);
  EXPECT_TRUE(store_.is_empty());
}

TEST_F(BodyTest, AFileOfGzipStaysGzip) {
  job_.url = "http://a.example/file.tar.gz?x=1";
  (void)conclude(head(200, kGzip.size(), {{"Content-Encoding", "gzip"}}), kGzip);
  EXPECT_EQ(stored(), kGzip);
}

TEST_F(BodyTest, EveryCodingThatNobodyAskedForIsRemoved) {
  const std::string text(100'000, 'x');
  for (const auto& [coding, body] :
       {std::pair("x-gzip", support::encode_gzip(text)),
        std::pair("deflate", support::encode_zlib(text)),
        std::pair("deflate", support::encode_deflate(text)),
        std::pair("br", support::encode_brotli(text)),
        std::pair("zstd", support::encode_zstd(text)),
        std::pair("utf-8, gzip , identity", support::encode_gzip(text) + "\n"),
        std::pair("gzip, br", support::encode_brotli(support::encode_gzip(text)))}) {
    const Outcome outcome = conclude(head(200, body.size(), {{"Content-Encoding", coding}}), body);
    ASSERT_TRUE(std::holds_alternative<Saved>(outcome)) << coding << message_of(outcome);
    EXPECT_TRUE(stored() == text) << coding;
    EXPECT_EQ(std::get<Saved>(outcome).sha256, sha256(text)) << coding;
    EXPECT_EQ(std::get<Saved>(outcome).note, "") << coding;
    const Outcome cut = conclude(head(200, std::nullopt, {{"Content-Encoding", coding}}),
                                 body.substr(0, body.size() / 2));
    EXPECT_EQ(error_of(cut), ErrorClass::truncated) << coding;
    EXPECT_EQ(std::get<Failed>(cut).retry, Retry::yes) << coding;
  }
}

TEST_F(BodyTest, ACodingOverSeveralLinesIsOneList) {
  const std::string body = support::encode_zstd(support::encode_gzip("abc"));
  (void)conclude(
      head(200, body.size(), {{"Content-Encoding", "gzip"}, {"Content-Encoding", "zstd"}}), body);
  EXPECT_EQ(stored(), "abc");
}

TEST_F(BodyTest, WhatIsNoCodingIsLeftAlone) {
  for (const char* word : {"", "identity", "UTF-8", "none", "aws-chunked"}) {
    const Outcome outcome = conclude(head(200, 3, {{"Content-Encoding", word}}), "abc");
    EXPECT_EQ(stored(), "abc") << word;
    EXPECT_EQ(std::get<Saved>(outcome).note, "") << word;
  }
}

TEST_F(BodyTest, ACodingThatOnlyFilesHaveStaysAndIsNoted) {
  const Outcome outcome = conclude(head(200, 3, {{"Content-Encoding", "x-xz"}}), "abc");
  EXPECT_EQ(stored(), "abc");
  EXPECT_NE(std::get<Saved>(outcome).note.find("'xz'"), std::string::npos);
  const Outcome endless =
      conclude(head(200, std::nullopt, {{"Content-Encoding", "x-xz"}}), "abc", kUntilClose);
  EXPECT_NE(std::get<Saved>(endless).note.find("'xz'"), std::string::npos);
  EXPECT_NE(std::get<Saved>(endless).note.find("; the server gave no length"), std::string::npos);
}

TEST_F(BodyTest, AnyNameSaysThatAFileIsGzip) {
  const ResponseHead plain = head(200, kGzip.size(), {{"Content-Encoding", "gzip"}});
  job_.link_extension = "gz";
  (void)conclude(plain, kGzip);
  EXPECT_EQ(stored(), kGzip);
  job_.link_extension = "";
  job_.hop_extensions = {"", "tgz"};
  (void)conclude(plain, kGzip);
  EXPECT_EQ(stored(), kGzip);
  job_.hop_extensions.clear();
  (void)conclude(plain, kGzip);
  EXPECT_EQ(stored(), "abc");
  for (const auto& [name, value] :
       {std::pair("Content-Disposition", "attachment; filename=a.tar.GZ"),
        std::pair("Content-Type", "application/x-gzip")}) {
    (void)conclude(head(200, kGzip.size(), {{"Content-Encoding", "gzip"}, {name, value}}), kGzip);
    EXPECT_EQ(stored(), kGzip) << name;
  }
}

TEST_F(BodyTest, AnEmptyBodyOfACodingIsTheFileIfItsEndIsKnown) {
  const Lines gzip{{"Content-Encoding", "gzip"}};
  EXPECT_EQ(error_of(conclude(head(200, std::nullopt, gzip), "", kUntilClose)),
            ErrorClass::truncated);
  EXPECT_TRUE(std::holds_alternative<Saved>(conclude(head(200, 0, gzip), "")));
  EXPECT_EQ(stored(), "");
}

TEST_F(BodyTest, WhatIsNotAsItsCodingSaysIsNamed) {
  for (const char* coding : {"gzip", "zstd", "br"}) {
    const Outcome outcome = conclude(head(200, 9, {{"Content-Encoding", coding}}), "<!DOCTYPE");
    EXPECT_EQ(error_of(outcome), ErrorClass::protocol) << coding;
    EXPECT_NE(message_of(outcome).find(coding), std::string::npos) << message_of(outcome);
    EXPECT_TRUE(store_.is_empty());
  }
  const Outcome many = conclude(head(200, 3, {{"Content-Encoding", "br,br,br,br,br"}}), "abc");
  EXPECT_EQ(message_of(many), "its Content-Encoding has more than 4 codings");
}

TEST_F(BodyTest, ABodyWhoseEndIsNotProvedIsSavedIfTheSameComesTwice) {
  const ResponseHead endless = head(200, std::nullopt);
  for (const HashContent hash : {HashContent::yes, HashContent::no}) {
    job_.hash_content = hash;
    job_.unproved.reset();
    const Outcome first = conclude(endless, "abc", kUnproved);
    EXPECT_EQ(error_of(first), ErrorClass::truncated);
    EXPECT_EQ(std::get<Failed>(first).retry, Retry::yes);
    EXPECT_EQ(std::get<Failed>(first).unproved, sha256("abc"));
    EXPECT_TRUE(store_.is_empty());

    job_.unproved = std::get<Failed>(first).unproved;
    const Outcome longer = conclude(endless, "abcd", kUnproved);
    EXPECT_EQ(error_of(longer), ErrorClass::truncated);
    EXPECT_EQ(std::get<Failed>(longer).unproved, sha256("abcd"));

    const Outcome again = conclude(endless, "abc", kUnproved);
    ASSERT_TRUE(std::holds_alternative<Saved>(again));
    EXPECT_EQ(stored(), "abc");
    EXPECT_NE(std::get<Saved>(again).note.find("does not close its connections properly"),
              std::string::npos);
    EXPECT_EQ(std::get<Saved>(again).sha256.has_value(), hash == HashContent::yes);

    const Outcome proved = conclude(endless, "abcde", kUntilClose);
    ASSERT_TRUE(std::holds_alternative<Saved>(proved));
    EXPECT_NE(std::get<Saved>(proved).note.find("no length"), std::string::npos);
  }
}

TEST_F(BodyTest, AnUnprovedBodyIsTruncatedBeforeItIsUnwelcome) {
  job_.min_size = 10;
  EXPECT_EQ(error_of(conclude(head(200, std::nullopt), "abc", kUnproved)), ErrorClass::truncated);
  job_.unproved = sha256("abc");
  EXPECT_EQ(error_of(conclude(head(200, std::nullopt), "abc", kUnproved)), ErrorClass::filtered);
}

TEST_F(BodyTest, TooLargeByItsLengthOrByItsBytes) {
  job_.max_size = 2;
  Body body(job_, store_);
  const ResponseHead announced = head(200, 3);
  EXPECT_FALSE(body.begin(announced));
  EXPECT_EQ(error_of(body.refusal({})), ErrorClass::too_large);
  EXPECT_EQ(error_of(conclude(head(200, std::nullopt), "abc")), ErrorClass::too_large);
  EXPECT_EQ(error_of(conclude(head(200, kGzip.size(), {{"Content-Encoding", "gzip"}}), kGzip)),
            ErrorClass::too_large);
  EXPECT_TRUE(std::holds_alternative<Saved>(conclude(head(200, 2), "ab")));
}

TEST_F(BodyTest, HtmlForAPictureIsOfTheWrongType) {
  job_.url = "http://a.example/a.jpg";
  const Outcome outcome = conclude(head(200, std::nullopt, {{"Content-Type", "text/html"}}),
                                   "<!DOCTYPE html>" + std::string(1000, ' '));
  EXPECT_EQ(error_of(outcome), ErrorClass::wrong_type);
  EXPECT_NE(message_of(outcome).find("HTML"), std::string::npos);
}

TEST_F(BodyTest, WhatTheUserDoesNotWantIsSkipped) {
  job_.accept_types = {"image/*"};
  EXPECT_EQ(error_of(conclude(head(200, 3, {{"Content-Type", "text/plain"}}), "abc")),
            ErrorClass::filtered);
  job_.accept_types.clear();
  job_.min_size = 4;
  const Outcome small = conclude(head(200, 3), "abc");
  EXPECT_EQ(error_of(small), ErrorClass::filtered);
  EXPECT_NE(message_of(small).find("--min-size"), std::string::npos);
  EXPECT_TRUE(store_.is_empty());
}

TEST_F(BodyTest, ARobotsTagForbidsAFileButNoErrorPage) {
  const Lines lines{{"X-Robots-Tag", "nofollow"}, {"x-robots-tag", "noai"}};
  EXPECT_TRUE(std::holds_alternative<Saved>(conclude(head(200, 3, lines), "abc")));
  job_.respect_robots_tag = true;
  for (const std::string bytes : {"", "abc"}) {
    const Outcome outcome = conclude(head(200, bytes.size(), lines), bytes);
    EXPECT_EQ(error_of(outcome), ErrorClass::filtered);
    EXPECT_EQ(message_of(outcome), "its X-Robots-Tag says noai");
  }
  Body body(job_, store_);
  const ResponseHead error_page = head(404, 3, lines);
  EXPECT_FALSE(body.begin(error_page));
  body.end(kComplete);
  EXPECT_FALSE(body.is_refused()) << "it is a 404";
}

TEST_F(BodyTest, AnErrorPageAndARedirectAreNotWanted) {
  for (const int status : {302, 404, 503}) {
    Body body(job_, store_);
    const ResponseHead page = head(status, 3, {{"Location", "/b"}});
    EXPECT_FALSE(body.begin(page)) << status;
    EXPECT_FALSE(body.is_wanted()) << status;
    EXPECT_FALSE(body.is_refused()) << status;
    EXPECT_TRUE(store_.is_empty()) << status;
  }
}

TEST_F(BodyTest, NoContentAndNotModifiedAreNoFile) {
  for (const int status : {204, 304, 301, 206}) {
    Body body(job_, store_);
    const ResponseHead bare = head(status, std::nullopt);
    EXPECT_FALSE(body.begin(bare)) << status;
    body.end(kComplete);
    EXPECT_FALSE(body.is_refused()) << status;
    EXPECT_FALSE(body.is_wanted()) << status;
    EXPECT_TRUE(store_.is_empty()) << status;
  }
}

TEST_F(BodyTest, NoResponseIsNoRefusal) {
  Body body(job_, store_);
  body.end({.cause = EndCause::connect});
  EXPECT_FALSE(body.is_refused());
  EXPECT_FALSE(body.is_wanted());
}

TEST_F(BodyTest, Http2WithoutALengthHasAnUncertainEnd) {
  const ResponseHead unsure = head(200, std::nullopt, {}, HttpVersion::http_2);
  Body body(job_, store_);
  EXPECT_FALSE(body.begin(unsure));
  EXPECT_TRUE(body.end_is_uncertain());
  EXPECT_EQ(error_of(body.refusal({})), ErrorClass::protocol) << "if it is not asked for again";
  EXPECT_TRUE(
      std::holds_alternative<Saved>(conclude(head(200, 3, {}, HttpVersion::http_2), "abc")));
}

TEST_F(BodyTest, ATooLongHeadIsNotBelieved) {
  ResponseHead endless = head(200, 3);
  while (endless.add("A", "x")) continue;
  Body body(job_, store_);
  EXPECT_FALSE(body.begin(endless));
  EXPECT_TRUE(store_.is_empty());
}

TEST_F(BodyTest, ADiskThatFailsIsNamed) {
  store_.create_error = ENOSPC;
  EXPECT_EQ(error_of(conclude(head(200, 3), "abc")), ErrorClass::disk);
  store_.append_error = ENOSPC;
  EXPECT_EQ(error_of(conclude(head(200, 3), "abc")), ErrorClass::disk);
  store_.commit_error = EIO;
  EXPECT_EQ(error_of(conclude(head(200, 3), "abc")), ErrorClass::disk);
  store_.append_error = EFBIG;
  EXPECT_EQ(error_of(conclude(head(200, 3), "abc")), ErrorClass::too_large);
  EXPECT_TRUE(store_.is_empty());
}

// --- Resumed ---

TEST_F(BodyTest, ARestMakesTheFileWhole) {
  leave_part(2 * kMiB + 5);
  Body body(job_, store_);
  resume(body);
  EXPECT_EQ(body.rest().offset, 2 * kMiB + 5);
  EXPECT_EQ(body.rest().etag, "\"1\"");
  const Outcome outcome = conclude(body, rest_head(2 * kMiB + 5), kFile.substr(2 * kMiB + 5));
  EXPECT_TRUE(stored() == kFile);
  const auto& saved = std::get<Saved>(outcome);
  EXPECT_EQ(saved.bytes, kFile.size());
  EXPECT_EQ(saved.sha256, sha256(kFile));
  EXPECT_EQ(saved.response.content_type, "x/y") << "as the first response said";
}

TEST_F(BodyTest, ARestThatEndsEarlyIsTruncated) {
  leave_part(2 * kMiB);
  Body body(job_, store_);
  resume(body);
  ResponseHead chunked =
      head(206, std::nullopt, {{"Content-Range", "bytes 2097152-3145727/3145728"}});
  EXPECT_EQ(error_of(conclude(body, chunked, kFile.substr(2 * kMiB, 100))), ErrorClass::truncated);
}

TEST_F(BodyTest, WhatDoesNotContinueThePartIsAskedForAgain) {
  leave_part(2 * kMiB);
  struct Case {
    ResponseHead head;
    std::string bytes;
    const char* why;
  };
  for (const auto& [head, bytes, why] : {
           Case{rest_head(2 * kMiB, "\"2\""), "abc", "another version"},
           Case{rest_head(2 * kMiB + 1), "abc", "another offset"},
           Case{BodyTest::head(416, 0), "", "no such range"},
           Case{BodyTest::head(206, std::nullopt,
                               {{"Content-Range", "bytes 2097152-3145727/3145728"}}),
                kFile.substr(2 * kMiB) + "x", "more than the range"},
       }) {
    Body body(job_, store_);
    resume(body);
    EXPECT_EQ(body.begin(head), std::string_view(why).starts_with("more"));
    if (body.is_wanted()) (void)feed(body, bytes);
    body.end(kComplete);
    EXPECT_TRUE(body.part_is_outdated()) << why;
    EXPECT_TRUE(body.is_refused()) << why;
    body.keep_part();
  }
}

TEST_F(BodyTest, AWholeFileReplacesThePart) {
  leave_part(2 * kMiB);
  Body body(job_, store_);
  resume(body);
  const Outcome outcome = conclude(body, head(200, 3), "new");
  EXPECT_TRUE(std::holds_alternative<Saved>(outcome));
  EXPECT_EQ(stored(), "new");
}

TEST_F(BodyTest, StartingOverForgetsThePart) {
  leave_part(2 * kMiB);
  Body body(job_, store_);
  resume(body);
  const ResponseHead outdated = head(416, 0);
  EXPECT_FALSE(body.begin(outdated));
  body.end(kComplete);
  body.start_over();
  EXPECT_EQ(body.rest().offset, 0u);
  EXPECT_TRUE(store_.is_empty());
  EXPECT_TRUE(std::holds_alternative<Saved>(conclude(body, head(200, 3), "new")));
}

/// The request has been repeated already: the next attempt asks for the whole.
TEST_F(BodyTest, AnOutdatedPartThatIsNotAskedForAgainGoes) {
  leave_part(2 * kMiB);
  Body body(job_, store_);
  resume(body);
  const ResponseHead other = rest_head(2 * kMiB, "\"2\"");
  auto failed = std::get<Failed>(conclude(body, other, "abc"));
  EXPECT_EQ(failed.error, ErrorClass::truncated);
  EXPECT_EQ(failed.retry, Retry::yes);
  body.leave_part(failed);
  EXPECT_EQ(failed.secured, 0u);
  EXPECT_TRUE(store_.is_empty());
}

TEST_F(BodyTest, ARedirectKeepsThePartForWhereItPoints) {
  leave_part(2 * kMiB);
  {
    Body body(job_, store_);
    resume(body);
    const ResponseHead redirect = head(302, 0, {{"Location", "/b"}});
    EXPECT_FALSE(body.begin(redirect));
    body.end(kComplete);
    EXPECT_FALSE(body.is_refused());
    body.keep_part();
  }
  ASSERT_NE(store_.find("p"), nullptr);
  EXPECT_TRUE(store_.find("p")->sidecar);
}

TEST_F(BodyTest, AFailureThatWouldRepeatLeavesNoPart) {
  const ResponseHead head = file_head();
  {
    Body body(job_, store_);
    EXPECT_TRUE(body.begin(head));
    EXPECT_TRUE(feed(body, std::string_view(kFile).substr(0, 2 * kMiB)));
    body.end(kCut);
    Failed failed{.retry = Retry::no};
    body.leave_part(failed);
    EXPECT_EQ(failed.secured, 0u);
  }
  EXPECT_TRUE(store_.is_empty());
}

TEST_F(BodyTest, OnlyTheBytesOfThisAttemptAreSecured) {
  leave_part(2 * kMiB);
  const ResponseHead head = rest_head(2 * kMiB);
  Body body(job_, store_);
  resume(body);
  EXPECT_TRUE(body.begin(head));
  EXPECT_TRUE(feed(body, kFile.substr(2 * kMiB, 1000)));
  body.end(kCut);
  Failed failed{.retry = Retry::yes};
  body.leave_part(failed);
  EXPECT_EQ(failed.secured, 1000u);
}

}  // namespace
}  // namespace fanfetch
