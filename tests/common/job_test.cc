#include "common/job.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace fanfetch {
namespace {

using Buffer = std::array<std::byte, 4096>;

Job full_job() {
  return {.url = "https://example.org/a?b",
          .part_name = "00ff",
          .userinfo = "me:secret",
          .user_agent = "fanfetch/1",
          .proxy = "http://proxy:3128",
          .headers = {"A: 1", "B: 2"},
          .connect_host = "proxy",
          .connect_port = 3128,
          .addresses = {"2001:db8::1", "192.0.2.1"},
          .if_none_match = "\"v1\"",
          .if_modified_since = "Sun, 06 Nov 1994 08:49:37 GMT",
          .earlier_part = EarlierPart::none,
          .unproved = sha256("x"),
          .link_extension = "jpg",
          .hop_extensions = {"gz", ""},
          .accept_types = {"image/*", "video/mp4"},
          .min_size = 9,
          .respect_robots_tag = true,
          .check = CheckContent::no,
          .timeout = std::chrono::milliseconds(5),
          .connect_timeout = std::chrono::milliseconds(6),
          .stall_timeout = std::chrono::seconds(7),
          .min_speed = 8,
          .max_size = 1ull << 40,
          .hash_content = HashContent::no,
          .verify_tls = VerifyTls::no,
          .http2 = Http2::yes};
}

TEST(Job, ComesBackAsItWas) {
  Buffer buffer;
  const Job job = full_job();
  const auto size = encode(job, buffer);
  ASSERT_GT(size, 0u);
  const auto back = decode_job(std::span(buffer).first(size));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->url, job.url);
  EXPECT_EQ(back->part_name, job.part_name);
  EXPECT_EQ(back->userinfo, job.userinfo);
  EXPECT_EQ(back->user_agent, job.user_agent);
  EXPECT_EQ(back->proxy, job.proxy);
  EXPECT_EQ(back->headers, job.headers);
  EXPECT_EQ(back->if_none_match, job.if_none_match);
  EXPECT_EQ(back->if_modified_since, job.if_modified_since);
  EXPECT_EQ(back->earlier_part, job.earlier_part);
  EXPECT_EQ(back->unproved, job.unproved);
  EXPECT_EQ(back->link_extension, job.link_extension);
  EXPECT_EQ(back->hop_extensions, job.hop_extensions);
  EXPECT_EQ(back->accept_types, job.accept_types);
  EXPECT_EQ(back->min_size, job.min_size);
  EXPECT_EQ(back->respect_robots_tag, job.respect_robots_tag);
  EXPECT_EQ(back->check, job.check);
  EXPECT_EQ(back->timeout, job.timeout);
  EXPECT_EQ(back->connect_timeout, job.connect_timeout);
  EXPECT_EQ(back->stall_timeout, job.stall_timeout);
  EXPECT_EQ(back->min_speed, job.min_speed);
  EXPECT_EQ(back->max_size, job.max_size);
  EXPECT_EQ(back->hash_content, job.hash_content);
  EXPECT_EQ(back->connect_host, job.connect_host);
  EXPECT_EQ(back->connect_port, job.connect_port);
  EXPECT_EQ(back->addresses, job.addresses);
  EXPECT_EQ(back->verify_tls, job.verify_tls);
  EXPECT_EQ(back->http2, job.http2);
}

TEST(Job, SaysWhenItDoesNotFit) {
  Buffer buffer;
  EXPECT_EQ(encode(full_job(), std::span(buffer).first(20)), 0u);
}

