#include "coordinator/sources/json/jsonl_source.h"

#include <gtest/gtest.h>

#include "tests/coordinator/sources/memory_stream.h"
#include "tests/coordinator/sources/source_items.h"

namespace fanfetch {
namespace {

using namespace std::string_literals;
using Texts = std::vector<std::string>;

SourceItems read_jsonl(std::string text, std::string_view links_at = "/url",
                       ColumnsWanted columns = {}) {
  JsonlSource source(LineReader(in_memory(std::move(text)), JsonlSource::kMaxLineBytes),
                     {.links_at = JsonPointer::parse(links_at).value(), .columns = columns});
  return all_items(source);
}

TEST(JsonlSource, YieldsTheLinkOfEachLine) {
  const auto all =
      read_jsonl("{\"url\":\"http://a/1\"}\r\n\n  {\"x\":[1],\"url\":\" http:\\/\\/a/2\"}");
  EXPECT_EQ(all.urls(), (Texts{"http://a/1", "http://a/2"}));
  EXPECT_EQ(all.error, "");
  EXPECT_EQ(read_jsonl("\"http://a/1\"\n\"http://a/2\"\n", "").urls(),
            (Texts{"http://a/1", "http://a/2"}));
}

TEST(JsonlSource, YieldsSeveralLinksOfOneLine) {
  const auto all = read_jsonl(
      "{\"i\":[{\"u\":\"1\"},{\"u\":\"2\"},{}]}\n{\"i\":[]}\n{\"i\":[{\"u\":\"3\"}]}\n", "/i/*/u");
  EXPECT_EQ(all.urls(), (Texts{"1", "2", "NONE", "3"}));
  EXPECT_EQ(all.problems(), Texts{"line 1 has no link at /i/2/u"});
}

TEST(JsonlSource, TellsBadLinesByTheirNumbersAndGoesOn) {
  const auto all = read_jsonl(
      "{\"url\":\"http://a/1\"}\nno json\n{\"link\":\"x\"}\n{\"url\":5}\n{\"url\":null}\n"
      "{\"url\":\"\"}\n{\"url\":\"a\\u0000b\"}\n{\"url\":\"" +
      std::string(2'000'000, 'x') + "\"}\n{\"url\":\"" + std::string(70'000, 'y') +
      "\"}\n[\n{\"url\":\"http://a/2\"}\n");
  EXPECT_EQ(all.error, "");
  EXPECT_EQ(all.problems(),
            (Texts{"line 2 is not JSON at byte 2: Invalid value", "line 3 has no link at /url",
                   "line 4: what is at /url is no text", "line 5 has no link at /url",
                   "line 6: its link is empty", "line 7: its link has a NUL byte",
                   "line 8 is over 1024 KiB long", "line 9: its link is over 64 KiB long",
                   "line 10 is not JSON at byte 2: Invalid value"}));
  ASSERT_EQ(all.items.size(), 11u);
  EXPECT_EQ(all.items[1].url, "no json");
  EXPECT_EQ(all.items[2].url, "{\"link\":\"x\"}") << "it must count as failed, not as skipped";
  EXPECT_EQ(all.items[3].url, "5");
  EXPECT_EQ(all.items[7].url->size(), 200u);
  EXPECT_EQ(all.items[10].url, "http://a/2");
}

TEST(JsonlSource, ANulByteHidesNothingBehindIt) {
  const auto all = read_jsonl(
      "{\"url\":\"http://a/1\"}\0{\"url\":\"http://a/2\"}\n{\"url\":\"http://a/3\"}\0\n"s);
  EXPECT_EQ(all.problems(), Texts{"line 1 is not JSON at byte 21: a NUL byte"});
  ASSERT_EQ(all.items.size(), 2u);
  EXPECT_EQ(all.items[1].url, "http://a/3");
}

TEST(JsonlSource, ReadsWhatPythonWrites) {
  const auto all = read_jsonl(
      "{\"url\":\"http://a/1\",\"w\":NaN,\"h\":[-Infinity,Infinity]}\n"
      "{\"t\":\"\\ud83d \\ude00\",\"url\":\"http://a/2\"}\n"
      "{\"n\":1e999,\"url\":\"http://a/3\"}\n{\"n\":1.50,\"t\":\"\xff\",\"url\":\"http://a/4\"}\n",
      "/url", {.keep = true, .named = {"w", "n"}});
  EXPECT_EQ(all.urls(), (Texts{"http://a/1", "http://a/2", "http://a/3", "http://a/4"}));
  EXPECT_EQ(all.problems(), Texts{});
  EXPECT_EQ(*all.items.at(0).columns, R"({"url":"http://a/1","w":null,"h":[null,null]})");
  EXPECT_EQ(*all.items.at(1).columns, R"({"t":"\ufffd \ufffd","url":"http://a/2"})");
  EXPECT_EQ(*all.items.at(3).columns, "{\"n\":1.50,\"t\":\"\xEF\xBF\xBD\",\"url\":\"http://a/4\"}");
  EXPECT_EQ(all.items[0].named, (Texts{"", ""}));
  EXPECT_EQ(read_jsonl("{\"url\":NaN}\n{\"w\":NaN,\"url\":}\n").problems(),
            (Texts{"line 1 has no link at /url", "line 2 is not JSON at byte 17: Invalid value"}));
}

TEST(JsonlSource, StripsBlanksOfAnyKindAroundLinesAndLinks) {
  EXPECT_EQ(
      read_jsonl(
          "{\"url\":\"http://a/1\"}\n\xEF\xBB\xBF{\"url\":\" \\u200bhttp://a/2\\u00a0\"}\xC2\xA0\n"
          "\xEF\xBB\xBF\n\x1A")
          .urls(),
      (Texts{"http://a/1", "http://a/2"}));
}

TEST(JsonlSource, TwoUrlsInATextAreAnError) {
  EXPECT_EQ(read_jsonl("{\"url\":\"http://a/1|http://a/2\"}\n{\"url\":\"http://a/http://b\"}\n")
                .problems(),
            Texts{"line 1: two URLs are in it: fanfetch takes no mirrors; write one in a row"});
}

TEST(JsonlSource, KeepsColumnsWhenAsked) {
  const std::string line =
      R"({"url":"http://a/1","n":1.50,"big":12345678901234567890123,"o":{"a":[]}})";
  EXPECT_EQ(read_jsonl(line).items.at(0).columns, nullptr);
  const auto all = read_jsonl(" " + line + "\n[\"x\"]\n", "/url",
                              {.keep = true, .named = {"n", "o", "no", "url"}});
  EXPECT_EQ(*all.items.at(0).columns, line) << "as it stands there";
  EXPECT_EQ(all.items[0].named, (Texts{"1.5", R"({"a":[]})", "", "http://a/1"}));
  EXPECT_EQ(all.items.at(1).columns, nullptr);

  const auto several =
      read_jsonl(R"({"t":"x","i":["1","2"]})", "/i/*", {.keep = true, .named = {"t"}});
  ASSERT_EQ(several.items.size(), 2u);
  EXPECT_EQ(several.items[0].columns, several.items[1].columns) << "not a copy for each";
  EXPECT_EQ(several.items[1].named, Texts{"x"});
}

TEST(JsonlSource, KeepsNoSecretsOfLinks) {
  const auto all = read_jsonl(
      R"({"url":"http:\/\/me:hush@a/1","n":1.50,"o":[{"http:\/me:hush\u0040b":"@me"},true,null]})",
      "/url", {.keep = true});
  EXPECT_EQ(*all.items.at(0).columns,
            R"({"url":"http://user:***@a/1","n":1.50,"o":[{"http:/user:***@b":"@me"},true,null]})");
}

TEST(JsonlSource, ShowsNoSecretThatACutLeavesWithoutItsHost) {
  const std::string secret = "http://me:" + std::string(150, 'x') + "hush" + std::string(100, 'x');
  const auto all =
      read_jsonl("{\"url\":\"" + secret + "@h/\"\n{\"url\":\"" + secret +
                 std::string(1 << 20, 'x') + "@h/\"\n{\"url\":\"http://me:hush@h/a\"\n");
  EXPECT_EQ(all.urls(), (Texts{R"({"url":"http://user:***@h/")", R"({"url":"http://***)",
                               R"({"url":"http://user:***@h/a")"}));
}

TEST(JsonlSource, HoldsALongTextOnceHoweverManyLinksItHas) {
  // Once for each link these would be 20 GB.
  const std::string name(200'000, 'n');
  std::string line = "{\"t\":\"" + name + "\",\"" + name + "\":[0";
  for (int i = 0; i < 100'000; ++i) line += ",1";
  JsonlSource source(LineReader(in_memory(line + "]}\n"), JsonlSource::kMaxLineBytes),
                     {.links_at = JsonPointer::parse("/*/*").value(), .columns = {.named = {"t"}}});
  const auto first = source.next();
  ASSERT_TRUE(first && *first);
  EXPECT_EQ((*first)->named, Texts{name});
  const auto item = source.next();
  ASSERT_TRUE(item && *item);
  EXPECT_EQ((*item)->named, Texts{name});
  EXPECT_LT((*item)->problem.size(), 200u) << "tells the name's beginning";
}

}  // namespace
}  // namespace fanfetch
