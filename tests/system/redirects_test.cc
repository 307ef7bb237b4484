// Redirects: each hop is a new job under the same rules, and no secret crosses to another origin.

#include <fmt/format.h>

#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

using RedirectsTest = SystemTest;

TEST_F(RedirectsTest, RelativeAndAbsolute) {
  origin_.serve("/a.jpg", redirect("b.jpg"));
  origin_.serve("/b.jpg", redirect("/c/d.jpg?x=1", 301));
  origin_.serve("/c/d.jpg", redirect(origin_.url("/end.png"), 307));
  origin_.serve("/end.png", ok(picture()));
  const ResultLine line = fetch("/a.jpg");
  EXPECT_EQ("saved", line.status) << line.message.value_or("");
  EXPECT_EQ(origin_.url("/a.jpg"), line.url);
  EXPECT_EQ(origin_.url("/end.png"), line.final_url);
  EXPECT_EQ("a.jpg", line.file_name) << "the name is the link's";
  EXPECT_EQ(200, line.http_status);
}

TEST_F(RedirectsTest, TenHopsAreFollowed) {
  for (int i = 0; i < 10; ++i) {
    origin_.serve(fmt::format("/{}.jpg", i), redirect(fmt::format("/{}.jpg", i + 1)));
  }
  origin_.serve("/10.jpg", ok(picture()));
  const ResultLine line = fetch("/0.jpg");
  EXPECT_EQ("saved", line.status) << line.message.value_or("");
  EXPECT_EQ(11u, origin_.count());
}

TEST_F(RedirectsTest, AHopGivesItsPlaceAtTheHostBack) {
  const auto paths = serve_many(10, 1000);
  std::vector<std::string> links;
  for (const std::string& path : paths) {
    origin_.serve("/from" + path, redirect(path));
    links.push_back("/from" + path);
  }
  const Finished finished = run(list_setup(links, {"--per-host=2"}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(served(), saved_files());
}

TEST_F(RedirectsTest, LoopEnds) {
  origin_.serve("/a.jpg", redirect("/b.jpg"));
  origin_.serve("/b.jpg", redirect("/a.jpg"));
  const ResultLine line = fetch("/a.jpg");
  EXPECT_EQ("failed", line.status);
  EXPECT_EQ("redirects", line.error);
  EXPECT_EQ(false, line.retryable);
  EXPECT_LE(origin_.count(), 11u);
}

TEST_F(RedirectsTest, LeadingNowhere) {
  for (const char* location : {"file:///etc/passwd", "ftp://127.0.0.1/a.jpg", "http://",
                               "javascript:alert(1)", "http://[::1"}) {
    origin_.serve("/a.jpg", redirect(location));
    const ResultLine line = fetch("/a.jpg", {"--retries=0"});
    EXPECT_EQ("failed", line.status) << location;
    EXPECT_TRUE(saved_files().empty()) << location;
  }
  origin_.serve("/a.jpg", status(302));  // no Location
  EXPECT_EQ("failed", fetch("/a.jpg", {"--retries=0"}).status);
}

TEST_F(RedirectsTest, TooLongALocation) {
  origin_.serve("/a.jpg", redirect("/" + std::string(20'000, 'x')));
  EXPECT_EQ("failed", fetch("/a.jpg", {"--retries=0"}).status);
  EXPECT_EQ(1u, origin_.count());
}

TEST_F(RedirectsTest, SecretsStayWithinTheOrigin) {
  FaultOrigin other("127.0.0.2");
  origin_.serve("/a.jpg", redirect("/b.jpg"));
  origin_.serve("/b.jpg", redirect(other.url("/c.jpg")));
  other.serve("/c.jpg", redirect("/d.jpg"));
  other.serve("/d.jpg", ok(picture()));
  const std::string link = "http://me:hidden@" + origin_.url("/a.jpg").substr(7);
  const Finished finished = run(list_setup(
      {link}, {"--header-for", "127.0.0.1", "X-Api-Key: hidden", "-H", "X-Token: hidden", "-v"}));
  ASSERT_EQ(0, finished.exit_status) << finished.describe();

  ASSERT_EQ(2u, origin_.count());
  for (const Request& request : origin_.requests()) {
    EXPECT_EQ("hidden", request.header("x-api-key")) << request.path;
    EXPECT_EQ("hidden", request.header("x-token")) << request.path;
    EXPECT_TRUE(request.header("authorization").value_or("").starts_with("Basic ")) << request.path;
  }
  ASSERT_EQ(2u, other.count());
  for (const Request& request : other.requests()) {
    for (const char* name : {"x-api-key", "x-token", "authorization", "cookie", "referer"}) {
      EXPECT_FALSE(request.header(name)) << request.path << ' ' << name;
    }
  }
  EXPECT_FALSE(has(finished.err + read_file(results()), "hidden")) << finished.describe();
}

TEST_F(RedirectsTest, AnotherPortIsAnotherOrigin) {
  FaultOrigin other;
  origin_.serve("/a.jpg", redirect(other.url("/b.jpg")));
  other.serve("/b.jpg", ok(picture()));
  const std::string link = "http://me:hidden@" + origin_.url("/a.jpg").substr(7);
  EXPECT_EQ("saved", fetch(link, {"-H", "X-Token: hidden"}).status);
  ASSERT_EQ(1u, other.count());
  EXPECT_FALSE(other.requests()[0].header("x-token"));
  EXPECT_FALSE(other.requests()[0].header("authorization"));
}

TEST_F(RedirectsTest, RetryStartsFromTheLink) {
  origin_.serve("/a.jpg", redirect("/b.jpg"));
  origin_.serve_in_turn("/b.jpg", {status(503), ok(picture())});
  const ResultLine line = fetch("/a.jpg");
  EXPECT_EQ("saved", line.status);
  EXPECT_EQ(2, line.attempts) << "hops are not attempts";
  EXPECT_EQ(2u, origin_.count("/a.jpg"));
}

TEST_F(RedirectsTest, WithALongPageBesideIt) {
  Reply reply = redirect("end.jpg");
  reply.body = std::string(200'000, 'x');
  origin_.serve("/a.jpg", reply);
  origin_.serve("/end.jpg", ok(picture()));
  EXPECT_EQ("saved", fetch("/a.jpg").status);
}

}  // namespace
}  // namespace fanfetch::system
