#include "coordinator/sources/json/strict_json.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

TEST(StrictJson, ReplacesNumbersThatJsonDoesNotHave) {
  EXPECT_EQ(strict_json("[NaN,Infinity, -Infinity ,1e999,-1e400,{\"x\":nan}]"),
            "[null,null, null ,null,null,{\"x\":null}]");
  EXPECT_EQ(strict_json("NaN"), "null");
}

TEST(StrictJson, ReplacesHalvesOfCharactersAndBytesThatAreNone) {
  EXPECT_EQ(strict_json(R"(["\ud83d","\uDE00x","\ud83d\ud83d\ude00","\ud83d\u0041","\ud83d\n"])"),
            R"(["\ufffd","\ufffdx","\ufffd\ud83d\ude00","\ufffd\u0041","\ufffd\n"])");
  EXPECT_EQ(strict_json("\"\xff\xED\xA0\xBDx\xC3\""),
            "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDx\xEF\xBF\xBD\"");
}

TEST(StrictJson, LeavesAllElse) {
  for (
      const std::string_view text :
      {R"({"a":[1,-2.50,1e308,1e-999,true,null],"NaN":"NaN \"1e999\" \\","u":"\u00e4\ud83d\ude00"})",
       "\"\xC3\xA4\xF0\x9F\x98\x80\"", "[None,undefined,naN1,1e9999x]", "\"unclosed NaN", "\"\\",
       "\"\\u12", "", "\xff"}) {
    EXPECT_EQ(strict_json(text), text);
  }
}

}  // namespace
}  // namespace fanfetch
