#include "coordinator/sources/json/json_pointer.h"

#include <gtest/gtest.h>

#include "coordinator/sources/json/json_search.h"

namespace fanfetch {
namespace {

using Texts = std::vector<std::string>;

/// Where `pointer` leads in `document`: strings, `=JSON` for other values, `-PLACE` for nothing.
Texts found(const std::string& document, std::string_view pointer) {
  rapidjson::Document json;
  EXPECT_TRUE(parse_json(document, json));
  Texts all;
  each_match(json, JsonPointer::parse(pointer).value(), [&](const JsonMatch& match) {
    if (match.value == nullptr) {
      all.push_back("-" + match.path);
    } else if (match.value->IsString()) {
      all.emplace_back(match.value->GetString());
    } else {
      all.push_back(match.path + "=" + json_text(*match.value).value());
    }
  });
  return all;
}

std::string complaint(std::string_view pointer) {
  const auto parsed = JsonPointer::parse(pointer);
  return parsed ? "" : parsed.error().message;
}

TEST(JsonPointer, ReadsTokens) {
  EXPECT_EQ(JsonPointer::parse("")->tokens(), Texts{});
  EXPECT_EQ(JsonPointer::parse("/")->tokens(), Texts{""});
  EXPECT_EQ(JsonPointer::parse("/a/*/b c")->tokens(), (Texts{"a", "*", "b c"}));
  EXPECT_EQ(JsonPointer::parse("/a~1b/~0~01/")->tokens(), (Texts{"a/b", "~~1", ""}));
}

TEST(JsonPointer, RefusesWhatIsNone) {
  EXPECT_EQ(complaint("url"), "'url' is no JSON pointer: it begins with '/', as in /data/*/url");
  EXPECT_EQ(complaint("/a~"),
            "'/a~' is no JSON pointer: '~' is written ~0, and '/' within a name ~1");
  EXPECT_NE(complaint("/~2"), "");
  EXPECT_NE(complaint("#/a"), "");
  std::string deep;
  for (int i = 0; i < 101; ++i) deep += "/a";
  EXPECT_NE(complaint(deep), "");
}

TEST(EachMatch, FollowsThePathsOfTheStandard) {
  // RFC 6901, 5.
  const std::string document =
      R"({"foo":["bar","baz"],"":"0","a/b":"1","c%d":"2"," ":"7","m~n":"8"})";
  EXPECT_EQ(found(document, "/foo/0"), Texts{"bar"});
  EXPECT_EQ(found(document, "/foo"), Texts{R"(/foo=["bar","baz"])"});
  EXPECT_EQ(found(document, "/"), Texts{"0"});
  EXPECT_EQ(found(document, "/a~1b"), Texts{"1"});
  EXPECT_EQ(found(document, "/c%d"), Texts{"2"});
  EXPECT_EQ(found(document, "/ "), Texts{"7"});
  EXPECT_EQ(found(document, "/m~0n"), Texts{"8"});
  EXPECT_EQ(found("\"whole\"", ""), Texts{"whole"});
}

TEST(EachMatch, SaysWhereNothingIs) {
  EXPECT_EQ(found(R"({"a":[1]})", "/b/c"), Texts{"-/b"});
  for (const char* index : {"1", "00", "-", "x", "-1", "4294967296"}) {
    EXPECT_EQ(found(R"({"a":[1]})", std::string("/a/") + index),
              Texts{std::string("-/a/") + index});
  }
  EXPECT_EQ(found(R"({"a":null})", "/a"), Texts{"-/a"});
  EXPECT_EQ(found(R"({"a":"text"})", "/a/0"), Texts{"-/a/0"});
}

TEST(EachMatch, AStarIsEachElement) {
  EXPECT_EQ(found(R"({"d":[{"u":"1"},{"v":0},{"u":2},{"u":"3"}]})", "/d/*/u"),
            (Texts{"1", "-/d/1/u", "/d/2/u=2", "3"}));
  EXPECT_EQ(found(R"({"a":{"x":"1","y":"2"}})", "/a/*"), (Texts{"1", "2"}));
  EXPECT_EQ(found(R"([["1","2"],[],["3"]])", "/*/*"), (Texts{"1", "2", "3"}));
  EXPECT_EQ(found(R"({"d":[]})", "/d/*/u"), Texts{});
  EXPECT_EQ(found(R"({"d":"x"})", "/d/*/u"), Texts{"-/d/*"});
  EXPECT_EQ(found(R"({"e":1})", "/d/*/u"), Texts{"-/d"});
}

TEST(ParseJson, SurvivesWhatIsDeepAndSaysWhatIsWrong) {
  rapidjson::Document json;
  const std::size_t depth = 300'000;
  EXPECT_TRUE(parse_json(std::string(depth, '[') + std::string(depth, ']'), json));
  EXPECT_FALSE(json_text(json).has_value()) << "writing it would overflow the stack";
  std::string many = "[1";
  while (many.size() < 9'000'000) many += ",1";
  const auto too_many = parse_json(many + ']', json);
  ASSERT_FALSE(too_many);
  EXPECT_EQ(too_many.error().message,
            "JSON with over 4 million values, more than are taken at once");
  const auto parsed = parse_json(R"({"a" 1})", json);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().message,
            "not JSON at byte 6: Missing a colon after a name of object member");
  ASSERT_TRUE(parse_json("\"\xff\"", json)) << "not UTF-8";
  EXPECT_STREQ(json.GetString(), "\xEF\xBF\xBD");
  EXPECT_FALSE(parse_json("{} {}", json));
  EXPECT_TRUE(parse_json("\xEF\xBB\xBF{}", json));
  for (const char* text : {"\xBB{}", "\xBF{}", "\xEF{}"}) EXPECT_FALSE(parse_json(text, json));
}

}  // namespace
}  // namespace fanfetch
