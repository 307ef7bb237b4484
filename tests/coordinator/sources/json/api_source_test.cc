#include "coordinator/sources/json/api_source.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <map>

#include "common/unique_fd.h"
#include "tests/coordinator/sources/source_items.h"

namespace fanfetch {
namespace {

using Texts = std::vector<std::string>;

/// More pages than any test has; a ring that is not seen must end all the same.
constexpr int kManyPages = 50;

/// An API that answers from memory.
class ApiSourceTest : public ::testing::Test {
 protected:
  void page(const std::string& url, std::string body, int status = 200) {
    pages_[url] = Page{.http_status = status, .content_type = "text/x", .body = std::move(body)};
  }
  SourceItems read(ApiListing listing) {
    listing.fetch_page = [this](const PageRequest& request) -> Result<Page> {
      asked_.push_back(request.url);
      headers_.push_back(request.headers);
      const auto found = pages_.find(request.url);
      if (found == pages_.end()) return fail("cannot get {}", request.url);
      return found->second;
    };
    ApiSource source(std::move(listing));
    return all_items(source);
  }
  static ApiListing api(std::string_view links_at = "/d/*", std::string_view next_at = "/next",
                        int pages = kManyPages) {
    return {.url = "http://h/v1/list?q=1",
            .links_at = JsonPointer::parse(links_at).value(),
            .next_at = JsonPointer::parse(next_at).value(),
            .pages = pages};
  }

