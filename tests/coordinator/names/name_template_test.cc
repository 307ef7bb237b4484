#include "coordinator/names/name_template.h"

#include <gtest/gtest.h>

#include <string>

namespace fanfetch {
namespace {

/// The name that `format` gives to `link`.
std::string expand(std::string_view format, std::string_view link, std::uint64_t index = 7,
                   std::string_view id = "") {
  const auto parsed = NameTemplate::parse(format);
  const auto url = parse_url(link);
  EXPECT_TRUE(parsed.has_value() && url.has_value()) << format << ' ' << link;
  const Sha256Digest hash = sha256(url->normal);
  return parsed->expand({.url = *url, .index = index, .id = id, .hash = hash});
}

std::string complaint(std::string_view format) {
  const auto parsed = NameTemplate::parse(format);
  return parsed ? "" : parsed.error().message;
}

TEST(NameTemplate, FillsEachField) {
  constexpr char kLink[] = "http://Example.org:8080/a/b%20c/pho%C3%A9to.tar.gz?q=1#f";
  EXPECT_EQ(expand("{name}", kLink), "pho\xC3\xA9to.tar.gz");
  EXPECT_EQ(expand("{stem}", kLink), "pho\xC3\xA9to.tar");
  EXPECT_EQ(expand("{ext}", kLink), "gz");
  EXPECT_EQ(expand("{host}", kLink), "example.org");
  EXPECT_EQ(expand("{path}", kLink), "a/b c/pho\xC3\xA9to.tar.gz");
  EXPECT_EQ(expand("{index}", kLink), "7");
  EXPECT_EQ(expand("{index:08}", kLink), "00000007");
  EXPECT_EQ(expand("{index:03}", kLink, 12345), "12345");
  EXPECT_EQ(expand("{id}", kLink), "pho\xC3\xA9to.tar");
  EXPECT_EQ(expand("{id}.{ext}", kLink, 7, "abcde"), "abcde.gz");
  const std::string hash = to_hex(sha256(parse_url(kLink)->normal));
  EXPECT_EQ(expand("{hash}", kLink), hash);
  EXPECT_EQ(expand("{hash:2}/{hash:8}", kLink), hash.substr(0, 2) + "/" + hash.substr(0, 8));
  EXPECT_EQ(expand("{host}/x-{{{index}}.{ext}", kLink), "example.org/x-{7}.gz");
}

TEST(NameTemplate, NamesWhatTheUrlDoesNot) {
  EXPECT_EQ(expand("{name}", "http://a/"), "index.html");
  EXPECT_EQ(expand("{host}/{stem}-{index}.{ext}", "http://a/b/"), "a/index-7.html");
  EXPECT_EQ(expand("{path}", "http://a/b/"), "b/index.html");
  EXPECT_EQ(expand("{stem}.{ext}", "http://a/README"), "README");
  EXPECT_EQ(expand("{ext}", "http://a/README"), "index.html");
  EXPECT_EQ(expand("", "http://a/x"), "index.html");
  EXPECT_EQ(expand("{stem}|{ext}", "http://a/.htaccess"), "_htaccess|");
}

TEST(NameTemplate, MakesNoFolderOfAnEncodedSlash) {
  EXPECT_EQ(expand("{name}", "http://a/x/..%2F..%2Fetc%2Fpasswd"), "___.._etc_passwd");
  EXPECT_EQ(expand("{path}", "http://a/x%2Fy/z"), "x_y/z");
  EXPECT_EQ(expand("{id}", "http://a/x", 7, "../../x"), "___.._x");
  EXPECT_EQ(expand("{name}", "http://a/%252e%252e%252fx"), "%2e%2e%2fx");  // decoded once
}

TEST(NameTemplate, LeavesTheNameToTheUrlOrNot) {
  for (const char* by_url : {"{name}", "{path}", "{host}/{name}", "a/{name}", "{index}/{path}"}) {
    EXPECT_TRUE(NameTemplate::parse(by_url)->names_by_url()) << by_url;
  }
  for (const char* other : {"", "{index}", "{index}-{name}", "{name}x", "{name}.{ext}", "{stem}",
                            "{host}{name}", "{name}/x", "{hash}/{id}", "x"}) {
    EXPECT_FALSE(NameTemplate::parse(other)->names_by_url()) << other;
  }
}

TEST(NameTemplate, CleansWhateverTheLinkHolds) {
  EXPECT_EQ(expand("{name}", "http://a/x%00%0A%E2%80%AEgpj.exe"), "x___gpj.exe");
  EXPECT_EQ(expand("{name}", "http://a/.fanfetch"), "_fanfetch");
  EXPECT_EQ(expand("{name}", "http://a/..%5C..%5Cx"), "___.._x");
  EXPECT_EQ(expand("/etc/../{name}", "http://a/x"), "etc/x");
  EXPECT_EQ(expand("{name}", "http://a/" + std::string(7'000, 'x') + ".jpg"),
            std::string(196, 'x') + ".jpg");
}

TEST(NameTemplate, WritesAnAddressWithoutBracketsAndColons) {
  EXPECT_EQ(expand("{host}/{name}", "http://[2001:db8::1]/x"), "2001-db8--1/x");
}

TEST(NameTemplate, FillsInColumnsOfTheList) {
  const auto names = NameTemplate::parse("{col:set}/{col:my title}-{col:set}.{ext}");
  ASSERT_TRUE(names.has_value());
  EXPECT_EQ(names->columns(), (std::vector<std::string>{"set", "my title"})) << "each once";
  const Url url = parse_url("http://a/x.jpg").value();
  const auto expand = [&](const std::vector<std::string>& columns) {
    return names->expand({.url = url, .hash = sha256(url.normal), .columns = columns});
  };
  EXPECT_EQ(expand({"red", "A b"}), "red/A b-red.jpg");
  EXPECT_EQ(expand({"../..", "a/b\n"}), "___/a_b_-.._...jpg");
  EXPECT_EQ(expand({"", ""}), "-.jpg");
  EXPECT_EQ(expand({}), "-.jpg") << "a source without columns";
  EXPECT_LT(expand({std::string(1'000'000, 'x'), ""}).size(), 1000u);
  EXPECT_EQ(complaint("{col:}"), "--name: {col:} at character 1 names no column; write {col:NAME}");
  EXPECT_TRUE(NameTemplate::parse("{name}")->columns().empty());
}

TEST(NameTemplate, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(complaint("x-{what}"),
            "--name: unknown field {what} at character 3; there are {name} {stem} {ext} {host} "
            "{path} {index:08} {id} {hash:8} {col:COLUMN}");
  EXPECT_EQ(complaint("{name"), "--name: the brace at character 1 is not closed; {{ is a brace");
  EXPECT_EQ(complaint("{name:3}"), "--name: {name:3} at character 1: {name} takes no format");
  EXPECT_EQ(complaint("{hash:65}"), "--name: {hash:65} at character 1: the number is from 1 to 64");
  for (const char* format :
       {"{}", "{", "{:8}", "{index:}", "{index:0}", "{index:x}", "{index:8x}", "{index:-1}",
        "{index:99999999999}", "{index:21}", "{hash:0}", "{col}", "{col:}", "{Name}", "{ name}"}) {
    EXPECT_NE(complaint(format), "") << format;
  }
  EXPECT_EQ(complaint("}a{{b}"), "");
}

TEST(NameTemplate, KnowsWhetherTwoLinksOfOneListCanGetTheSameName) {
  for (const char* unique : {"{index}", "{index:08}.jpg", "{index}-{name}", "{host}/{index}.{ext}",
                             "{hash}", "{hash:16}.jpg", "{name}{hash:20}"}) {
    EXPECT_TRUE(NameTemplate::parse(unique)->is_unique()) << unique;
  }
  for (const char* not_unique : {"{name}", "{path}", "{host}/{id}", "{hash:8}", "{index}{name}",
                                 "{stem}{index}", "{index}1", "a", "{hash:2}/{name}"}) {
    EXPECT_FALSE(NameTemplate::parse(not_unique)->is_unique()) << not_unique;
  }
}

}  // namespace
}  // namespace fanfetch
