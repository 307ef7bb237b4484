#include "coordinator/sources/list_source.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "coordinator/sources/streams/fd_stream.h"
#include "tests/coordinator/sources/memory_stream.h"
#include "tests/coordinator/sources/source_items.h"

namespace fanfetch {
namespace {

using namespace std::string_literals;

std::vector<ListedItem> items_of_list(std::string_view text) {
  UniqueFd fd(::memfd_create("list", MFD_CLOEXEC));
  EXPECT_EQ(::write(fd.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ::lseek(fd.get(), 0, SEEK_SET);
  ListSource source(LineReader(std::make_unique<FdStream>(std::move(fd), -1, "'list'")));
  std::vector<ListedItem> items;
  for (;;) {
    auto item = source.next();
    EXPECT_TRUE(item.has_value());
    if (!item || !*item) return items;
    items.push_back(std::move(**item));
  }
}

TEST(ListSource, YieldsEachLineTrimmed) {
  const auto items = items_of_list("http://a/1\n \t http://a/b c \t\r\nnot a url");
  ASSERT_EQ(items.size(), 3u);
  EXPECT_EQ(items[0].url, "http://a/1");
  EXPECT_EQ(items[1].url, "http://a/b c");
  EXPECT_EQ(items[2].url, "not a url");  // whether it is one is not for the source to say
  for (const auto& item : items) EXPECT_EQ(item.problem, "");
}

TEST(ListSource, SkipsBlankLinesAndComments) {
  const auto items = items_of_list("# list\n\n   \t\n\t # more\r\nhttp://a/1#part\n#" +
                                   std::string(100'000, 'x') + "\n");
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].url, "http://a/1#part");
}

TEST(ListSource, TellsWhatCannotBeAUrlAndGoesOn) {
  const auto items = items_of_list(std::string("http://a/\0b\n", 12) + std::string(70'000, 'x') +
                                   "\nhttp://a/2\n");
  ASSERT_EQ(items.size(), 3u);
  EXPECT_EQ(items[0].problem, "its line has a NUL byte");
  EXPECT_EQ(items[0].url, std::string("http://a/\0b", 11));
  EXPECT_EQ(items[1].problem, "its line is over 64 KiB long");
  EXPECT_EQ(items[1].url, std::string(LineReader::kShownBytes, 'x'));
  EXPECT_EQ(items[2].url, "http://a/2");
}

TEST(ListSource, CutsALineWithANulByte) {
  std::string line(60'000, 'x');
  line[50'000] = '\0';
  const auto items = items_of_list(line);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].url->size(), LineReader::kShownBytes);
}

TEST(ListSource, StripsWhatNobodySeesAndAMarkInMidList) {
  const auto items = items_of_list(
      "\xC2\xA0http://a/1\xE2\x80\x8B\n\xEF\xBB\xBFhttp://a/2\r\r\n\xEF\xBB\xBF# more\n"
      "\xE2\x80\x8B\n\xE3\x80\x80http://a/3\xC2\xA0\rhttp://a/4");
  ASSERT_EQ(items.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(items[i].url, "http://a/" + std::to_string(i + 1));
    EXPECT_EQ(items[i].problem, "");
  }
}

TEST(ListSource, TakesANameBehindATab) {
  const auto items = items_of_list(
      "http://a/1\tone.jpg\nhttp://a/2 \t out=two=2.jpg \nhttp://a/3\tdir=sub\n"
      "http://a/4\tout=x.jpg\tdir=a/b\t\nhttp://a/5\t\nhttp://a/6\t# seen\nhttp://a/7\ta=b.jpg\n"
      "http://a/8\theader=X-Key: k\treferer=http://r/\tn.jpg");
  ASSERT_EQ(items.size(), 8u);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < items.size(); ++i) {
    EXPECT_EQ(items[i].url, "http://a/" + std::to_string(i + 1));
    EXPECT_EQ(items[i].problem, "");
    names.push_back(items[i].out);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"one.jpg", "two=2.jpg", "sub/", "a/b/x.jpg", "", "",
                                             "a=b.jpg", "n.jpg"}));
  EXPECT_EQ(items[7].headers, (std::vector<std::string>{"X-Key: k", "Referer: http://r/"}));
}

TEST(ListSource, ANameOfDotsAloneIsNoName) {
  const auto items = items_of_list(
      "http://a/1\tout=..\nhttp://a/2\tout=.\nhttp://a/3\t..\nhttp://a/4\tout=. .\n"
      "http://a/5\tout=sub/..\nhttp://a/6\tdir=sub\tout=..\nhttp://a/7\tout=.a\n");
  std::vector<std::string> names;
  for (const auto& item : items) names.push_back(item.out);
  EXPECT_EQ(names, (std::vector<std::string>{"", "", "", "", "sub/", "sub/", ".a"}));
}

TEST(ListSource, ACommentBehindABlankIsNoPartOfTheUrl) {
  for (const char* comment : {" # first", " #first", "  # a # b", "\xC2\xA0# first", " #",
                              " # as http://b/1", " # with\ttab", " // third"}) {
    const auto items = items_of_list("http://a/1.jpg"s + comment + "\n");
    ASSERT_EQ(items.size(), 1u);
    EXPECT_EQ(items[0].url, "http://a/1.jpg") << comment;
    EXPECT_EQ(items[0].problem, "");
    EXPECT_EQ(items[0].out, "");
  }
  EXPECT_EQ(items_of_list("http://a/1#b # c\n").at(0).url, "http://a/1#b");
  EXPECT_EQ(items_of_list("http://a/1 # c\tx.jpg\n").at(0).out, "");
  for (const char* link :
       {"http://a/my file.jpg", "http://a/1.jpg#part", "http://a/x 200 OK", "http://a/b //c"}) {
    EXPECT_EQ(items_of_list(link).at(0).url, link);
  }
}

TEST(ListSource, ANameInFrontOfItsUrlIsToldAsSuch) {
  for (const char* line : {"x.jpg\thttp://a/1", "x.jpg http://a/1", "out=x.jpg\thttp://a/1"}) {
    const auto items = items_of_list(line);
    ASSERT_EQ(items.size(), 1u);
    EXPECT_EQ(items[0].problem, "text stands in front of its URL: the link comes first") << line;
  }
}

TEST(ListSource, TwoUrlsOnALineAreAnError) {
  const auto items = items_of_list(
      "http://a/1\thttp://b/1\nhttp://a/2 https://b/2\nhttp://a/3\tx.jpg\tftp://b/3\n"
      "http://a/4  HTTP://b/4\nhttp://a/5?u=http://b/5\nhttp://a/b c\thttp.jpg\n");
  ASSERT_EQ(items.size(), 6u);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(items[i].problem,
              "two URLs are on its line: fanfetch takes no mirrors; write one on a line");
  }
  EXPECT_EQ(items[4].problem, "");
  EXPECT_EQ(items[5].problem, "");
}

TEST(ListSource, TwoUrlsBehindAnyBlankOrSeparatorAreAnError) {
  for (const char* between :
       {"\xC2\xA0", "\xE3\x80\x80", "\xE2\x80\x83", "\xE2\x80\x8B", "\xEF\xBB\xBF", " \xC2\xA0 ",
        "\f", ",", ", ", " , ", "|", " | ", ";", "; "}) {
    const auto items = items_of_list("http://a/x.jpg"s + between + "HTTPS://b/y.jpg\n");
    ASSERT_EQ(items.size(), 1u);
    EXPECT_EQ(items[0].problem,
              "two URLs are on its line: fanfetch takes no mirrors; write one on a line")
        << between;
  }
}

TEST(ListSource, AUrlWithinAUrlIsPartOfIt) {
  for (const char* link :
       {"https://web.archive.org/web/2020/http://x/",
        "https://web.archive.org/web/1/http://x/,http://y",
        "http://a/image/fetch/w_300,h_200/https://b/c.jpg", "http://a/?u=http://b/,http://c/",
        "http://a/i?x=1,http://b/", "http://a/css?family=A|B://c",
        "http://a/mark(1,http://b/c.png)/d.jpg", "http://a/b,c;d|e.jpg",
        "http://a/1.jpg#x,http://b", "http://a/x,geo://1",
        "http://a/wiki/A\xC2\xA0"
        "B",
        "http://a/\xE2\x80\x8B://b", "http://a/ ://b"}) {
    const auto items = items_of_list(link);
    ASSERT_EQ(items.size(), 1u);
    EXPECT_EQ(items[0].problem, "") << link;
    EXPECT_EQ(items[0].url, link);
  }
}

TEST(ListSource, ShowsNoSecretOfABadLine) {
  const auto items =
      items_of_list("http://a/1\theader=Cookie: hush\0\n"s +
                    "http://a/2\theader=Cookie: hush\tx\ty\nhttp://a/3\thttp://me:hush@b/\n" +
                    "http://a/4\theader=Host: hush\nhttp://a/5\theader=Cookie: hush" +
                    std::string(70'000, 'x') + "\n");
  ASSERT_EQ(items.size(), 5u);
  for (const auto& item : items) {
    EXPECT_NE(item.problem, "");
    EXPECT_EQ((*item.url + item.problem).find("hush"), std::string::npos) << item.problem;
  }
  EXPECT_EQ(items[3].problem, "its header= cannot be sent: Host is set by fanfetch itself");
}

TEST(ListSource, NoticesOnceWhatItLacksAndNamesNoFileByIt) {
  std::vector<std::string> notices;
  ListSource source(LineReader(in_memory("http://a/1\tsplit=5\nhttp://a/2\tsplit=9\tx.jpg\n"
                                         "http://a/3\tmax-tries=\tout=y=1.jpg\n"
                                         "http://a/4\tchecksum=md5=00.jpg\n"
                                         "http://a/5\tv=1.jpg\nhttp://a/6\ta b=c\n"
                                         "http://a/7\t=x\nhttp://a/8\tOUT=z\n")),
                    {.notice = [&](std::string text) { notices.push_back(std::move(text)); }});
  const SourceItems all = all_items(source);
  std::vector<std::string> names;
  for (const auto& item : all.items) names.push_back(item.out);
  EXPECT_EQ(names,
            (std::vector<std::string>{"", "x.jpg", "y=1.jpg", "", "v=1.jpg", "a b=c", "=x", ""}));
  EXPECT_EQ(all.problems(), std::vector<std::string>{});
  const std::string nothing =
      " in the list counts for nothing: fanfetch takes out=, dir=, header= and referer=";
  EXPECT_EQ(notices, (std::vector<std::string>{
                         "split=" + nothing, "max-tries=" + nothing,
                         "checksum= in the list is not compared: --results has each file's SHA-256",
                         "OUT=" + nothing}));
}

TEST(LinkOptions, AnOptionIsANameAndAValueThatIsNoFile) {
  for (const char* option : {"out=a.jpg", "dir=", "header=A: b.c", "split=5", "x-y=1", "OUT=z"}) {
    EXPECT_TRUE(LinkOptions::is_option(option)) << option;
  }
  for (const char* name : {"", "=", "a", "a.jpg", "a=b.jpg", "a b=c", "=x", "split", "a_b=c"}) {
    EXPECT_FALSE(LinkOptions::is_option(name)) << name;
  }
}

TEST(ListSource, NoticesOnceThatNamesCountForNothing) {
  std::vector<std::string> notices;
  ListSource source(LineReader(in_memory("http://a/1\tx.jpg\nhttp://a/2\ty.jpg\n")),
                    {.notice = [&](std::string text) { notices.push_back(std::move(text)); },
                     .name_given = true});
  const SourceItems all = all_items(source);
  ASSERT_EQ(all.items.size(), 2u);
  EXPECT_EQ(all.items[0].out, "");
  EXPECT_EQ(notices, std::vector<std::string>{
                         "--name names all files: the names in the list count for nothing"});
}

}  // namespace
}  // namespace fanfetch
