// What is asked for is what was listed: the request's target, byte by byte, as the origin gets it.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "tests/support/fault_dns.h"
#include "tests/support/test_proxy.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

using Texts = std::vector<std::string>;

struct Row {
  const char *listed, *target;
};

constexpr Row kRows[] = {
    // Signed links, and what object stores and content networks hand out:
    {"/b/k%2Fey%7E1.bin?X-Amz-Signature=0a%2fb&X-Amz-Date=2024+01;v='1'!(2)*",
     "/b/k%2Fey%7E1.bin?X-Amz-Signature=0a%2fb&X-Amz-Date=2024+01;v='1'!(2)*"},
    {"/s.bin?Policy=eyJ%2b~_-&Signature=a%2f%3d&Key-Pair-Id=A,B:$@",
     "/s.bin?Policy=eyJ%2b~_-&Signature=a%2f%3d&Key-Pair-Id=A,B:$@"},
    {"/%c3%bC/%41%2d%7e.bin", "/%c3%bC/%41%2d%7e.bin"},
    {"/v%2e1/%2e%2E/w.bin", "/v%2e1/%2e%2E/w.bin"},
    {"/q.bin?", "/q.bin?"},
    {"/q2.bin??", "/q2.bin??"},
    {"//cdn//x.bin", "//cdn//x.bin"},
    {"/a[1].bin?f[]=1", "/a[1].bin?f[]=1"},
    {"/100%.bin?%zz%4", "/100%.bin?%zz%4"},
    // What no URL may hold:
    {"/a b.bin?c d+e", "/a%20b.bin?c%20d+e"},
    {"/^|{}\"<>\\`.bin?^|{}\"<>\\`",
     "/%5E%7C%7B%7D%22%3C%3E%5C%60.bin?%5E%7C%7B%7D%22%3C%3E%5C%60"},
    {"/caf\xc3\xa9.bin?\xc3\xa9", "/caf%C3%A9.bin?%C3%A9"},
    {"/caf\xe9.bin", "/caf%E9.bin"},
    {"/\x01\x7f.bin", "/%01%7F.bin"},
    // Literal dot segments, and what is never sent:
    {"/d/./e/../f.bin", "/d/f.bin"},
    {"/../g.bin#Section One", "/g.bin"},
    {"/h.bin?#\xff^ %", "/h.bin?"},
};

class AskedTest : public SystemTest {
 protected:
  void SetUp() override {
    origin_.serve_rest([](Connection& connection, const Request& request) {
      answer(connection, request, ok("body of " + request.target));
    });
  }
  [[nodiscard]] Texts targets() const {
    Texts asked;
    for (const Request& request : origin_.requests()) asked.push_back(request.target);
    return asked;
  }
};

TEST_F(AskedTest, EachLinkAsItIsListed) {
  Texts links, expected;
  for (const auto& [listed, target] : kRows) {
    links.push_back(origin_.url(listed));
    expected.emplace_back(target);
  }
  const Finished finished = run(list_setup(links));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  Texts asked = targets();
  std::sort(asked.begin(), asked.end());
  Texts sorted = expected;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(sorted, asked);

  const auto lines = records();
  ASSERT_EQ(links.size(), lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(origin_.url(expected[i]), lines[i].final_url) << lines[i].message.value_or("");
  }
  EXPECT_EQ(0, run(list_setup(links)).exit_status);
  for (const ResultLine& line : records()) EXPECT_EQ("kept", line.status);
  EXPECT_EQ(links.size(), origin_.count()) << "known again";
}

TEST_F(AskedTest, ThroughAProxyToo) {
  const TestProxy proxy(origin_.port());  // takes every host to the origin
  for (const auto& [listed, target] : kRows) {
    const std::string link = std::string("HTTP://Pictures.TEST:80") + listed;
    EXPECT_EQ("saved", fetch(link, {"--proxy=" + proxy.url("http")}).status) << listed;
    EXPECT_EQ(std::string("http://pictures.test") + target, targets().back());
    EXPECT_EQ("pictures.test", origin_.requests().back().header("host"));
    std::filesystem::remove_all(output());
  }
}

TEST_F(AskedTest, TriedAgainAskedAboutAndRetriedAsListed) {
  const std::string target = "/%7e/%c3%a9.bin?sig=%2f";
  origin_.serve_in_turn(
      target, {status(503), status(500), Reply{.body = "body", .headers = {{"ETag", "\"1\""}}}});
  EXPECT_EQ("failed", fetch(target, {"--retries=1"}).status);
  EXPECT_EQ("saved", fetch(target, {"--retry-failed=all"}).status);
  EXPECT_EQ(0, run(list_setup({target}, {"--refresh"})).exit_status);
  EXPECT_EQ((Texts{target, target, target, target}), targets());
}

