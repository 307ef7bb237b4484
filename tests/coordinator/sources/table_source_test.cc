#include "coordinator/sources/table_source.h"

#include <gtest/gtest.h>

#include "tests/coordinator/sources/memory_stream.h"
#include "tests/coordinator/sources/source_items.h"

namespace fanfetch {
namespace {

using Texts = std::vector<std::string>;

SourceItems read_table(std::string text, TableOptions options = {}) {
  TableSource source(in_memory(std::move(text)), "'x.csv'", std::move(options));
  return all_items(source);
}

TEST(TableSource, TakesTheColumnUrlInAnyCase) {
  for (const char* heading : {"id,url,x", "id, URL ,x", "id,\"Url\",x"}) {
    const auto all = read_table(std::string(heading) +
                                "\n1,http://a/1,\n\n2,\" http://a/2 \",y\r\n3,http://a/3\n");
    EXPECT_EQ(all.error, "");
    EXPECT_EQ(all.urls(), (Texts{"http://a/1", "http://a/2", "http://a/3"})) << heading;
    EXPECT_EQ(all.problems(), Texts{});
  }
}

TEST(TableSource, SeveralColumnsOfTheWantedNameAreAnError) {
  for (const char* heading : {"url,URL", "URL,x,url", "url,url"}) {
    const auto all = read_table(std::string(heading) + "\nhttp://a/1,http://a/2,http://a/3\n");
    EXPECT_NE(all.error.find("has several columns 'url'"), std::string::npos) << all.error;
    EXPECT_NE(all.error.find("--url-column 1"), std::string::npos) << all.error;
    EXPECT_TRUE(all.items.empty());
  }
  EXPECT_EQ(read_table("link,Link\nno,yes\n", {.url_column = "Link"}).urls(), Texts{"yes"})
      << "the very name comes first";
  EXPECT_EQ(read_table("url,URL\nno,yes\n", {.url_column = "2"}).urls(), Texts{"yes"});
}

TEST(TableSource, AFirstRowThatIsDataIsNoHeading) {
  for (const char* first : {"x,", "x, ", "x,a.org/1.jpg", "x,//a.org/1.jpg", "http://b/,1"}) {
    const auto all = read_table(std::string(first) + "\ny,http://a/2\n", {.url_column = "2"});
    EXPECT_EQ(all.error, "");
    ASSERT_EQ(all.items.size(), 2u) << first;
    EXPECT_EQ(all.items[1].url, "http://a/2");
  }
  EXPECT_EQ(read_table("x,\ny,http://a/2\n", {.url_column = "2"}).problems(),
            Texts{"line 1 has no link in its column '2'"});
  for (const char* heading : {"x,Link", "x,image.url", "x,image/url", "x,Image URL (full)"}) {
    const auto all = read_table(std::string(heading) + "\ny,http://a/2\n", {.url_column = "2"});
    EXPECT_EQ(all.urls(), Texts{"http://a/2"}) << heading;
  }
}

TEST(TableSource, TakesTheColumnThatIsNamedOrNumbered) {
  const std::string text = "2,Link,Image Link\na,b,c\n";
  EXPECT_EQ(read_table(text, {.url_column = "Image Link"}).urls(), Texts{"c"});
  EXPECT_EQ(read_table(text, {.url_column = "link"}).urls(), Texts{"b"});
  EXPECT_EQ(read_table(text, {.url_column = "3"}).urls(), Texts{"c"});
  EXPECT_EQ(read_table(text, {.url_column = "2"}).urls(), Texts{"a"}) << "a name comes first";
  EXPECT_EQ(read_table("a\tb\nx\ty,z\n", {.separator = '\t', .url_column = "b"}).urls(),
            Texts{"y,z"});
}

TEST(TableSource, ListsTheColumnsIfTheOneIsMissing) {
  EXPECT_EQ(read_table("id,link\n1,http://a/\n").error,
            "'x.csv' has no column 'url' (--url-column names the one with the links); its heading "
            "has 'id', 'link'");
  for (const char* number : {"0", "3", "-1", "1x", ""}) {
    EXPECT_NE(read_table("id,link\n1,2\n", {.url_column = number}).error, "") << number;
  }
  std::string many = "c0";
  for (int i = 1; i < 100; ++i) many += ",c" + std::to_string(i);
  EXPECT_TRUE(read_table(many + "\n").error.ends_with("'c19' and 80 more"));
  EXPECT_NE(read_table("url\x1b[2J\n").error.find("'url\\x1b[2J'"), std::string::npos);
}

TEST(TableSource, ANumberedColumnNeedsNoHeading) {
  for (const char* blanks : {"", " ", "\xC2\xA0", "\xE2\x80\x8B"}) {
    const std::string text =
        std::string("x,") + blanks + "http://a/1" + blanks + "\ny,http://a/2\n";
    EXPECT_EQ(read_table(text, {.url_column = "2"}).urls(), (Texts{"http://a/1", "http://a/2"}));
  }
  EXPECT_EQ(read_table("http://a/1,\"lone\n", {.url_column = "1"}).error.find("line 1") ==
                std::string::npos,
            false);
  EXPECT_EQ(read_table("HTTPS://a/1", {.url_column = "1"}).urls(), Texts{"HTTPS://a/1"});
  EXPECT_EQ(read_table("x,Link\ny,http://a/2\n", {.url_column = "2"}).urls(), Texts{"http://a/2"})
      << "that one is a heading";
  EXPECT_EQ(read_table("http://a/1,1\nhttp://a/2,2\n", {.url_column = "1"}).urls(),
            (Texts{"http://a/1", "http://a/2"}))
      << "a cell of that name is none of a heading";
}

TEST(TableSource, TheSeparatorIsTheOneThatGivesTheNumberedColumnAUrl) {
  EXPECT_EQ(read_table("a;http://a/1,2;b\n", {.url_column = "2"}).urls(), Texts{"http://a/1,2"});
  EXPECT_EQ(read_table("1\thttp://a/1,b\tc\n", {.url_column = "2"}).urls(), Texts{"http://a/1,b"});
  EXPECT_EQ(read_table("id;url;name, full\n1;http://a/1;x\n", {.url_column = "2"}).urls(),
            Texts{"http://a/1"});
  EXPECT_EQ(read_table("id,link;x\n1,http://a/1\n", {.url_column = "2"}).urls(),
            Texts{"http://a/1"})
      << "where none does, it is the usual one";
}

TEST(TableSource, TheFirstRowOfATsvWithoutAHeadingMayGoOnInTheNextLine) {
  const auto all = read_table("http://a/1\t\"a\r\nb\"\nhttp://a/2\tx\n",
                              {.separator = '\t', .url_column = "1", .columns = {.named = {"2"}}});
  EXPECT_EQ(all.urls(), (Texts{"http://a/1", "http://a/2"}));
  EXPECT_EQ(all.problems(), Texts{});
  EXPECT_EQ(all.items.at(0).named, Texts{"a\r\nb"});
}

TEST(TableSource, WithoutAHeadingColumnsHaveNumbers) {
  const auto all = read_table("x,http://a/1\ny,http://a/2,\nz,http://a/3,w\nq\n",
                              {.url_column = "2", .columns = {.keep = true, .named = {"1"}}});
  ASSERT_EQ(all.items.size(), 4u);
  EXPECT_EQ(*all.items[0].columns, R"({"1":"x","2":"http://a/1"})");
  EXPECT_EQ(all.items[0].named, Texts{"x"});
  EXPECT_EQ(all.items[1].named, Texts{"y"});
  EXPECT_EQ(all.problems(),
            (Texts{"line 3 has 3 cells where the first row has 2: are quotes missing?",
                   "line 4 has 1 cell where the first row has 2: are quotes missing?"}));
  EXPECT_EQ(
      read_table("x,http://a/1\n", {.url_column = "2", .columns = {.named = {"title"}}}).error,
      "'x.csv' has no column 'title' (--name asks for it); it has no heading, and its columns "
      "are '1', '2'");
}

TEST(TableSource, AHeadingThatIsAUrlIsALink) {
  EXPECT_EQ(read_table("http://a/1\nhttp://a/2\n").urls(), (Texts{"http://a/1", "http://a/2"}));
  EXPECT_EQ(read_table("http://a/x;y\n").urls(), Texts{"http://a/x;y"});
  EXPECT_EQ(read_table("\"http://a/x,y\"\nhttp://a/2").urls(),
            (Texts{"http://a/x,y", "http://a/2"}));
  for (const char* text : {"x,http://a/1\ny,http://a/2\n", "x, http://a/1 ,http://a/2\n"}) {
    const auto all = read_table(text);
    EXPECT_EQ(all.error,
              "'x.csv' has no heading: its first row has a URL in column 2; --url-column 2 reads a "
              "list without one");
    EXPECT_TRUE(all.items.empty());
  }
  EXPECT_NE(read_table("http://a/1\n", {.url_column = "Link"}).error.find("--url-column 1"),
            std::string::npos);
}

TEST(TableSource, KnowsTheSeparatorByTheHeading) {
  for (const char* separator : {",", ";", "\t", "|"}) {
    const std::string c = separator;
    const std::string text = "id" + c + "url" + c + "\"x\"\n1" + c + "http://a/1" + c + "\"p" + c +
                             "q\"\n2" + c + "http://a/2;3,4" + c + "\n";
    const bool quoted = c == ";" || c == ",";
    const std::string second = quoted ? "http://a/2" : "http://a/2;3,4";
    for (const char usual : {',', '\t'}) {
      for (const char* column : {"url", "2"}) {
        const auto all = read_table(text, {.separator = usual, .url_column = column});
        EXPECT_EQ(all.error, "");
        ASSERT_EQ(all.items.size(), 2u) << separator << column;
        EXPECT_EQ(all.items[0].url, "http://a/1");
        EXPECT_TRUE(all.items[1].url->starts_with("http://a/2"));
      }
    }
    EXPECT_NE(read_table(text, {.separator = '#', .is_given = true}).error, "")
        << "no other is tried";
  }
  EXPECT_EQ(read_table("\n \n\xEF\xBB\xBFid;url\n1;http://a/1\n").urls(), Texts{"http://a/1"});
  EXPECT_EQ(read_table("id;url").error, "");
  EXPECT_EQ(read_table("\t\nid;url\n", {.separator = '\t'}).error,
            "'x.csv' has no column 'url' (--url-column names the one with the links); its heading "
            "has '', ''");
  EXPECT_NE(read_table("id;url;\"x\ny\"\n1;http://a/1;z\n").error, "") << "of one line alone";
  EXPECT_EQ(read_table("id,url\n1;2,http://a/1\n").urls(), Texts{"http://a/1"});
  EXPECT_EQ(read_table("a;b,url\n1;2,http://a/1\n").urls(), Texts{"http://a/1"})
      << "the usual one fits";
  EXPECT_EQ(read_table("x;http://a/1\n", {.url_column = "2"}).urls(), Texts{"http://a/1"});
  EXPECT_EQ(read_table("x#url\n1#http://a/1\n", {.separator = '#', .is_given = true}).urls(),
            Texts{"http://a/1"});
}

TEST(TableSource, ALoneQuoteInTabSeparatedTextSwallowsNoLink) {
  const TableOptions tabs{.separator = '\t', .columns = {.named = {"caption"}}};
  const auto all = read_table(
      "url\tcaption\nhttp://a/1\tone\nhttp://a/2\t\"\nhttp://a/3\tthree\n"
      "http://a/4\t\"\nhttp://a/5\t\"five\nlines\"\n",
      tabs);
  EXPECT_EQ(all.error, "");
  EXPECT_EQ(all.urls(),
            (Texts{"http://a/1", "http://a/2", "http://a/3", "http://a/4", "http://a/5"}));
  EXPECT_EQ(all.problems(), Texts{});
  EXPECT_EQ(all.items[3].named, Texts{"\""});
  EXPECT_EQ(all.items[4].named, Texts{"five\nlines"});
}

TEST(TableSource, ReadsAnyLineEndAndMarksInMidList) {
  for (const char* end : {"\n", "\r\n", "\r\r\n", "\r"}) {
    for (const char separator : {',', '\t'}) {
      const std::string e = end;
      const std::string text = std::string("url") + separator + "x" + e + "http://a/1" + separator +
                               e + "\xEF\xBB\xBF\"http://a/2\"" + separator + "y" + e +
                               "\xEF\xBB\xBFhttp://a/3" + e + "no" + separator;
      const auto all = read_table(text, {.separator = separator});
      EXPECT_EQ(all.urls(), (Texts{"http://a/1", "http://a/2", "http://a/3", "no"}));
      EXPECT_EQ(all.problems(), Texts{});
    }
  }
}

TEST(TableSource, TellsHowFarALoneQuoteReached) {
  const auto all = read_table("url,x\nhttp://a/1,\"lone\nhttp://a/2,\"two\"\nhttp://a/3,\n");
  EXPECT_EQ(all.problems(),
            Texts{"lines 2 to 3: something follows the closing quote of a cell that "
                  "begins in line 2: is a quote missing?"});
  EXPECT_EQ(all.urls(), (Texts{"http://a/1", "http://a/3"}));
}

TEST(TableSource, AQuotedCellThatHoldsRowsOfTheTableIsAnError) {
  const std::string words = ": a cell that begins in line ";
  struct Case {
    const char *text, *column, *lines;
    std::size_t good;
  };
  for (const Case& c : {
           Case{"url,n\nhttp://a/1,\"Best of\nhttp://a/2,plain\nhttp://a/3,12\"\nhttp://a/4,x\n",
                "url", "lines 2 to 4", 1},
           Case{"url,n\nhttp://a/1,\"Best of\r\nhttp://a/3,12\"\r\nhttp://a/4,x\r\n", "url",
                "lines 2 to 3", 1},
           Case{"n,url\n\"Best of,http://a/1\n12\",http://a/2\nx,http://a/3\n", "url",
                "lines 2 to 3", 1},
           Case{"n,url,m\na,http://a/1,\"b\nc,http://a/2,d\ne,http://a/3,f\"\n", "url",
                "lines 2 to 4", 0},
           Case{"url,n\nhttp://a/1,\"Best\nhttp://a/2,\"\",x\nhttp://a/3,12\"\n", "url",
                "lines 2 to 4", 0},
           Case{"http://a/1,\"Best of\nhttp://a/2,plain\nhttp://a/3,12\"\nhttp://a/4,x\n", "1",
                "lines 1 to 3", 1},
       }) {
    const auto all = read_table(c.text, {.url_column = c.column});
    EXPECT_EQ(all.error, "") << c.text;
    ASSERT_EQ(all.problems().size(), 1u) << c.text;
    EXPECT_TRUE(all.problems()[0].starts_with(c.lines)) << all.problems()[0];
    EXPECT_TRUE(all.problems()[0].ends_with(": is a quote missing?")) << all.problems()[0];
    EXPECT_EQ(all.items.size(), c.good + 1) << c.text;
  }
  EXPECT_NE(read_table("url,\"n\nhttp://a/1,x\nhttp://a/2,y\"\nhttp://a/3,z\n")
                .error.find("lines 1 to 3"),
            std::string::npos);
}

TEST(TableSource, ACaptionOfSeveralLinesIsOneGoodRow) {
  for (const char* text : {
           "url,n\nhttp://a/1,\"one\ntwo, and three\n\nfour\"\n",
           "url,n\nhttp://a/1,\"see\nhttp://b/2\nand http://b/3, too\"\n",
           "url,n\nhttp://a/1,\"http://b/2 is nice, really\nhttp://b/2 is nice, really\"\n",
           "n,url\n\"one\nby http://b/2, see\nthree\",http://a/1\n",
           "n,url\n\"Photo: me, http://b/2\nPhoto: me, http://b/2\nthree\",http://a/1\n",
       }) {
    const auto all = read_table(text);
    EXPECT_EQ(all.urls(), Texts{"http://a/1"}) << text;
    EXPECT_EQ(all.problems(), Texts{});
  }
}

TEST(TableSource, AFirstRowWithoutAHeadingWaitsForTheSecondWhereItMayBeCut) {
  for (const char* text : {"http://a/1,b.jpg\nhttp://a/2", "http://a/1,b.jpg\r\nhttp://a/2\r\n"}) {
    for (const std::size_t at_once : {1u, 17u, 18u, 1000u}) {
      TableSource source(std::make_unique<MemoryStream>(text, at_once), "'x'", {.url_column = "1"});
      EXPECT_EQ(all_items(source).problems().size(), 2u) << at_once;
    }
  }
  auto broken = std::make_unique<MemoryStream>("http://a/1,b\nhttp://a/2");
  broken->fail_with("gone");
  TableSource source(std::move(broken), "'x'", {.url_column = "1"});
  const auto all = all_items(source);
  EXPECT_EQ(all.urls(), Texts{"http://a/1"});
  EXPECT_EQ(all.error, "gone; the row in line 1 was the last whole one");
}

TEST(TableSource, WithoutAHeadingARowOfAnotherLengthIsAnError) {
  const auto all =
      read_table("http://a/1,b.jpg\nhttp://a/2\nhttp://a/3,x\nhttp://a/4,\n", {.url_column = "1"});
  EXPECT_EQ(all.error, "");
  ASSERT_EQ(all.items.size(), 4u);
  EXPECT_EQ(all.problems(),
            (Texts{"line 1 has 2 cells where line 2 has 1: a link that has a ',' in it is written "
                   "in quotes",
                   "line 2 has 1 cell where the first row has 2: are quotes missing?"}));
  EXPECT_EQ(read_table("http://a/1,\nhttp://a/2\n", {.url_column = "1"}).problems(), Texts{})
      << "nothing is cut off";
  EXPECT_EQ(
      read_table("http://a/1\tx\nhttp://a/2\n", {.separator = '\t', .url_column = "1"}).problems(),
      Texts{})
      << "no URL has a tab";
  EXPECT_EQ(read_table("\"http://a/1,b.jpg\"\nhttp://a/2\nhttp://a/3,c.jpg\n", {.url_column = "1"})
                .problems(),
            Texts{"line 3 has 2 cells where the first row has 1: are quotes missing?"});
}

TEST(TableSource, AnEndlessFirstRowTakesNoMemory) {
  EXPECT_NE(read_table("\"url\n" + std::string(5'000'000, 'x')).error.find("is over 1024 KiB long"),
            std::string::npos);
}

TEST(TableSource, AnEmptyFileIsAnEmptyList) {
  for (const char* text : {"", "\n\r\n", "url\n"}) {
    const auto all = read_table(text);
    EXPECT_EQ(all.error, "");
    EXPECT_TRUE(all.items.empty());
  }
}

TEST(TableSource, TellsBadRowsByTheirLinesAndGoesOn) {
  const auto all = read_table(std::string("id,url\n") +
                              "1,http://a/1\n"        // line 2
                              "2\n"                   // 3: no cell there
                              "3,  \n"                // 4: an empty one
                              "4,http://a/x,y.jpg\n"  // 5: a comma that wanted quotes
                              "5,\"http://a/\"x\n"    // 6
                              "6,\"http://a/\nb\"\n"  // 7, 8
                              "7,http://a/7,,\n"      // 9: needless commas
                              "8," +
                              std::string(70'000, 'x') + "\n" + std::string("9,a\0b\n", 6) + "10," +
                              std::string(2'000'000, 'y') + "\n" + "11,http://a/11\n");
  EXPECT_EQ(all.error, "");
  ASSERT_EQ(all.items.size(), 11u);
  EXPECT_EQ(
      all.problems(),
      (Texts{"line 3 has no link in its column 'url'", "line 4 has no link in its column 'url'",
             "line 5 has 3 cells where the heading has 2: are quotes missing?",
             "line 6: something follows the closing quote of a cell that begins there",
             "line 7: its link has a line break", "line 10: its link is over 64 KiB long",
             "line 11: its link has a NUL byte",
             "line 12 begins a row over 1024 KiB or 4096 cells long: is a quote missing?"}));
  EXPECT_EQ(all.items[3].url, "http://a/x");
  EXPECT_EQ(all.items[6].url, "http://a/7");
  EXPECT_EQ(all.items[7].url->size(), 200u);
  EXPECT_EQ(all.items[10].url, "http://a/11");
  for (const auto& item : all.items) EXPECT_TRUE(item.url.has_value());
}

TEST(TableSource, TwoUrlsInACellAreAnError) {
  const auto all = read_table(
      "url,n\n\"http://a/1, http://a/2\",x\n\"http://a/3,http://a/4\",x\n"
      "\"http://a/5?u=b,http://c\",x\n");
  const std::string two = ": two URLs are in it: fanfetch takes no mirrors; write one in a row";
  EXPECT_EQ(all.problems(), (Texts{"line 2" + two, "line 3" + two}));
}

TEST(TableSource, AQuoteThatIsNeverClosedSwallowsNothingInSilence) {
  const auto all = read_table("url\nhttp://a/1\n\"http://a/2\nhttp://a/3\n");
  EXPECT_EQ(all.urls(), Texts{"http://a/1"});
  EXPECT_EQ(all.error,
            "'x.csv': the quote that begins a cell in line 3 is never closed, so that nothing "
            "behind it is a row; close it there");
  EXPECT_NE(read_table("\"url\nhttp://a/1\n").error.find("line 1"), std::string::npos);
  EXPECT_NE(read_table("\"url\"x\nhttp://a/1\n").error.find("the heading, line 1"),
            std::string::npos);
}

TEST(TableSource, YieldsRowsBeforeAnErrorAndNotTheHalfOne) {
  auto stream = std::make_unique<MemoryStream>("url\nhttp://a/1\nhttp://a/2");
  stream->fail_with("gone");
  TableSource source(std::move(stream), "'x.csv'", {});
  const auto all = all_items(source);
  EXPECT_EQ(all.urls(), Texts{"http://a/1"});
  EXPECT_EQ(all.error, "gone; the row in line 2 was the last whole one");

  auto stopping = std::make_unique<MemoryStream>("url\nhttp://a/1\nhttp://a/2");
  stopping->stop();
  TableSource stopped(std::move(stopping), "'x.csv'", {});
  EXPECT_EQ(all_items(stopped).urls(), Texts{"http://a/1"});
}

TEST(TableSource, YieldsARowBeforeMoreIsRead) {
  auto stream = std::make_unique<MemoryStream>("url\nhttp://a/1\nhttp://a/2\n", 15);
  const MemoryStream& seen = *stream;
  TableSource source(std::move(stream), "'x.csv'", {});
  const auto item = source.next();
  ASSERT_TRUE(item && *item);
  EXPECT_EQ((*item)->url, "http://a/1");
  EXPECT_EQ(seen.used(), 15u);
}

TEST(TableSource, KeepsColumnsWhenAsked) {
  const std::string text =
      "id,url,note\n1,http://a/1,\"say \"\"x\"\"\"\n2,http://a/2\n\"\xff\",http://a/3,z\n";
  for (const auto& item : read_table(text).items) {
    EXPECT_EQ(item.columns, nullptr);
    EXPECT_TRUE(item.named.empty());
  }
  const auto all = read_table(text, {.columns = {.keep = true, .named = {"note", "ID"}}});
  ASSERT_EQ(all.items.size(), 3u);
  EXPECT_EQ(*all.items[0].columns, R"({"id":"1","url":"http://a/1","note":"say \"x\""})");
  EXPECT_EQ(all.items[0].named, (Texts{"say \"x\"", "1"}));
  EXPECT_EQ(*all.items[1].columns, R"({"id":"2","url":"http://a/2","note":""})");
  EXPECT_EQ(all.items[1].named, (Texts{"", "2"}));
  EXPECT_TRUE(all.items[2].columns->starts_with("{\"id\":\"\xef\xbf\xbd\""));
}

TEST(TableSource, KeepsNoSecretsOfLinks) {
  const auto all = read_table(
      "url,mail,page\nhttp://me:hush@a/1,me@example.org,HTTP://me:hush@b/\nme:hush@a/2,,\n",
      {.columns = {.keep = true}});
  ASSERT_EQ(all.items.size(), 2u);
  EXPECT_EQ(all.items[0].url, "http://me:hush@a/1");
  EXPECT_EQ(*all.items[0].columns,
            R"({"url":"http://user:***@a/1","mail":"me@example.org","page":"HTTP://user:***@b/"})");
  EXPECT_EQ(*all.items[1].columns, R"({"url":"user:***@a/2","mail":"","page":""})");
}

TEST(TableSource, WantsTheColumnsThatTheNameAsksFor) {
  EXPECT_EQ(read_table("id,url\n1,http://a/1\n", {.columns = {.named = {"title"}}}).error,
            "'x.csv' has no column 'title' (--name asks for it); its heading has 'id', 'url'");
}

TEST(TableSource, RefusesToKeepMoreThanMemoryAllows) {
  const auto all =
      read_table("url,note\nhttp://a/1," + std::string(70'000, 'n') + "\nhttp://a/2,x\n",
                 {.columns = {.keep = true}});
  EXPECT_EQ(all.problems(),
            Texts{"line 2: its columns take 70030 bytes; --keep-columns takes 65536"});
  EXPECT_EQ(all.items[0].columns, nullptr);
}

}  // namespace
}  // namespace fanfetch