TEST(Outcome, ComesBackAsItWas) {
  Buffer buffer;
  Saved saved{.response = {.http_status = 200,
                           .content_type = "image/jpeg",
                           .etag = "\"x\"",
                           .last_modified = "yesterday",
                           .location = "http://elsewhere/",
                           .retry_after = "5"},
              .bytes = 12345,
              .sha256 = sha256("abc"),
              .type = "image/png",
              .suggested_name = "a\nb.png",
              .note = "no length"};
  auto size = encode(Outcome(saved), buffer);
  auto back = decode_outcome(std::span(buffer).first(size));
  ASSERT_TRUE(back);
  const auto& same = std::get<Saved>(*back);
  EXPECT_EQ(same.response.http_status, 200);
  EXPECT_EQ(same.response.content_type, "image/jpeg");
  EXPECT_EQ(same.response.etag, "\"x\"");
  EXPECT_EQ(same.response.last_modified, "yesterday");
  EXPECT_EQ(same.response.location, "http://elsewhere/");
  EXPECT_EQ(same.response.retry_after, "5");
  EXPECT_EQ(same.bytes, 12345u);
  EXPECT_EQ(same.sha256, saved.sha256);
  EXPECT_EQ(same.type, "image/png");
  EXPECT_EQ(same.suggested_name, "a\nb.png");
  EXPECT_EQ(same.note, "no length");

  size = encode(Outcome(Failed{.error = ErrorClass::tls,
                               .retry = Retry::yes,
                               .message = "no",
                               .refused_address = "10.0.0.1",
                               .secured = 77,
                               .unproved = sha256("abc")}),
                buffer);
  back = decode_outcome(std::span(buffer).first(size));
  ASSERT_TRUE(back);
  const auto& failed = std::get<Failed>(*back);
  EXPECT_EQ(failed.error, ErrorClass::tls);
  EXPECT_EQ(failed.retry, Retry::yes);
  EXPECT_EQ(failed.message, "no");
  EXPECT_EQ(failed.refused_address, "10.0.0.1");
  EXPECT_EQ(failed.secured, 77u);
  EXPECT_EQ(failed.unproved, sha256("abc"));

  size = encode(Outcome(Kept{.response = {.http_status = 304, .etag = "\"y\""}}), buffer);
  back = decode_outcome(std::span(buffer).first(size));
  ASSERT_TRUE(back);
  EXPECT_EQ(std::get<Kept>(*back).response.http_status, 304);
  EXPECT_EQ(std::get<Kept>(*back).response.etag, "\"y\"");

  size =
      encode(Outcome(Skipped{.message = "not wanted", .response = {.http_status = 203}}), buffer);
  back = decode_outcome(std::span(buffer).first(size));
  ASSERT_TRUE(back);
  EXPECT_EQ(std::get<Skipped>(*back).reason, ErrorClass::filtered);
  EXPECT_EQ(std::get<Skipped>(*back).message, "not wanted");
  EXPECT_EQ(std::get<Skipped>(*back).response.http_status, 203);
}

TEST(Outcome, AnyCutOrExtraByteIsRefused) {
  Buffer buffer;
  const auto size = encode(Outcome(Saved{.sha256 = Sha256Digest{}}), buffer);
  for (std::size_t cut = 0; cut < size; ++cut) {
    EXPECT_FALSE(decode_outcome(std::span(buffer).first(cut))) << cut;
  }
  EXPECT_TRUE(decode_outcome(std::span(buffer).first(size)));
  EXPECT_FALSE(decode_outcome(std::span(buffer).first(size + 1)));
}

TEST(Outcome, AnErrorClassThatDoesNotExistIsRefused) {
  Buffer buffer;
  const auto size = encode(Outcome(Failed{.error = static_cast<ErrorClass>(200)}), buffer);
  EXPECT_FALSE(decode_outcome(std::span(buffer).first(size)));
}

/// Those of which the coordinator alone is the judge.
TEST(Outcome, AWorkerReportsNoClassOfTheCoordinators) {
  Buffer buffer;
  int taken = 0;
  for (int i = 0; i < 256; ++i) {
    const auto size = encode(Outcome(Failed{.error = static_cast<ErrorClass>(i)}), buffer);
    taken += decode_outcome(std::span(buffer).first(size)) ? 1 : 0;
  }
  EXPECT_EQ(taken, 14);
  for (const auto error :
       {ErrorClass::bad_url, ErrorClass::filtered, ErrorClass::duplicate, ErrorClass::redirects,
        ErrorClass::crashed_worker, ErrorClass::no_link}) {
    const auto size = encode(Outcome(Failed{.error = error}), buffer);
    EXPECT_FALSE(decode_outcome(std::span(buffer).first(size))) << name(error);
  }
}

