#include "coordinator/sources/json/json_source.h"

#include <gtest/gtest.h>

#include "tests/coordinator/sources/memory_stream.h"
#include "tests/coordinator/sources/source_items.h"

namespace fanfetch {
namespace {

using Texts = std::vector<std::string>;

SourceItems read_json(std::string text, std::string_view links_at = "/url",
                      ColumnsWanted columns = {}, std::size_t at_once = 1000) {
  JsonSource source(in_memory(std::move(text), at_once), "'list'",
                    {.links_at = JsonPointer::parse(links_at).value(), .columns = columns});
  return all_items(source);
}

TEST(JsonSource, YieldsTheLinkOfEachElement) {
  for (const std::size_t at_once : {1u, 2u, 3u, 7u, 1000u}) {
    for (const char* text :
         {R"([{"url":"http://a/1"},{"x":[1,{"url":"no"}],"url":" http:\/\/a/2"}])",
          "\xEF\xBB\xBF[\n  {\n    \"url\": \"http://a/1\"\n  },\n  {\n    \"url\": "
          "\"http://a/2\"\n  }\n]\n",
          "[\"http://a/1\",\r\n\"http://a/2\"]",
          "[{\"b\":\"]}\\\"\",\"url\":\"http://a/1\"} , \"http://a/2\" ,]",
          "{\"url\":\"http://a/1\"}\n{\"url\":\"http://a/2\"}\n",
          "[\"http://a/1\"][\"http://a/2\"]"}) {
      const auto all = read_json(text, "/url", {}, at_once);
      EXPECT_EQ(all.urls(), (Texts{"http://a/1", "http://a/2"})) << text;
      EXPECT_EQ(all.error, "") << text;
    }
  }
  EXPECT_EQ(read_json("").urls(), Texts{});
  EXPECT_EQ(read_json(" [ ] \n").urls(), Texts{});
}

TEST(JsonSource, APointerLeadsOnFromTheElement) {
  EXPECT_EQ(read_json(R"([{"a":{"b":"1"}},{"a":{"b":"2"}}])", "/a/b").urls(), (Texts{"1", "2"}));
  EXPECT_EQ(
      read_json(R"([{"i":[{"s":"1"},{"s":"2"}]},{"i":[]},{"i":[{"s":"3"}]}])", "/i/*/s").urls(),
      (Texts{"1", "2", "3"}));
  EXPECT_EQ(read_json(R"([{"s":"1"},{"s":"2"}])", "/*/s").urls(), (Texts{"1", "2"}))
      << "of the whole";
  EXPECT_EQ(read_json(R"([["1",0],["2",0]])", "/0").urls(), (Texts{"1", "2"}));
}

TEST(JsonSource, AnObjectIsReadAtItsStar) {
  const std::string page =
      R"({"n":{"data":[{"url":"no"}]},"d\u0061ta":[{"url":"1","x":{"y":[]}},{"url":"2"}],"z":[3]})";
  for (const std::size_t at_once : {1u, 5u, 1000u}) {
    EXPECT_EQ(read_json(page, "/data/*/url", {}, at_once).urls(), (Texts{"1", "2"}));
    EXPECT_EQ(
        read_json(R"({"a":{"x":1,"b":{"p":{"url":"1"},"q":{"url":"2"}}},"b":{"r":{"url":"no"}}})",
                  "/a/b/*/url", {}, at_once)
            .urls(),
        (Texts{"1", "2"}));
    EXPECT_EQ(read_json(R"({"p":{"url":"1"},"q":{"url":"2"}})", "/*/url", {}, at_once).urls(),
              (Texts{"1", "2"}));
    EXPECT_EQ(read_json(R"({"url":"1"})", "/url", {}, at_once).urls(), Texts{"1"});
  }
  EXPECT_EQ(read_json(R"({"data":[]})", "/data/*/url").items.size(), 0u);
  for (const char* without :
       {R"({"date":[{"url":"1"}]})", R"({"data":"x"})", R"({"x":{"data":[1]}})"}) {
    EXPECT_EQ(read_json(without, "/data/*/url").problems(),
              Texts{"element 1 (line 1) has no elements at /data/*/url: check --links-at"})
        << without;
  }
}

TEST(JsonSource, AnIndexBeforeTheStarIsFollowed) {
  const std::string page =
      R"({"data":[7,[{"items":[{"url":"no"}]}],{"x":[0],"items":[{"url":"1"},{"url":"2"}],"y":1},)"
      R"({"items":[{"url":"no"}]}],"z":[3]})";
  for (const std::size_t at_once : {1u, 5u, 1000u}) {
    const auto all = read_json(page, "/data/2/items/*/url", {}, at_once);
    EXPECT_EQ(all.urls(), (Texts{"1", "2"}));
    EXPECT_EQ(all.error, "");
    EXPECT_EQ(read_json(R"([{"d":{"c":[{"u":"no"}]}},{"d":{"c":[{"u":"1"},{"u":"2"}]}},5])",
                        "/1/d/c/*/u", {}, at_once)
                  .urls(),
              (Texts{"1", "2"}));
    EXPECT_EQ(read_json(R"({"m":[[["no"],["1","2"]],["no"]]})", "/m/0/1/*", {}, at_once).urls(),
              (Texts{"1", "2"}));
  }
  for (const char* pointer : {"/data/9/items/*/url", "/data/02/items/*/url", "/data/0/items/*/url",
                              "/data/items/*/url", "/z/0/*"}) {
    EXPECT_EQ(
        read_json(page, pointer).problems(),
        Texts{fmt::format("element 1 (line 1) has no elements at {}: check --links-at", pointer)});
  }
}

TEST(JsonSource, TellsBadElementsAndGoesOn) {
  const auto all = read_json(
      "[\n{\"url\":\"http://a/1\"},\n{\"link\":\"x\"},\nnull, 5 ,true,{\"url\":},\n{\"url\":\"" +
      std::string(2'000'000, 'x') + "\"},\n{\"url\":\"http://a/2\"}]");
  EXPECT_EQ(all.error, "");
  EXPECT_EQ(
      all.problems(),
      (Texts{"element 2 (line 3) has no link at /url", "element 3 (line 4) has no link at /url",
             "element 4 (line 4) has no link at /url", "element 5 (line 4) has no link at /url",
             "element 6 (line 4) is not JSON at byte 8: Invalid value",
             "element 7 (line 5) is over 1024 KiB long; in an object --links-at with a * reads "
             "elements"}));
  EXPECT_EQ(all.items.size(), 8u);
  EXPECT_EQ(all.items.back().url, "http://a/2");
}

TEST(JsonSource, ACutIsAnErrorBehindWhatCame) {
  for (const char* cut :
       {R"([{"url":"http://a/1"},{"url":"http://a/2")", R"([{"url":"http://a/1"},)",
        R"([{"url":"http://a/1"})", R"(["http://a/1","http://a/)", R"({"url":"http://a/1"}{")"}) {
    const auto all = read_json(cut);
    EXPECT_EQ(all.urls(), Texts{"http://a/1"}) << cut;
    EXPECT_EQ(
        all.error,
        "'list' is cut off: it ends in line 1 within its JSON; element 1 was the last whole one")
        << cut;
  }
  const auto all = read_json("[\"http://a/1\"]\n]");
  EXPECT_EQ(all.urls(), Texts{"http://a/1"});
  EXPECT_EQ(all.error,
            "'list' is not JSON from line 2 on: a bracket there closes what none has opened");
}

TEST(JsonSource, KeepsColumnsWhenAsked) {
  const auto all = read_json(
      "[\n  {\n    \"url\": \"http://me:pw@a/1\",\n    \"n\": 1.50\n  },\n  \"http://a/2\"\n]",
      "/url", {.keep = true, .named = {"n"}});
  ASSERT_EQ(all.items.size(), 2u);
  EXPECT_EQ(*all.items[0].columns, R"({"url":"http://user:***@a/1","n":1.50})");
  EXPECT_EQ(all.items[0].named, Texts{"1.5"});
  EXPECT_EQ(all.items[1].columns, nullptr);
  EXPECT_EQ(all.items[1].named, Texts{""});
  const auto pretty =
      read_json("[{\n\t\"url\" : \"http://a/1\",\r\n \"t\": \"a \\\" b\\\\\" , \"n\": [ 1.50 ]\n}]",
                "/url", {.keep = true, .named = {}});
  EXPECT_EQ(*pretty.items.at(0).columns, R"({"url":"http://a/1","t":"a \" b\\","n":[1.50]})")
      << "records stand on one line";
}

TEST(JsonSource, YieldsAnElementBeforeItsWriterGoesOn) {
  auto bytes = std::make_unique<MemoryStream>("[\"http://a/1\"");
  bytes->stop();
  JsonSource source(std::move(bytes), "'list'", {.links_at = {}, .columns = {}});
  const auto all = all_items(source);
  EXPECT_EQ(all.urls(), Texts{"http://a/1"});
  EXPECT_EQ(all.error, "") << "a stop is no cut";
}

}  // namespace
}  // namespace fanfetch