  std::map<std::string, Page> pages_;
  Texts asked_;
  std::vector<Texts> headers_;
};

TEST_F(ApiSourceTest, YieldsTheLinksOfOnePage) {
  page("http://h/v1/list?q=1", R"({"d":["http://a/1","/x/2","3",{"no":1},null,"//c/4"]})");
  const auto all = read(api());
  EXPECT_EQ(all.error, "");
  EXPECT_EQ(all.urls(), (Texts{"http://a/1", "http://h/x/2", "http://h/v1/3", "{\"no\":1}", "NONE",
                               "http://c/4"}));
  EXPECT_EQ(all.problems(),
            (Texts{"the page: what is at /d/3 is no text", "the page has no link at /d/4"}));
}

TEST_F(ApiSourceTest, FollowsPagesToTheirEnd) {
  for (const char* end : {"null", "false", "\"\""}) {
    page("http://h/v1/list?q=1", R"({"d":["http://a/1"],"next":"list?q=2"})");
    page("http://h/v1/list?q=2", R"({"d":[],"next":"http://h/3"})");
    page("http://h/3", std::string(R"({"d":["http://a/3"],"next":)") + end + "}");
    const auto all = read(api());
    EXPECT_EQ(all.error, "");
    EXPECT_EQ(all.urls(), (Texts{"http://a/1", "http://a/3"})) << end;
  }
  page("http://h/3", R"({"d":["http://a/3"]})");
  EXPECT_EQ(read(api()).urls(), (Texts{"http://a/1", "http://a/3"}));
  asked_.clear();
  EXPECT_EQ(read(api("/d/*", "/next", 1)).urls(), Texts{"http://a/1"});
  EXPECT_EQ(asked_.size(), 1u);
}

TEST_F(ApiSourceTest, APageMayHaveNoLinkWhenAnotherHas) {
  page("http://h/v1/list?q=1", R"({"d":[null,null],"next":"list?q=2"})");
  page("http://h/v1/list?q=2", R"({"d":["http://a/1"]})");
  const auto all = read(api());
  EXPECT_EQ(all.error, "");
  EXPECT_EQ(all.urls(), (Texts{"NONE", "NONE", "http://a/1"}));
}

TEST_F(ApiSourceTest, AsksForAPageWhenItsLinksAreWanted) {
  page("http://h/v1/list?q=1", R"({"d":["http://a/1"],"next":"/2"})");
  auto listing = api();
  listing.fetch_page = [this](const PageRequest& request) -> Result<Page> {
    asked_.push_back(request.url);
    return pages_.at(request.url);
  };
  ApiSource source(std::move(listing));
  EXPECT_TRUE(asked_.empty());
  const auto item = source.next();
  ASSERT_TRUE(item && *item);
  EXPECT_EQ(asked_.size(), 1u);
}

TEST_F(ApiSourceTest, SendsTheHeadersOfTheUrl) {
  page("http://h/v1/list?q=1", R"({"d":[],"next":"/2"})");
  page("http://h/2", R"({"d":[]})");
  auto listing = api();
  listing.headers_for = [](const Url& url, const Url& api, WasEncrypted) {
    return Texts{"X-Path: " + url.path + " of " + api.path};
  };
  EXPECT_EQ(read(std::move(listing)).error, "");
  EXPECT_EQ(headers_,
            (std::vector<Texts>{{"X-Path: /v1/list of /v1/list"}, {"X-Path: /2 of /v1/list"}}));
}

TEST_F(ApiSourceTest, GoesOnWhereRedirectsLed) {
  page("http://h/v1/list?q=1", R"({"d":["a"],"next":"?q=2"})");
  pages_["http://h/v1/list?q=1"].url = "https://www.h/v2/list";
  page("https://www.h/v2/list?q=2", R"({"d":["/b"],"next":"http://h/3"})");
  page("http://h/3", R"({"d":["c"],"next":"https://www.h/4"})");
  auto listing = api();
  listing.url = "http://me:hush@h/v1/list?q=1";
  pages_[listing.url] = pages_["http://h/v1/list?q=1"];
  pages_["http://me:hush@h/3"] = pages_["http://h/3"];
  listing.headers_for = [](const Url& url, const Url& api, WasEncrypted was) {
    return Texts{url.origin() == api.origin() ? "own" : "other",
                 was == WasEncrypted::yes ? "encrypted before" : "plain"};
  };
  const auto all = read(std::move(listing));
  EXPECT_EQ(all.urls(), (Texts{"https://www.h/v2/a", "https://www.h/b", "http://me:hush@h/c"}));
  EXPECT_TRUE(all.error.find("https://www.h/4, and is not followed") != all.error.npos)
      << "the page came from the API itself: " << all.error;
  EXPECT_EQ(headers_,
            (std::vector<Texts>{
                {"own", "plain"}, {"other", "encrypted before"}, {"own", "encrypted before"}}));
}

TEST_F(ApiSourceTest, NamesThePlaceOfWhatIsWrong) {
  const auto error = [this](std::string body, int status = 200) {
    page("http://h/v1/list?q=1", std::move(body), status);
    return read(api()).error;
  };
  EXPECT_EQ(error("[1,"),
            "http://h/v1/list?q=1 is not JSON at byte 4: Invalid value (its type is 'text/x')");
  EXPECT_EQ(error("{}"), "http://h/v1/list?q=1 has nothing at '/d': check --links-at /d/*");
  EXPECT_EQ(error(R"({"d":"x"})"),
            "http://h/v1/list?q=1 has nothing at '/d/*': check --links-at /d/*");
  EXPECT_EQ(
      error(R"({"d":[null,null]})"),
      "http://h/v1/list?q=1: nothing is at '/d/0', nor in any other entry: check --links-at /d/*")
      << "a slip in the name of the member: no success";
  EXPECT_EQ(error(R"({"d":[]})"), "") << "a list may be empty";
  EXPECT_EQ(error("gone\nfor good", 404),
            "http://h/v1/list?q=1 answered with status 404: gone\\nfor good");
  page("http://h/v1/list?q=1", "slow down", 429);
  pages_["http://h/v1/list?q=1"].headers = {{"retry-after", "3600"}};
  EXPECT_EQ(read(api()).error,
            "http://h/v1/list?q=1 answered with status 429: slow down; when to ask again: "
            "Retry-After: 3600");
  EXPECT_EQ(error("", 500), "http://h/v1/list?q=1 answered with status 500");
  EXPECT_NE(error("", 401).find("--header-for"), std::string::npos);
  EXPECT_LT(error(std::string(5000, 'x'), 400).size(), 300u);
}

TEST_F(ApiSourceTest, YieldsThePageBeforeWhatIsWrongWithTheNextOne) {
  const auto check = [this](const std::string& next, std::string_view what) {
    page("http://h/v1/list?q=1", R"({"d":["http://a/1"],"next":)" + next + "}");
    const auto all = read(api());
    EXPECT_EQ(all.urls(), Texts{"http://a/1"}) << next;
    EXPECT_NE(all.error.find(what), std::string::npos) << all.error;
  };
  check(R"("/gone")", "cannot get http://h/gone");
  check("2", "what is at /next is no URL of a next page: check --next-at");
  check(R"("list?q=1")", "its next page, http://h/v1/list?q=1, was read already");
  check(R"("list?q=1#again")", "was read already");
  check(R"("http://169.254.169.254/x")", "is at another server, http://169.254.169.254/x");
  check(R"("https://h/x")", "is at another server");
  check(R"("http://u:hush@h:81/x")", "is at another server, http://h:81/x");
  check(R"("http://h:99999/")", "cannot be asked for");
}

TEST_F(ApiSourceTest, ARingOfPagesEnds) {
  page("http://h/v1/list?q=1", R"({"d":["1"],"next":"/2"})");
  page("http://h/2", R"({"d":["2"],"next":"/v1/list?q=1"})");
  EXPECT_NE(read(api()).error.find("was read already, so the list has no end"), std::string::npos);
  EXPECT_EQ(asked_.size(), 2u);
}

TEST_F(ApiSourceTest, ShowsNoPassword) {
  auto listing = api();
  listing.url = "http://me:hush@h/";
  page("http://me:hush@h/", "", 404);
  const auto error = read(std::move(listing)).error;
  EXPECT_EQ(error.find("hush"), std::string::npos) << error;
  EXPECT_NE(error.find("404"), std::string::npos);
}

TEST_F(ApiSourceTest, AsksForNoPageWhosePasswordIsMasked) {
  ApiListing listing = api();
  listing.url = "http://me:***@h/list";
  EXPECT_EQ(
      read(std::move(listing)).error,
      "cannot get http://user:***@h/list: its password was masked as *** by an export, so that it "
      "is not known: put it back");
  EXPECT_EQ(asked_, Texts{});
}

TEST_F(ApiSourceTest, ReadsPagesAsPythonWritesThem) {
  page("http://h/v1/list?q=1", R"({"n":NaN,"d":["http://a/1"],"t":"\ud83d"})");
  EXPECT_EQ(read(api()).urls(), Texts{"http://a/1"});
}

TEST_F(ApiSourceTest, AsksAllPagesAsTheSameUser) {
  auto listing = api();
  listing.url = "http://me:h%2Fush@h/1";
  page("http://me:h%2Fush@h/1", R"({"d":["http://a/1"],"next":"http://h/2"})");
  page("http://me:h%2Fush@h/2", R"({"d":["http://a/2"],"next":"/3"})");
  page("http://me:h%2Fush@h/3", R"({"d":["http://a/3"],"next":"http://you:x@h/4"})");
  page("http://you:x@h/4", R"({"d":["http://a/4"]})");
  const auto all = read(std::move(listing));
  EXPECT_EQ(all.error, "");
  EXPECT_EQ(all.items.size(), 4u);
}

TEST_F(ApiSourceTest, ResolvesLinksWhateverTheirQueryHolds) {
  auto listing = api();
  listing.url = "http://h/v1?q=two words";
  page("http://h/v1?q=two words",
       R"({"d":["/x?u=http://b/","y#http://b/","http://a/?u=http://b/"],"next":"?p=2"})");
  page("http://h/v1?p=2", R"({"d":["z"]})");
  const auto all = read(std::move(listing));
  EXPECT_EQ(all.error, "");
  EXPECT_EQ(all.urls(), (Texts{"http://h/x?u=http://b/", "http://h/y#http://b/",
                               "http://a/?u=http://b/", "http://h/z"}));
}

TEST_F(ApiSourceTest, AsksForPagesAsTheServerWroteThem) {
  page("http://h/v1/list?q=1", R"({"d":["a%7e|b.jpg"],"next":"?cursor=a%2fb%3d%3D|^&x"})");
  page("http://h/v1/list?cursor=a%2fb%3d%3D|^&x", R"({"d":[],"next":"//h/%7E/3?"})");
  page("http://h/%7E/3?", R"({"d":["c"]})");
  const auto all = read(api());
  EXPECT_EQ(all.error, "");
  EXPECT_EQ(all.urls(), (Texts{"http://h/v1/a%7e|b.jpg", "http://h/%7E/c"}));
}

TEST_F(ApiSourceTest, AddsTheUserToANextPageHoweverItIsWritten) {
  auto listing = api();
  listing.url = "http://me:hush@h/1";
  page("http://me:hush@h/1", R"({"d":["http://a/1"],"next":"HTTP:///h/2?u=http://b"})");
  page("HTTP:///me:hush@h/2?u=http://b", R"({"d":["http://a/2"],"next":"http://@h/3"})");
  page("http://me:hush@h/3", R"({"d":["http://a/3"]})");
  const auto all = read(std::move(listing));
  EXPECT_EQ(all.error, "");
  EXPECT_EQ(all.items.size(), 3u);
}

TEST_F(ApiSourceTest, APartOfAListIsNoList) {
  std::vector<std::string> notices;
  const auto read_pages = [&](std::string body, std::string_view next_at, int pages) {
    page("http://h/v1/list?q=1", std::move(body));
    auto listing = api("/d/*", next_at.empty() ? "/x" : next_at, pages);
    if (next_at.empty()) listing.next_at.reset();
    listing.notice = [&](std::string text) { notices.push_back(std::move(text)); };
    notices.clear();
    return read(std::move(listing));
  };
  const std::string part = R"({"d":["a","b"],"total":100})", whole = R"({"d":["a","b"],"total":2})";
  const auto cut = read_pages(part, "", kManyPages);
  EXPECT_EQ(cut.urls(), (Texts{"http://h/v1/a", "http://h/v1/b"}));
  EXPECT_EQ(cut.error,
            "http://h/v1/list?q=1 is not all: 2 of 100 entries are listed, as it says at /total; "
            "--next-at POINTER says where it names the next page");
  EXPECT_EQ(notices, Texts{"http://h/v1/list?q=1: only one page is read, as --next-at does not say "
                           "where it names the next one"});
  EXPECT_EQ(read_pages(whole, "", 2).error, "");
  EXPECT_EQ(notices.size(), 1u);
  EXPECT_EQ(read_pages(part, "", 1).error, "") << "one page is what is asked for";
  EXPECT_TRUE(notices.empty());
  EXPECT_NE(read_pages(part, "/typo", kManyPages).error, "") << "nothing is there";
  EXPECT_EQ(read_pages(R"({"d":["a"],"total":100,"last":null})", "/last", kManyPages).error, "");
}

TEST_F(ApiSourceTest, KeepsTheMembersOfTheEntry) {
  page("http://h/v1/list?q=1",
       R"({"d":[{"id":7,"img":{"u":"http://a/1"}},{"id":8,"img":{"u":"http://a/2"}}]})");
  auto listing = api("/d/*/img/u");
  listing.columns = {.keep = true, .named = {"id"}};
  const auto all = read(std::move(listing));
  ASSERT_EQ(all.items.size(), 2u);
  EXPECT_EQ(*all.items[1].columns, R"({"id":8,"img":{"u":"http://a/2"}})");
  EXPECT_EQ(all.items[1].named, Texts{"8"});
}

TEST_F(ApiSourceTest, EndsWhenTheRunStops) {
  const UniqueFd readable(::open("/dev/zero", O_RDONLY | O_CLOEXEC));
  auto listing = api();
  listing.stop_fd = readable.get();
  const auto all = read(std::move(listing));
  EXPECT_EQ(all.error, "");
  EXPECT_TRUE(asked_.empty());
}

}  // namespace
}  // namespace fanfetch