TEST(Outcome, AStatusThatNoResponseHasIsRefused) {
  Buffer buffer;
  for (const auto& [status, taken] : {std::pair(0, true),
                                      {100, true},
                                      {599, true},
                                      {-1, false},
                                      {1, false},
                                      {99, false},
                                      {600, false},
                                      {0x7fffffff, false},
                                      {-0x7fffffff - 1, false}}) {
    const Response response{.http_status = status};
    const Outcome outcomes[] = {Saved{.response = response},   Kept{response},
                                Skipped{.response = response}, Redirected{response},
                                Failed{.response = response},  GivenUp{response}};
    for (const Outcome& outcome : outcomes) {
      const auto size = encode(outcome, buffer);
      EXPECT_EQ(decode_outcome(std::span(buffer).first(size)).has_value(), taken) << status;
    }
  }
}

TEST(JobReport, ComesBackAsItWas) {
  Buffer buffer;
  const auto size =
      encode(JobReport{.outcome = Saved{.bytes = 5}, .requests = 2, .bytes = 1000}, buffer);
  const auto back = decode_report(std::span(buffer).first(size));
  ASSERT_TRUE(back);
  EXPECT_EQ(std::get<Saved>(back->outcome).bytes, 5u);
  EXPECT_EQ(back->requests, 2u);
  EXPECT_EQ(back->bytes, 1000u);
}

TEST(JobReport, TimingsComeBackAsFarAsTheyAreKnown) {
  using namespace std::chrono_literals;
  Buffer buffer;
  const auto returned = [&](const Timings& timings) {
    const auto size = encode(JobReport{Saved{}, 1, timings}, buffer);
    return decode_report(std::span(buffer).first(size))->timings;
  };
  EXPECT_EQ(returned({}), Timings{});
  const Timings some{.connect = 0ms, .tls = std::nullopt, .first_byte = 1234ms};
  EXPECT_EQ(returned(some), some);
  EXPECT_EQ(returned({.tls = -5ms}).tls, 0ms) << "a clock that was broken";
  EXPECT_EQ(returned({.tls = 100h * 24 * 365}).tls, std::chrono::milliseconds(0xfffffffe));
}

TEST(JobReport, NoMoreRequestsAreBelievedThanASoundWorkerSends) {
  Buffer buffer;
  for (const std::uint32_t said : {kMaxJobRequests + 1, 0xffffffffu}) {
    const auto size = encode(JobReport{Saved{}, said}, buffer);
    EXPECT_EQ(decode_report(std::span(buffer).first(size))->requests, kMaxJobRequests);
  }
}

TEST(JobReport, NoMoreBytesAreBelievedThanAnyFileHas) {
  Buffer buffer;
  const auto size = encode(JobReport{.outcome = Saved{}, .bytes = ~std::uint64_t{0}}, buffer);
  EXPECT_EQ(decode_report(std::span(buffer).first(size))->bytes, kMaxReportedBytes);
}

TEST(JobReport, AnyCutOrExtraByteIsRefused) {
  Buffer buffer;
  const auto size = encode(JobReport{Saved{.sha256 = Sha256Digest{}}, 1}, buffer);
  for (std::size_t cut = 0; cut < size; ++cut) {
    EXPECT_FALSE(decode_report(std::span(buffer).first(cut))) << cut;
    EXPECT_EQ(encode(JobReport{Saved{.sha256 = Sha256Digest{}}, 1}, std::span(buffer).first(cut)),
              0u);
  }
  EXPECT_TRUE(decode_report(std::span(buffer).first(size)));
  EXPECT_FALSE(decode_report(std::span(buffer).first(size + 1)));
}

/// A captured worker may write anything; nothing of it may crash or ask for much memory.
TEST(Outcome, SurvivesRandomBytes) {
  std::mt19937_64 random(1);
  Buffer buffer;
  const auto size = encode(Outcome(Failed{.message = "some text", .refused_address = "x"}), buffer);
  for (int round = 0; round < 20'000; ++round) {
    Buffer broken = buffer;
    for (int i = 0; i < 3; ++i) broken[random() % size] = static_cast<std::byte>(random());
    (void)decode_outcome(std::span(broken).first(size));
    (void)decode_report(std::span(broken).first(size));
    for (auto& byte : std::span(broken).first(200)) byte = static_cast<std::byte>(random());
    (void)decode_outcome(std::span(broken).first(random() % 200));
    (void)decode_job(std::span(broken).first(random() % 200));
  }
}

}  // namespace
}  // namespace fanfetch
