// Links: the many spellings of one are one link, and a user and password in one stay a secret.

#include <fmt/format.h>

#include <filesystem>

#include "tests/support/test_proxy.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

class LinksTest : public SystemTest {
 protected:
  void SetUp() override { origin_.serve("/a/b.jpg", ok(picture())); }

  /// The first link is fetched, once; each other one is a duplicate of it.
  void expect_one_link(const std::vector<std::string>& spellings, std::vector<std::string> args) {
    const Finished finished = run(list_setup(spellings, std::move(args)));
    EXPECT_EQ(0, finished.exit_status) << finished.describe();
    const auto lines = records();
    ASSERT_EQ(spellings.size(), lines.size()) << finished.describe();
    EXPECT_EQ("saved", lines[0].status) << lines[0].message.value_or("");
    for (std::size_t i = 1; i < lines.size(); ++i) {
      EXPECT_EQ("skipped", lines[i].status) << spellings[i];
      EXPECT_EQ("duplicate", lines[i].error.value_or("")) << spellings[i];
      EXPECT_EQ(1, lines[i].duplicate_of) << spellings[i];
    }
    EXPECT_EQ(1u, origin_.count());
    EXPECT_EQ(1u, saved_files().size());
  }
  [[nodiscard]] std::string with_user(const std::string& path) const {
    return "http://me:hush@" + origin_.url(path).substr(7);
  }
  /// In nothing that a run prints or leaves on the disk.
  void expect_no_secret(const Finished& finished) const {
    for (const char* secret : {"hush", "aHVza", "h%75sh"}) {  // plain, in Base64, escaped
      EXPECT_FALSE(has(finished.err + finished.out, secret)) << finished.describe();
      for (const auto& place : {output(), results()}) {
        if (!std::filesystem::is_directory(place)) {
          EXPECT_FALSE(std::filesystem::exists(place) && has(read_file(place), secret)) << place;
          continue;
        }
        for (const auto& entry : std::filesystem::recursive_directory_iterator(place)) {
          EXPECT_FALSE(has(entry.path().native(), secret)) << entry.path();
          if (entry.is_regular_file()) {
            EXPECT_FALSE(has(read_file(entry.path()), secret)) << entry.path();
          }
        }
      }
    }
  }
};

TEST_F(LinksTest, SpellingsOfOneLinkAreOneLink) {
  const std::string rest = fmt::format("{}/a/b.jpg", origin_.port());
  expect_one_link(
      {"http://127.0.0.1:" + rest, "HTTP://127.0.0.1:" + rest, "http://127.0.0.1:" + rest + "#top",
       "http://127.1:" + rest, "http://127.0.0.1.:" + rest, origin_.url("/a/./b.jpg"),
       origin_.url("/x/../a/b.jpg"), origin_.url("/a/%2e/b.jpg"), origin_.url("/%61/b%2Ejpg"),
       origin_.url("/a/b.jpg?")},
      {});
}

TEST_F(LinksTest, AHostsSpellingsToo) {
  const TestProxy proxy(origin_.port());  // takes every name to the origin
  expect_one_link(
      {"http://b\xc3\xbc\x63her.example/a/b.jpg", "http://B\xc3\x9c\x43HER.EXAMPLE/a/b.jpg",
       "http://bu\xcc\x88\x63her.example/a/b.jpg", "http://xn--bcher-kva.example/a/b.jpg",
       "http://XN--Bcher-KVA.example:80/a/b.jpg", "http://b\xc3\xbc\x63her.example./a/b.jpg",
       "http://b\xc3\xbc\x63her.example:/a/b.jpg",
       "http://b\xc3\xbc\x63her\xe3\x80\x82\xef\xbd\x85xample/a/b.jpg"},
      {"--proxy", proxy.url("socks5h")});
  EXPECT_EQ("xn--bcher-kva.example", proxy.asked()[0].host);
}

TEST_F(LinksTest, OtherLinksAreOthers) {
  const std::vector<std::string> links = {"/a/b.jpg", "/a/B.jpg", "/a/b.jpg?x", "/a%2Fb.jpg",
                                          "/a//b.jpg"};
  origin_.serve_rest([](Connection& connection, const Request& request) {
    answer(connection, request, ok(picture("other")));
  });
  const Finished finished = run(list_setup(links));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(links.size(), saved_files().size());
}

TEST_F(LinksTest, AnotherUserIsAnotherLink) {
  const Finished finished =
      run(list_setup({"/a/b.jpg", with_user("/a/b.jpg"),
                      "http://m%65:h%75sh@" + origin_.url("/a/b.jpg").substr(7)}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(2u, origin_.count());
  EXPECT_EQ(2, records()[2].duplicate_of);
  expect_no_secret(finished);
}

TEST_F(LinksTest, AUserIsForItsOwnOriginAndNowhereToBeFound) {
  FaultOrigin other("127.0.0.2");
  other.serve("/c.jpg", ok(picture()));
  origin_.serve("/again.jpg", redirect("/a/b.jpg"));
  origin_.serve("/away.jpg", redirect(other.url("/c.jpg")));
  origin_.serve("/back.jpg", redirect("http://me:hush@127.0.0.2:1/"));
  origin_.serve("/cut.jpg", truncated("picture", 3));
  const std::vector<std::string> links = {
      with_user("/a/b.jpg"),   with_user("/a/./b.jpg"),
      with_user("/again.jpg"), with_user("/away.jpg"),
      with_user("/back.jpg"),  with_user("/cut.jpg"),
      with_user("/none.jpg"),  "http://me:hush@h:99999/",
      "ftp://me:hush@h/",      "http://me:hush@127.0.0.1:1/x.jpg"};
  const Finished finished = run(list_setup(links, {"-v", "--retries=1"}));
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_EQ(links.size(), records().size());
  expect_no_secret(finished);
  for (const Request& request : origin_.requests()) {
    EXPECT_EQ("Basic bWU6aHVzaA==", request.header("authorization")) << request.path;
  }
  ASSERT_EQ(1u, other.count());
  EXPECT_FALSE(other.requests()[0].header("authorization"));

  // Looked at afterwards, rehearsed, and gone on with:
  expect_no_secret(run({.args = {"export", output(), "-o", "-"}, .folder = folder_.path()}));
  expect_no_secret(run({.args = {"status", output()}, .folder = folder_.path()}));
  expect_no_secret(run(list_setup(links, {"--dry-run"})));
  expect_no_secret(run(list_setup(links, {"-v", "--retries=0", "--retry-failed=all"})));
}

}  // namespace
}  // namespace fanfetch::system