TEST_F(AskedTest, OfOneLinkInTwoSpellingsTheFirst) {
  const Finished finished =
      run(list_setup({"/%7Ex/%c3%a9.bin?", "/~x/%C3%A9.bin", "/~x/\xc3\xa9.bin#top"}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(Texts{"/%7Ex/%c3%a9.bin?"}, targets());
  EXPECT_EQ(1, records()[2].duplicate_of);
}

TEST_F(AskedTest, ARedirectAsTheServerWritesIt) {
  origin_.serve("/caf%C3%A9.jpg", redirect("/caf%c3%a9.jpg", 301));
  origin_.serve("/caf%c3%a9.jpg", redirect("%63af\xe9.jpg?#top", 301));
  origin_.serve("/%63af%E9.jpg?", redirect("./a b/../c|d.jpg"));
  origin_.serve("/c%7Cd.jpg", ok(picture()));
  const ResultLine line = fetch("/caf\xc3\xa9.jpg");
  EXPECT_EQ("saved", line.status) << line.message.value_or("");
  EXPECT_EQ(origin_.url("/c%7Cd.jpg"), line.final_url);
  EXPECT_EQ("caf\xc3\xa9.jpg", line.file_name);
  EXPECT_EQ((Texts{"/caf%C3%A9.jpg", "/caf%c3%a9.jpg", "/%63af%E9.jpg?", "/c%7Cd.jpg"}), targets());
}

TEST_F(AskedTest, ServersThatDisagreeAboutASpellingAreALoop) {
  origin_.serve("/%C3%A9.jpg", redirect("/%c3%a9.jpg"));
  origin_.serve("/%c3%a9.jpg", redirect("/%C3%A9.jpg"));
  const ResultLine line = fetch("/%C3%A9.jpg");
  EXPECT_EQ("redirects", line.error);
  EXPECT_EQ(11u, origin_.count());
}

TEST_F(AskedTest, PagesAndTheirLinksAsTheServerWritesThem) {
  const auto json = [](std::string body) {
    return Reply{.body = std::move(body), .headers = {{"Content-Type", "application/json"}}};
  };
  origin_.serve("/api?q=%7e", json(R"({"d":["%7ea|b.bin"],"next":"?cursor=a%2fb%3d|"})"));
  origin_.serve("/api?cursor=a%2fb%3d%7C", redirect("/%41pi?cursor=%2f", 301));
  origin_.serve("/%41pi?cursor=%2f", json(R"({"d":["/c%2f.bin"]})"));
  const Finished finished = run(setup(
      {origin_.url("/api?q=%7e"), "--links-at=/d/*", "--next-at=/next", "--pages=9", "--jobs=1"}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  Texts asked = targets();
  std::sort(asked.begin(), asked.end());
  EXPECT_EQ((Texts{"/%41pi?cursor=%2f", "/%7ea%7Cb.bin", "/api?cursor=a%2fb%3d%7C", "/api?q=%7e",
                   "/c%2f.bin"}),
            asked);
}

TEST_F(AskedTest, AHostMayBeginWithAHyphen) {
  FaultDns dns;
  dns.serve("-a.test", {.addresses = {"127.0.0.1"}});
  const auto link = [&](const std::string& host, int i) {
    return fmt::format("http://{}:{}/{}.bin", host, origin_.port(), i);
  };
  // A job for an address in between lets libcurl forget what may get old.
  Texts links;
  for (int i = 0; i < 6; ++i) links.push_back(link(i % 2 == 0 ? "-a.test" : "127.0.0.1", i));
  const Finished finished =
      run(list_setup(links, {"--dns=" + dns.server(), "--workers=1", "--jobs=1", "--retries=0"}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(6u, saved_files().size());
  EXPECT_EQ(fmt::format("-a.test:{}", origin_.port()),
            origin_.requests("/0.bin").at(0).header("host"));
}

TEST_F(AskedTest, ATabInALinkIsNotTheOneBeforeItsName) {
  const std::string list = folder_.write("x.jsonl", R"({"url":"http://h/a\tb\u001b.bin"})");
  const Finished finished = run(setup({"--dry-run", list}));
  EXPECT_EQ("http://h/a%09b%1B.bin\t", finished.out.substr(0, finished.out.rfind('\t') + 1));
}

TEST_F(AskedTest, AnAtSignInAPasswordIsExplained) {
  const ResultLine line = fetch("http://user:p@ss@127.0.0.1/x");
  EXPECT_EQ("bad_url", line.error);
  EXPECT_TRUE(has(line.message.value_or(""), "write it as %40")) << line.message.value_or("");
  EXPECT_EQ("http://user:***@127.0.0.1/x", line.url);
}

}  // namespace
}  // namespace fanfetch::system
