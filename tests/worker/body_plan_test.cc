#include "worker/body_plan.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

constexpr std::uint64_t kOffset = 2'000'000;

ResponseHead head(int status, std::optional<std::uint64_t> length = {},
                  std::initializer_list<ResponseHead::Line> lines = {},
                  HttpVersion version = HttpVersion::http_1_1) {
  ResponseHead head(status, version);
  if (length) head.set_body_length(*length);
  for (const auto& [name, value] : lines) EXPECT_TRUE(head.add(name, value));
  return head;
}

const Sidecar kPart{.part_name = "p", .etag = "\"1\"", .length = 3'000'000};
const ResponseHead::Line kRange{"Content-Range", "bytes 2000000-2999999/3000000"};
const ResponseHead::Line kNoAi{"X-Robots-Tag", "noai"};
const ResponseHead::Line kGzipped{"Content-Encoding", "gzip"};

TEST(BodyPlan, TheWholeWasAskedFor) {
  const Job job{.url = "http://a.example/a",
                .user_agent = "fanfetch",
                .respect_robots_tag = true,
                .max_size = 100};
  struct Case {
    ResponseHead head;
    BodyPlan plan;
  };
  for (const auto& [one, plan] : {
           Case{head(200, 3), BodyPlan::store},
           Case{head(203), BodyPlan::store},
           Case{head(0), BodyPlan::ignore},
           Case{head(204), BodyPlan::ignore},
           Case{head(206, 3, {kRange}), BodyPlan::ignore},
           Case{head(304), BodyPlan::ignore},
           Case{head(404, 3, {kNoAi}), BodyPlan::ignore},
           Case{head(416), BodyPlan::ignore},
           Case{head(200, 3, {kNoAi}), BodyPlan::forbidden},
           Case{head(200, 100), BodyPlan::store},
           Case{head(200, 101), BodyPlan::too_large},
           Case{head(200, 3, {kGzipped}), BodyPlan::store},
           Case{head(200, 3, {kRange}), BodyPlan::store},
           Case{head(200, 3, {{"Content-Encoding", "identity"}}), BodyPlan::store},
           Case{head(200, 3, {kGzipped, kGzipped, kGzipped, kGzipped}), BodyPlan::store},
           Case{head(200, 3, {kGzipped, kGzipped, kGzipped, kGzipped, kGzipped}),
                BodyPlan::too_coded},
           Case{head(200, {}, {}, HttpVersion::http_2), BodyPlan::uncertain_end},
           Case{head(200, 3, {}, HttpVersion::http_2), BodyPlan::store},
       }) {
    EXPECT_EQ(plan_body(job, one, std::nullopt), plan)
        << one.status() << ' ' << one.joined("Content-Encoding");
  }
}

TEST(BodyPlan, TheRestWasAskedFor) {
  const Job job{.user_agent = "fanfetch", .respect_robots_tag = true, .max_size = 3'000'000};
  const AskedRest rest{kPart, kOffset};
  const auto plan = [&](const ResponseHead& one) { return plan_body(job, one, rest); };
  EXPECT_EQ(plan(head(206, 1'000'000, {kRange})), BodyPlan::resume);
  EXPECT_EQ(plan(head(206, 1'000'000, {kRange, kNoAi})), BodyPlan::forbidden);
  EXPECT_EQ(plan(head(206, 999'999, {kRange})), BodyPlan::outdated_part);
  EXPECT_EQ(plan(head(206, 1'000'000)), BodyPlan::outdated_part);
  EXPECT_EQ(plan(head(416)), BodyPlan::outdated_part);
  EXPECT_EQ(plan(head(206, 1'000'000, {kRange, kRange})), BodyPlan::outdated_part);
  EXPECT_EQ(plan(head(200, 1'000'000, {kRange})), BodyPlan::outdated_part) << "part or whole?";
  EXPECT_EQ(plan(head(200, 3)), BodyPlan::store);
  EXPECT_EQ(plan(head(302)), BodyPlan::ignore);
  EXPECT_EQ(plan(head(404, 3, {kRange})), BodyPlan::ignore);
  EXPECT_EQ(plan(head(503)), BodyPlan::ignore);
  EXPECT_EQ(plan(head(0)), BodyPlan::ignore);
  const Job smaller{.max_size = 2'999'999};
  EXPECT_EQ(plan_body(smaller, head(206, 1'000'000, {kRange}), rest), BodyPlan::too_large);
}

TEST(BodyPlan, ATooLongHeadIsOfNoUse) {
  ResponseHead endless = head(200, 3);
  while (endless.add("A", "x")) continue;
  EXPECT_EQ(plan_body({}, endless, std::nullopt), BodyPlan::ignore);
}

}  // namespace
}  // namespace fanfetch
