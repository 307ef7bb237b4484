#include "coordinator/options/shown_command.h"

#include <gtest/gtest.h>

#include <vector>

namespace fanfetch {
namespace {

std::string shown(std::vector<const char*> words) {
  words.insert(words.begin(), "/usr/bin/fanfetch");
  return shown_command(static_cast<int>(words.size()), words.data());
}

TEST(ShownCommand, MayBeGivenAgain) {
  EXPECT_EQ(shown({}), "fanfetch");
  EXPECT_EQ(shown({"-o", "D", "urls.txt"}), "fanfetch -o D urls.txt");
  EXPECT_EQ(shown({"-o", "my files", "it's", ""}), "fanfetch -o 'my files' 'it'\\''s' ''");
  EXPECT_EQ(shown({"--name", "{host}/{name}", "-"}), "fanfetch --name '{host}/{name}' -");
}

TEST(ShownCommand, HasNoSecrets) {
  EXPECT_EQ(shown({"-H", "X-Key: s3cret", "a"}), "fanfetch -H 'X-Key: …' a");
  EXPECT_EQ(shown({"-HX-Key: s3cret", "a"}), "fanfetch '-HX-Key: …' a");
  EXPECT_EQ(shown({"-vH", "X-Key: s3cret", "a"}), "fanfetch -vH 'X-Key: …' a");
  EXPECT_EQ(shown({"-qvHX-Key: s3cret", "a"}), "fanfetch '-qvHX-Key: …' a");
  EXPECT_EQ(shown({"-j8", "-vH", "X-Key: s3cret"}), "fanfetch -j8 -vH 'X-Key: …'");
  EXPECT_EQ(shown({"--header=X-Key: s3cret"}), "fanfetch '--header=X-Key: …'");
  EXPECT_EQ(shown({"--header", "@keys.txt"}), "fanfetch --header @keys.txt");
  EXPECT_EQ(shown({"--header", "s3cret"}), "fanfetch --header '…'");
  EXPECT_EQ(shown({"--header-for", "a.test", "Authorization: Bearer s3cret", "b"}),
            "fanfetch --header-for a.test 'Authorization: …' b");
  EXPECT_EQ(shown({"--header-for=a.test", "Cookie: s3cret", "b"}),
            "fanfetch --header-for=a.test 'Cookie: …' b");
  EXPECT_EQ(shown({"http://me:s3cret@a.test/x"}), "fanfetch 'http://user:…@a.test/x'");
  EXPECT_EQ(shown({"--proxy", "http://me:s3cret@p:1"}), "fanfetch --proxy 'http://user:…@p:1'");
  EXPECT_EQ(shown({"--proxy=http://me:s3cret@p:1"}), "fanfetch '--proxy=http://user:…@p:1'");
}

std::string again(std::vector<const char*> words) {
  words.insert(words.begin(), "/usr/bin/fanfetch");
  return shown_options_again(static_cast<int>(words.size()), words.data());
}

TEST(ShownOptionsAgain, AreThoseThatRequestsNeed) {
  const struct {
    std::vector<const char*> words;
    const char* text;
  } kCases[] = {
      {{}, ""},
      {{"-o", "D", "urls.txt", "--name", "{host}", "--results", "r.jsonl", "-q"}, ""},
      {{"--allow-private", "-o", "D", "--cacert=ca.pem", "x"}, " --allow-private --cacert=ca.pem"},
      {{"--cacert", "my ca.pem", "x"}, " --cacert 'my ca.pem'"},
      {{"-qvHX-Key: s3cret", "x"}, " '-qvHX-Key: …'"},
      {{"--header-for", "a.test", "Cookie: s3cret", "-4q", "x"},
       " --header-for a.test 'Cookie: …' -4q"},
      {{"--header-for=a.test", "Cookie: s3cret", "x"}, " --header-for=a.test 'Cookie: …'"},
      {{"--proxy", "http://me:s3cret@p:1"}, " --proxy 'http://user:…@p:1'"},
      {{"-o", "--insecure", "-i", "--http2"}, ""},  // values, if odd ones
      {{"--limit-rate", "08:00,1M 9:00,off", "--max-size", "20G", "--check", "none"},
       " --limit-rate '08:00,1M 9:00,off' --max-size 20G --check none"},
      {{"--", "--insecure"}, ""},
      {{"--config", "c", "--no-such"}, " --config c"},
  };
  for (const auto& one : kCases) EXPECT_EQ(again(one.words), one.text);
}

TEST(ShownCommand, IsBounded) {
  const std::string word(100, 'x');
  const std::string text = shown(std::vector<const char*>(1000, word.c_str()));
  EXPECT_LE(text.size(), 4200u);
  EXPECT_TRUE(text.ends_with(" …")) << text;
}

}  // namespace
}  // namespace fanfetch
