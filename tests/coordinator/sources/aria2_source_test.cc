#include "coordinator/sources/aria2_source.h"

#include <gtest/gtest.h>

#include "tests/coordinator/sources/memory_stream.h"
#include "tests/coordinator/sources/source_items.h"

namespace fanfetch {
namespace {

using Texts = std::vector<std::string>;

class Aria2SourceTest : public ::testing::Test {
 protected:
  SourceItems read(std::string text, bool name_given = false) {
    Aria2Source source(
        LineReader(in_memory(std::move(text), 7)),
        {.notice = [this](std::string words) { notices_.push_back(std::move(words)); },
         .name_given = name_given});
    return all_items(source);
  }
  Texts notices_;
};

TEST_F(Aria2SourceTest, TakesTheOptionsBelowALink) {
  const auto all = read(
      "# aria2\nhttp://a/1\n  out=one.jpg\n\tdir=/data/x\n\n# more\n  header=X-A: 1\r\n"
      " header = X-B:2\n  referer=*\nhttp://me:pw@a/2#f\n referer=*\nhttp://a/3\n  "
      "dir=d\nhttp://a/4");
  EXPECT_EQ(all.error, "");
  EXPECT_EQ(all.problems(), Texts{});
  EXPECT_EQ(all.urls(), (Texts{"http://a/1", "http://me:pw@a/2#f", "http://a/3", "http://a/4"}));
  EXPECT_EQ(all.items[0].out, "/data/x/one.jpg");
  EXPECT_EQ(all.items[0].headers, (Texts{"X-A: 1", "X-B: 2", "Referer: http://a/1"}));
  EXPECT_EQ(all.items[1].headers, Texts{"Referer: http://a/2"}) << "without what is secret";
  EXPECT_EQ(all.items[1].out, "");
  EXPECT_EQ(all.items[2].out, "d/");
  EXPECT_EQ(all.items[3].out, "");
  EXPECT_EQ(notices_, Texts{});
}

TEST_F(Aria2SourceTest, NoticesOnceWhatItLacks) {
  const auto all = read(
      "http://a/1\n split=5\n checksum=sha-256=00\nhttp://a/2\n split=5\n checksum=md5=0\n "
      "gid=1\n");
  EXPECT_EQ(all.urls(), (Texts{"http://a/1", "http://a/2"}));
  EXPECT_EQ(notices_,
            (Texts{"split= in the list counts for nothing: fanfetch takes out=, dir=, header= and "
                   "referer=",
                   "checksum= in the list is not compared: --results has each file's SHA-256",
                   "gid= in the list counts for nothing: fanfetch takes out=, dir=, header= and "
                   "referer="}));
}

TEST_F(Aria2SourceTest, TellsWhatCannotBeDoneAndGoesOn) {
  const auto all = read(
      "  header=Cookie: hush\nhttp://a/1\thttp://b/1\n out=x\nhttp://a/2 http://b/2\nhttp://a/3\n"
      " nonsense\nhttp://a/4\n header=Host: h\n  http://a/5\n out=five\n" +
      std::string(70'000, 'x') + "\nhttp://a/6\n out=" + std::string(70'000, 'x') +
      "\nhttp://a/7\n");
  EXPECT_EQ(
      all.problems(),
      (Texts{"line 1: an option without a URL above it",
             "two URLs are on its line: fanfetch takes no mirrors; write one on a line",
             "two URLs are on its line: fanfetch takes no mirrors; write one on a line",
             "'nonsense' is no option, which is written name=value",
             "its header= cannot be sent: Host is set by fanfetch itself",
             "line 11 is over 64 KiB long", "line 13: its option is too long, or has a NUL byte"}));
  const auto urls = all.urls();
  EXPECT_EQ(urls.front(), "header");
  EXPECT_EQ(urls.back(), "http://a/7");
  ASSERT_EQ(all.items.size(), 9u);
  EXPECT_EQ(all.items[5].url, "http://a/5");
  EXPECT_EQ(all.items[5].out, "five") << "a link that is indented by mistake";
}

TEST_F(Aria2SourceTest, ShowsNoSecretOfWhatIsWrittenWrongly) {
  const auto all = read(
      " Cookie: hush\nhttp://a/1\n header: Authorization: Basic hush=\nhttp://a/2\n header: "
      "hush\n");
  EXPECT_EQ(all.items.at(0).url, "Cookie");
  std::string shown;
  for (const auto& item : all.items) shown += *item.url + item.problem;
  for (const auto& notice : notices_) shown += notice;
  EXPECT_EQ(shown.find("hush"), shown.npos) << shown;
  EXPECT_EQ(all.problems().back(), "'header' is no option, which is written name=value");
}

TEST_F(Aria2SourceTest, AnExplicitNameWins) {
  const auto all = read("http://a/1\n out=x\nhttp://a/2\n dir=y\n", true);
  EXPECT_EQ(all.items.at(0).out, "");
  EXPECT_EQ(all.items.at(1).out, "");
  EXPECT_EQ(notices_.size(), 1u);
}

TEST_F(Aria2SourceTest, ACutYieldsTheLinksBeforeIt) {
  auto bytes = std::make_unique<MemoryStream>("http://a/1\n out=x\n");
  bytes->fail_with("cut");
  Aria2Source source(LineReader(std::move(bytes)));
  const auto all = all_items(source);
  EXPECT_EQ(all.urls(), Texts{"http://a/1"});
  EXPECT_EQ(all.error, "cut; line 2 was the last whole one");
}

TEST_F(Aria2SourceTest, AStopYieldsNoLinkWhoseOptionsMayBeMissing) {
  auto bytes = std::make_unique<MemoryStream>("http://a/1\nhttp://a/2\n");
  bytes->stop();
  Aria2Source source(LineReader(std::move(bytes)));
  EXPECT_EQ(all_items(source).urls(), Texts{"http://a/1"});
}

}  // namespace
}  // namespace fanfetch
