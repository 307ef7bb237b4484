#include "coordinator/report/list_columns.h"

#include <gtest/gtest.h>

#include <vector>

namespace fanfetch {
namespace {

/// `KEY=VALUE` for each column, texts in quotes.
std::vector<std::string> columns_of(std::string_view json) {
  std::vector<std::string> all;
  each_column(json, [&](const ListColumn& column) {
    const std::string quote = column.is_text ? "'" : "";
    all.push_back(std::string(column.key) + "=" + quote + std::string(column.value) + quote);
  });
  return all;
}

using Texts = std::vector<std::string>;

TEST(EachColumn, TakesAnObjectApart) {
  EXPECT_EQ(columns_of("{}"), Texts{});
  EXPECT_EQ(columns_of(R"( {"a":"x\u0041\n","b":-1.0e5,"c":true,"d":null} )"),
            (Texts{"a='xA\n'", "b=-1.0e5", "c=true", "d=null"}));
  EXPECT_EQ(columns_of(R"({"a":{"a":{"b":[1, 2]}},"b":[{}, "x"],"c":1})"),
            (Texts{R"(a={"a":{"b":[1,2]}})", R"(b=[{},"x"])", "c=1"}));
}

TEST(EachColumn, NoKeyComesTwiceOrIsARecords) {
  EXPECT_EQ(columns_of(R"({"a":1,"a":2,"a":3,"src_a":4,"status":5,"error":6,"src_status":7})"),
            (Texts{"a=1", "src_a=2", "src_a_2=3", "src_src_a=4", "src_status=5", "src_error=6",
                   "src_src_status=7"}));
}

/// Else a file of records would have to change when these come.
TEST(EachColumn, KeysToComeAreReserved) {
  for (const char* key : {"waited_ms", "dns_ms", "connect_ms", "tls_ms", "first_byte_ms",
                          "requests", "width", "height", "format", "frames", "original_width",
                          "original_height", "phash", "shard", "member", "node"}) {
    const std::string name = key;
    EXPECT_EQ(columns_of("{\"" + name + "\":1}"), Texts{"src_" + name + "=1"});
  }
  EXPECT_EQ(columns_of(R"({"Width":1,"title":2})"), (Texts{"Width=1", "title=2"}));
}

/// A damaged ledger may hold anything: what was kept is not lost, and no half of it is told.
TEST(EachColumn, WhatIsNoObjectIsOneText) {
  for (const char* json :
       {"", "[1]", "\"x\"", "5", "null", "nonsense", R"({"a":1)", R"({"a":1,"b":tru})",
        R"({"a":1}})", R"({"a":"\ud800"})", "{\"a\xd8\":0}", "{\"a\":\"\x82\"}",
        "{\"a\":{\"b\":\"\xff\"}}", "{\"a\":0\x82}", "{\"a\":[1,-]}", "{\"a\":1\n\"b\":2}"}) {
    EXPECT_EQ(columns_of(json), Texts{"damaged_columns='" + std::string(json) + "'"}) << json;
  }
  EXPECT_EQ(columns_of(R"({"damaged_columns":1})"), Texts{"src_damaged_columns=1"});
}

TEST(EachColumn, NeitherDepthNorRepetitionTakesLong) {
  const std::size_t depth = 30'000;
  const auto deep = "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
  EXPECT_EQ(columns_of(deep).size(), 1u);
  std::string same = "{\"a\":1";
  for (int i = 0; i < 10'000; ++i) same += ",\"a\":1";
  EXPECT_EQ(columns_of(same + "}").back(), "src_a_10000=1");
}

}  // namespace
}  // namespace fanfetch
